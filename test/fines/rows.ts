import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Row } from '../../examples/road-fines/rows.js';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

/** A folder that goes when the test file is done. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'road-fines-test-'));
  folders.push(folder);
  return folder;
}

const HEADER =
  'case,index,concept:name,time:timestamp,org:resource,amount,expense,paymentAmount,totalPaymentAmount,article,points,' +
  'vehicleClass,dismissal,notificationType,lastSent,matricola,lifecycle:transition';

/** A row as a short text: `A1/0 Create Fine 2006-07-24 amount=35.0`. */
export function csvLine(text: string): string {
  const [, fine = '', index = '', activity = '', day = '', rest = ''] =
    /^(\w+)\/(\d+) (.+?) (\d{4}-\d{2}-\d{2}) ?(.*)$/.exec(text) ?? [];
  if (fine === '') throw new Error(`not a row: ${text}`);
  const given = Object.fromEntries(rest.split(' ').map((pair) => pair.split('=')));
  const field = (name: string) => given[name] ?? '';
  const [amount, expense, payment] = ['amount', 'expense', 'payment'].map(field);
  const [officer, article] = activity === 'Create Fine' ? ['561', '157'] : ['', ''];
  const money = [amount, expense, payment, ''].join(',');
  return `${fine},${index},${activity},${day}T00:00:00+02:00,${officer},${money},${article},,,${field('dismissal')},,,,complete`;
}

export async function csvFile(lines: readonly string[], name = 'fines.csv'): Promise<string> {
  const path = join(await newFolder(), name);
  const text = [HEADER, ...lines].join('\n') + '\n';
  await writeFile(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}

export const rowsFile = (rows: readonly string[], name?: string): Promise<string> => csvFile(rows.map(csvLine), name);

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

export const nameOf = (row: Row): string => `${row.case}/${row.index}`;

/** A file of the first fines of another, packed as that one. */
export async function firstFines(file: string, count: number): Promise<string> {
  const [, ...lines] = gunzipSync(await readFile(file))
    .toString('utf8')
    .trimEnd()
    .split('\n');
  const fines = new Set<string>();
  const end = lines.findIndex((line) => fines.add(line.slice(0, line.indexOf(','))).size > count);
  return csvFile(lines.slice(0, end), 'fines.csv.gz');
}
