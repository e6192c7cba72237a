/** `npm run bench`: measures, prints a table, writes JSON (docs/performance.md says what the figures mean). */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Result } from './measure.js';
import { parseOptions, usage, WrongUsage, type Options } from './options.js';
import type { Bench } from './row.js';
import { aggregate } from './rows/aggregate.js';
import { audit } from './rows/audit.js';
import { balances } from './rows/balances.js';
import { books } from './rows/books.js';
import { emmett } from './rows/emmett.js';
import { expiries } from './rows/expiries.js';
import { fines } from './rows/fines.js';
import { http } from './rows/http.js';
import { jobs } from './rows/jobs.js';
import { lease } from './rows/lease.js';
import { ledger } from './rows/ledger.js';
import { transparency } from './rows/transparency.js';
import { embedded, serverSites, type Sites } from './sites.js';
import { line, table } from './table.js';

const ROWS = [ledger, emmett, aggregate, http, audit, books, fines, transparency, balances, expiries, jobs, lease];
const NAMES = ROWS.flatMap(({ names }) => names);

/** @returns the exit code */
async function main(options: Options): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), 'sijill-bench-'));
  const folder = (): string => mkdtempSync(join(scratch, 'run-'));
  const sites = options.servers ? await serverSites(folder) : embedded(folder);
  const bench: Bench = {
    quick: options.quick,
    fines: process.env['SIJILL_FINES'] || undefined,
    until: options.until ?? (options.quick ? '2000-01-15' : '2000-12-31'),
    profile: options.profile,
    onServers: options.servers,
    site: () => sites.next(),
    folder,
    say: (line) => void process.stderr.write(`${line}\n`),
  };
  const began = performance.now();
  try {
    const results: Result[] = [];
    for (const rows of ROWS) {
      const asked = rows.names.filter((name) => options.only.length === 0 || options.only.includes(name));
      const wanted = new Set(asked.filter((name) => !sites.leavesOut.has(name)));
      const measured: Result[] = asked.flatMap((row) => {
        const why = sites.leavesOut.get(row);
        return why === undefined ? [] : [{ kind: 'skipped', row, why }];
      });
      if (wanted.size > 0) {
        bench.say(`measuring ${[...wanted].join(', ')}`);
        measured.push(...(await rows.measure(bench, wanted).catch((error: Error) => failures(wanted, error))));
      }
      const shown = options.servers ? measured.map((result) => unjudged(result, sites)) : measured;
      for (const each of shown) bench.say(line(each));
      results.push(...shown);
    }
    const seconds = Math.round((performance.now() - began) / 1000);
    process.stdout.write(`\n${table(results)}\n\n${machine()}, ${seconds} s\n`);
    if (options.json !== undefined)
      writeFileSync(options.json, `${JSON.stringify({ machine: machine(), seconds, results }, undefined, 2)}\n`);
    const failed = results.some(({ kind }) => kind === 'failed');
    const missed = results.some((result) => result.kind === 'compared' && !result.met);
    if (missed && options.quick) bench.say('A target was missed; --quick only shows that the benchmark works.');
    return failed || (missed && !options.quick) ? 1 : 0;
  } finally {
    await sites.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The targets are for embedded stores. */
const unjudged = (result: Result, { name }: Sites): Result => {
  const row = `${result.row} on ${name}`;
  return result.kind === 'compared' ? { ...result, row, target: undefined, met: true } : { ...result, row };
};

const failures = (rows: ReadonlySet<string>, { message }: Error): Result[] =>
  [...rows].map((row) => ({ kind: 'failed', row, why: message }));

const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;

try {
  const options = parseOptions(process.argv.slice(2), NAMES);
  if (options.help) process.stdout.write(usage(NAMES));
  else process.exitCode = await main(options);
} catch (error) {
  process.stderr.write(`bench: ${(error as Error).message}\n`);
  if (error instanceof WrongUsage) process.stderr.write(`\n${usage(NAMES)}`);
  process.exitCode = error instanceof WrongUsage ? 2 : 1;
}
