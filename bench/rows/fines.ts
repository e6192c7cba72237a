import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare, withLimit, type Comparison, type Result } from '../measure.js';
import type { Bench, Rows } from '../row.js';
import type { RebuildFound } from '../runs/rebuild.js';
import { run, runScript } from '../runs/run.js';
import { recording } from './ledger.js';

const MAX_MEMORY_MIB = 512;

/** Real input: the fines through the commands, with policies and projections live; then all projections again. */
export const fines: Rows = {
  names: ['import', 'rebuild'],
  async measure(bench, names) {
    const { fines: file } = bench;
    if (file === undefined) {
      const why = 'SIJILL_FINES names no file (examples/road-fines/README.md says where it is from)';
      return [...names].map((row) => ({ kind: 'skipped', row, why }));
    }
    const results: Result[] = [];
    let data: string | undefined;
    if (names.has('import')) {
      const { result, folder } = await imports(bench, file);
      data = folder;
      results.push(result);
    }
    if (names.has('rebuild')) results.push(await rebuilds(bench, data ?? (await imported(bench, file)).folder));
    return results;
  },
};

/** What `npm run import:fines` reports, as far as it is needed here. */
interface Report {
  readonly rows: number;
  readonly commands: number;
  readonly seconds: number;
  readonly peakMemoryMiB: number;
}

async function imported(bench: Bench, file: string): Promise<{ report: Report; folder: string }> {
  const folder = bench.folder();
  const path = join(bench.folder(), 'report.json');
  const args = [file, '--report', path, '--until', bench.until];
  const env = { SIJILL_DATA: folder, LOG_LEVEL: 'error' };
  await runScript('../../examples/road-fines/import', args, env);
  return { report: JSON.parse(readFileSync(path, 'utf8')) as Report, folder };
}

async function imports(bench: Bench, file: string): Promise<{ result: Comparison; folder: string }> {
  let last: { report: Report; folder: string } | undefined;
  let peak = 0;
  const result = await compare({
    row: 'import',
    unit: 'commands/s',
    rounds: bench.quick ? 1 : 3,
    target: { atLeast: 0.3 },
    subject: {
      name: 'import of the fines, policies and projections live',
      async run() {
        last = await imported(bench, file);
        const { commands, seconds, peakMemoryMiB } = last.report;
        peak = Math.max(peak, peakMemoryMiB);
        return commands / seconds;
      },
    },
    peer: recording(bench),
  });
  const { report, folder } = last!;
  const size = `${report.rows} rows, ${report.commands} commands in ${report.seconds} s`;
  const sized = { ...result, notes: [...result.notes, size] };
  return { result: withLimit(sized, 'peak memory', peak, MAX_MEMORY_MIB, 'MiB'), folder };
}

async function rebuilds(bench: Bench, folder: string): Promise<Comparison> {
  let events = 0;
  let peak = 0;
  const result = await compare({
    row: 'rebuild',
    unit: 'events/s',
    rounds: bench.quick ? 1 : 3,
    target: { atLeast: 0.05 },
    subject: {
      name: 'all projections from the fines’ events',
      async run() {
        const found = await run<RebuildFound>('rebuild', { folder });
        events = found.events;
        peak = Math.max(peak, found.peakMemory);
        return found.perSecond;
      },
    },
    peer: {
      name: 'reading and parsing them',
      run: async () => (await run<{ perSecond: number }>('read-log', { folder })).perSecond,
    },
  });
  return withLimit({ ...result, notes: [`${events} events`] }, 'peak memory', peak, MAX_MEMORY_MIB, 'MiB');
}
