import { join } from 'node:path';
import { compare, withLimit, type Comparison, type Contestant, type Result } from '../measure.js';
import type { Bench, Rows } from '../row.js';
import { run, runScript } from '../runs/run.js';
import type { TransparencyFound } from '../runs/transparency.js';
import type { Site } from '../sites.js';
import { imported } from './fines.js';

const MAX_MEMORY_MIB = 200;
const VERIFIER = '../../src/verify/main';

/** The log of the fines, and what somebody who trusts nobody needs to verify it: the time of whole processes. */
export const transparency: Rows = {
  names: ['log', 'verify-audit', 'verify-record'],
  async measure(bench, names) {
    const { fines: file } = bench;
    if (file === undefined) {
      const why = 'SIJILL_FINES names no file (examples/road-fines/README.md says where it is from)';
      return [...names].map((row) => ({ kind: 'skipped', row, why }));
    }
    const { site } = await imported(bench, file);
    const { result, to } = await logs(bench, site);
    const results: Result[] = names.has('log') ? [result] : [];
    if (names.has('verify-audit')) results.push(await audits(bench, to));
    if (names.has('verify-record')) results.push(await records(bench, to));
    return results;
  },
};

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
