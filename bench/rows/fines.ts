import { compare, withLimit, type Comparison, type Result } from '../measure.js';
import type { Bench, Rows } from '../row.js';
import type { ImportFound } from '../runs/import.js';
import type { RebuildFound } from '../runs/rebuild.js';
import { run } from '../runs/run.js';
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

/** As `npm run import:fines` has it. */
const FLAGS = ['--max-old-space-size=256'];

async function imported(bench: Bench, file: string): Promise<{ found: ImportFound; folder: string }> {
  const folder = bench.folder();
  return { found: await run<ImportFound>('import', { folder, file, until: bench.until }, FLAGS), folder };
}

async function imports(bench: Bench, file: string): Promise<{ result: Comparison; folder: string }> {
  let last: { found: ImportFound; folder: string } | undefined;
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
        peak = Math.max(peak, last.found.peakMemory);
        return last.found.perSecond;
      },
    },
    peer: recording(bench),
  });
  const { found, folder } = last!;
  const size = `${found.rows} rows, ${found.commands} commands in ${found.seconds.toFixed(1)} s from the first on`;
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
