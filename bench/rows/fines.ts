import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MUNICIPALITY } from '../../examples/road-fines/actors.js';
import { addDays, parseBusinessDate } from '../../src/kernel/calendar.js';
import { compare, withLimit, type Comparison, type Contestant, type Result } from '../measure.js';
import type { Bench, Rows } from '../row.js';
import type { ImportFound } from '../runs/import.js';
import type { JournalFound } from '../runs/journal.js';
import type { RebuildFound } from '../runs/rebuild.js';
import { run, runScript } from '../runs/run.js';
import { Server } from '../server.js';
import type { Site } from '../sites.js';
import { recording } from './ledger.js';

const MAX_MEMORY_MIB = 512;

/** Real input: the fines through the commands, with policies and projections live; then all projections again, and the journal. */
export const fines: Rows = {
  names: ['import', 'rebuild', 'journal', 'hledger'],
  async measure(bench, names) {
    const { fines: file } = bench;
    if (file === undefined) {
      const why = 'SIJILL_FINES names no file (examples/road-fines/README.md says where it is from)';
      return [...names].map((row) => ({ kind: 'skipped', row, why }));
    }
    const results: Result[] = [];
    let last: Site | undefined;
    if (names.has('import')) {
      const { result, site } = await imports(bench, file);
      last = site;
      results.push(result);
    }
    const site = (): Promise<Site> =>
      Promise.resolve(last ?? imported(bench, file).then((found) => (last = found.site)));
    if (names.has('rebuild')) results.push(await rebuilds(bench, await site()));
    if (names.has('journal')) results.push(await journals(bench, await site()));
    if (names.has('hledger')) results.push(hasHledger() ? await trialBalances(bench, await site()) : WITHOUT_HLEDGER);
    return results;
  },
};

/** As `npm run import:fines` has it. */
const FLAGS = ['--max-old-space-size=256', '--max-semi-space-size=16', '--max-inlined-bytecode-size-cumulative=300'];

export async function imported(bench: Bench, file: string): Promise<{ found: ImportFound; site: Site }> {
  const site = await bench.site();
  const given = { folder: site.folder, file, until: bench.until };
  return { found: await run<ImportFound>('import', given, { ...site, flags: FLAGS }), site };
}

async function imports(bench: Bench, file: string): Promise<{ result: Comparison; site: Site }> {
  let last: { found: ImportFound; site: Site } | undefined;
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
  const { found, site } = last!;
  const size = `${found.rows} rows, ${found.commands} commands in ${found.seconds.toFixed(1)} s from the first on`;
  const sized = { ...result, notes: [...result.notes, size] };
  return { result: withLimit(sized, 'peak memory', peak, MAX_MEMORY_MIB, 'MiB'), site };
}

async function rebuilds(bench: Bench, site: Site): Promise<Comparison> {
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
        const found = await run<RebuildFound>('rebuild', { folder: site.folder }, site);
        events = found.events;
        peak = Math.max(peak, found.peakMemory);
        return found.perSecond;
      },
    },
    peer: reading(site),
  });
  return withLimit({ ...result, notes: [`${events} events`] }, 'peak memory', peak, MAX_MEMORY_MIB, 'MiB');
}

/** The journal for hledger and Ledger, taken as fast as it comes. */
async function journals(bench: Bench, site: Site): Promise<Comparison> {
  let found: JournalFound | undefined;
  let peak = 0;
  const result = await compare({
    row: 'journal',
    unit: 'events/s',
    rounds: bench.quick ? 1 : 3,
    target: { atLeast: 0.3 },
    subject: {
      name: 'the journal of the fines as text for hledger',
      async run() {
        found = await run<JournalFound>('journal', { folder: site.folder }, site);
        peak = Math.max(peak, found.peakMemory);
        return found.perSecond;
      },
    },
    peer: reading(site),
  });
  const notes = [...result.notes, `${found!.transactions} transactions`];
  return withLimit({ ...result, notes }, 'peak memory', peak, MAX_MEMORY_MIB, 'MiB');
}

const WITHOUT_HLEDGER: Result = { kind: 'skipped', row: 'hledger', why: 'not installed: apt-get install hledger' };

const hasHledger = (): boolean => spawnSync('hledger', ['--version']).status === 0;

/** The trial balance at the end of the fines, each by a whole process: asked of a server, and added up from the exported file. */
async function trialBalances(bench: Bench, site: Site): Promise<Comparison> {
  const journal = join(bench.folder(), 'fines.journal');
  const env = { ...site.env, SIJILL_DATA: site.folder };
  await runScript('../../src/cli/main', ['journal', '--format', 'ledger', '--out', journal], { env });
  const server = await Server.sijill(site);
  try {
    await server.caughtUp();
    const asked = ['report', 'trial-balance', `entity=${MUNICIPALITY}`, `effectiveOn=${bench.until}`];
    const end = addDays(parseBusinessDate(bench.until), 1);
    return await compare({
      row: 'hledger',
      unit: 's',
      rounds: bench.quick ? 1 : 5,
      target: undefined,
      subject: {
        name: 'sijill report trial-balance of the fines',
        run: () => seconds(() => runScript('../../src/cli/main', asked, { env: { SIJILL_URL: server.url } })),
      },
      peer: {
        name: 'hledger balance on the exported journal',
        run: () => seconds(() => execute('hledger', ['-f', journal, 'balance', '--flat', '--end', end])),
      },
    });
  } finally {
    await server.stop();
  }
}

const execute = promisify(execFile);

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

const reading = (site: Site): Contestant => ({
  name: 'reading and parsing them',
  run: async () => (await run<{ perSecond: number }>('read-log', { folder: site.folder }, site)).perSecond,
});
