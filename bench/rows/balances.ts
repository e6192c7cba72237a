import { compare, withLimit, type Result } from '../measure.js';
import type { Rows } from '../row.js';
import { run } from '../runs/run.js';
import type { BalancesFound, BalancesRun } from '../runs/balances.js';

const MAX_MEMORY_MIB = 200;
/** The feed's thread rests between its pieces; this is one of them, at its longest. */
const MAX_HELD_MS = 100;

/** What a root over all balances costs where few of many accounts have moved: as much as where there are few. */
export const balances: Rows = {
  names: ['balances-root'],
  async measure(bench): Promise<Result[]> {
    const [many, few, moved] = bench.quick ? [20_000, 4_000, 400] : [1_000_000, 100_000, 10_000];
    let found: BalancesFound | undefined;
    const rootOver = async (accounts: number): Promise<BalancesFound> =>
      run<BalancesFound>('balances', { folder: bench.folder(), accounts, moved } satisfies BalancesRun);
    const result = await compare({
      row: 'balances-root',
      unit: 'ms',
      rounds: bench.quick ? 1 : 3,
      target: { atMost: 2 },
      subject: {
        name: `the next root over ${many} accounts, of which ${moved} moved`,
        run: async () => (found = await rootOver(many)).next,
      },
      peer: { name: `over ${few} accounts`, run: async () => (await rootOver(few)).next },
    });
    const { first, folding, held, proof, peakMemory, baseMemory } = found!;
    const notes = [
      ...result.notes,
      `processor time; the first root over all ${first.toFixed(1)} s, after ${folding.toFixed(1)} s of adding up`,
      `a proof ${proof.toFixed(0)} µs`,
    ];
    const above = withLimit(
      { ...result, notes },
      'memory above the base',
      peakMemory - baseMemory,
      MAX_MEMORY_MIB,
      'MiB',
    );
    return [withLimit(above, 'the thread held', held, MAX_HELD_MS, 'ms')];
  },
};
