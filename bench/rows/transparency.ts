import { join } from 'node:path';
import { compare, withLimit, type Comparison, type Contestant, type Result } from '../measure.js';
import type { Bench, Rows } from '../row.js';
import { run, runScript } from '../runs/run.js';
import type { ProofsFound, ProofsRun } from '../runs/proofs.js';
import type { TransparencyFound } from '../runs/transparency.js';
import type { WritingFound, WritingRun } from '../runs/writing.js';
import type { Site } from '../sites.js';
import { imported } from './fines.js';

const MAX_MEMORY_MIB = 200;
const VERIFIER = '../../src/verify/main';

/**
 * What commands lose to the log; the log of the fines, and proofs of it; and what somebody who trusts nobody needs to
 * verify it: the time of whole processes.
 */
export const transparency: Rows = {
  names: ['log-writing', 'log', 'log-proof', 'verify-audit', 'verify-record'],
  async measure(bench, names) {
    const { fines: file } = bench;
    const results: Result[] = names.has('log-writing') ? [await writing(bench)] : [];
    const ofFines = [...names].filter((row) => row !== 'log-writing');
    if (ofFines.length === 0) return results;
    if (file === undefined) {
      const why = 'SIJILL_FINES names no file (examples/road-fines/README.md says where it is from)';
      return [...results, ...ofFines.map((row): Result => ({ kind: 'skipped', row, why }))];
    }
    const { site } = await imported(bench, file);
    const { result, to } = await logs(bench, site);
    if (names.has('log')) results.push(result);
    if (names.has('log-proof')) results.push(await proofs(bench, to));
    if (names.has('verify-audit')) results.push(await audits(bench, to));
    if (names.has('verify-record')) results.push(await records(bench, to));
    return results;
  },
};

async function writing(bench: Bench): Promise<Result> {
  const row = 'log-writing';
  if (bench.onServers) return { kind: 'skipped', row, why: 'the servers of a benchmark keep no transparency log' };
  const size = bench.quick ? { debts: 500, commands: 5_000 } : { debts: 5_000, commands: 60_000 };
  let found: WritingFound | undefined;
  const recording = async (keepsLog: boolean): Promise<number> => {
    const site = await bench.site();
    const last = await run<WritingFound>(
      'writing',
      { folder: site.folder, ...size, keepsLog } satisfies WritingRun,
      site,
    );
    if (keepsLog) found = last;
    return last.perSecond;
  };
  const result = await compare({
    row,
    unit: 'commands/s',
    rounds: bench.quick ? 1 : 5,
    target: { atLeast: 0.85 },
    subject: { name: 'RecordProceeding, 64 callers, all of the feed and the log', run: () => recording(true) },
    peer: { name: 'the same without the log', run: () => recording(false) },
  });
  const { signed, events } = found!;
  return { ...result, notes: [`${signed} of ${events} events were signed by the end of it`] };
}

function proofs(bench: Bench, folder: string): Promise<Comparison> {
  const taking = async (what: ProofsRun['what']): Promise<number> =>
    (await run<ProofsFound>('proofs', { folder, what } satisfies ProofsRun)).microseconds;
  return compare({
    row: 'log-proof',
    unit: 'µs',
    rounds: bench.quick ? 1 : 5,
    target: { atMost: 20 },
    subject: { name: 'a proof of an event from warm tiles', run: () => taking('making') },
    peer: { name: 'hashing its path up to the root', run: () => taking('hashing') },
  });
}

async function logs(bench: Bench, site: Site): Promise<{ result: Comparison; to: string }> {
  let found: TransparencyFound | undefined;
  let to = '';
  const result = await compare({
    row: 'log',
    unit: 'events/s',
    rounds: bench.quick ? 1 : 3,
    target: { atLeast: 0.4 },
    subject: {
      name: 'the transparency log of the fines, built and signed',
      async run() {
        to = bench.folder();
        found = await run<TransparencyFound>('transparency', { folder: site.folder, to }, site);
        return found.perSecond;
      },
    },
    peer: {
      name: 'reading, canonicalising and hashing them',
      run: async () => (await run<{ perSecond: number }>('hash-log', { folder: site.folder }, site)).perSecond,
    },
  });
  const { events, peakMemory, baseMemory } = found!;
  const notes = [...result.notes, `${events} events`];
  const above = peakMemory - baseMemory;
  return { result: withLimit({ ...result, notes }, 'memory above the base', above, MAX_MEMORY_MIB, 'MiB'), to };
}

const audits = (bench: Bench, to: string): Promise<Comparison> =>
  compare({
    row: 'verify-audit',
    unit: '/s',
    rounds: bench.quick ? 1 : 3,
    target: { atLeast: 0.3 },
    subject: verifying('sijill verify audit of the fines', ['audit', join(to, 'audit')], to),
    peer: perSecond('reading and parsing them', () =>
      runScript('./parse-lines', [JSON.stringify({ file: join(to, 'audit', 'events.jsonl') })]),
    ),
  });

const records = (bench: Bench, to: string): Promise<Comparison> =>
  compare({
    row: 'verify-record',
    unit: '/s',
    rounds: bench.quick ? 3 : 11,
    target: { atLeast: 0.5 },
    subject: verifying('sijill verify record of one file', ['record', join(to, 'record.txt')], to),
    peer: perSecond('a process that does nothing', () => runScript('./nothing', [])),
  });

const verifying = (name: string, args: readonly string[], to: string): Contestant =>
  perSecond(name, () => runScript(VERIFIER, [...args, '--vkey', join(to, 'vkey')]));

/** Of whole processes. */
const perSecond = (name: string, work: () => Promise<unknown>): Contestant => ({
  name,
  async run() {
    const began = performance.now();
    await work();
    return 1000 / (performance.now() - began);
  },
});
