import { compare, type Contestant } from '../measure.js';
import type { Bench, Rows } from '../row.js';
import type { LedgerFound } from '../runs/ledger.js';
import { run } from '../runs/run.js';
import { embedded } from '../sites.js';

/** Durable commands in a second against a bare loop that writes the same rows. */
export const ledger: Rows = {
  names: ['ledger'],
  async measure(bench) {
    const subject = recording(bench);
    const result = await compare({
      row: 'ledger',
      unit: 'commands/s',
      rounds: bench.quick ? 2 : 7,
      target: { atLeast: 0.5 },
      subject,
      peer: bench.onServers
        ? recording({ ...bench, site: () => embedded(() => bench.folder()).next() }, 'the same on embedded stores')
        : {
            name: 'bare libsql loop, 64 rows a commit',
            async run() {
              const { perSecond } = await run<{ perSecond: number }>('libsql-loop', {
                ...subject.last(),
                folder: bench.folder(),
              });
              return perSecond;
            },
          },
    });
    return [result];
  },
};

/** The ledger's own rate, which several rows compare with. */
export function recording(
  bench: Bench,
  name = 'RecordProceeding, 64 callers',
): Contestant & {
  /** Where the last run left its events, and how many were there before those that it measured. */
  last(): { readonly from: string; readonly before: number };
} {
  const size = bench.quick ? { debts: 1_000, commands: 5_000 } : { debts: 10_000, commands: 60_000 };
  let last = { from: '', before: 0 };
  return {
    name,
    async run() {
      const site = await bench.site();
      const { perSecond, before } = await run<LedgerFound>('ledger', { folder: site.folder, ...size }, site);
      last = { from: site.folder, before };
      return perSecond;
    },
    last: () => last,
  };
}
