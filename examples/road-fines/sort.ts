import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { byTime, readFines, type Row } from './rows.js';

/** The rows of a file in the order of time, then of the file. `dispose` removes the temporary files. */
export interface SortedRows {
  readonly count: number;
  readonly rows: AsyncIterable<Row>;
  dispose(): Promise<void>;
}

/** Rows sorted in memory at a time: some 10 MiB. */
const RUN_ROWS = 20_000;

/**
 * An external merge sort: sorted runs in temporary files, merged as they are read, so that a file of any length needs
 * the memory of one run. Rows dated after `until` are left out.
 * @param parent the directory in which their folder is made
 * @throws UnreadableFile
 */
export async function sortByTime(
  file: string,
  until = '9999-12-31',
  runRows = RUN_ROWS,
  parent = tmpdir(),
): Promise<SortedRows> {
  const folder = await mkdtemp(join(parent, 'road-fines-'));
  const dispose = () => rm(folder, { recursive: true, force: true });
  try {
    const runs: string[] = [];
    let run: Row[] = [];
    let count = 0;
    const writeRun = async () => {
      const path = join(folder, `${runs.length}.ndjson`);
      const lines = run.sort(byTime).map((row) => JSON.stringify(row) + '\n');
      await writeFile(path, lines.join(''));
      runs.push(path);
      run = [];
    };
    for await (const fine of readFines(file)) {
      const wanted = fine.filter((row) => row.date <= until);
      run.push(...wanted);
      count += wanted.length;
      if (run.length >= runRows) await writeRun();
    }
    if (run.length > 0) await writeRun();
    return { count, rows: merge(runs), dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** The runs are few (one for each 20,000 rows), so the least of their heads is found by looking at all of them. */
async function* merge(paths: readonly string[]): AsyncGenerator<Row> {
  const heads: { row: Row; rest: AsyncGenerator<Row> }[] = [];
  try {
    for (const path of paths) {
      const rest = readRun(path);
      const first = await rest.next();
      if (first.done !== true) heads.push({ row: first.value, rest });
    }
    while (heads.length > 0) {
      const least = heads.reduce((a, b) => (byTime(b.row, a.row) < 0 ? b : a));
      yield least.row;
      const next = await least.rest.next();
      if (next.done === true) heads.splice(heads.indexOf(least), 1);
      else least.row = next.value;
    }
  } finally {
    for (const { rest } of heads) await rest.return(undefined);
  }
}

async function* readRun(path: string): AsyncGenerator<Row> {
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8' })) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop()!;
    for (const line of lines) yield JSON.parse(line) as Row;
  }
}
