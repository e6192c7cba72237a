import { compare } from '../measure.js';
import type { Rows } from '../row.js';
import type { AggregateFound } from '../runs/aggregate.js';
import { run } from '../runs/run.js';

/** A command on an aggregate of 1,000 events against one of 10: loading, deciding and a durable append. */
export const aggregate: Rows = {
  names: ['aggregate'],
  async measure(bench) {
    const rounds = bench.quick ? 1 : 5;
    const founds: AggregateFound[] = [];
    for (let round = 0; round < rounds; round++) {
      const site = await bench.site();
      founds.push(await run('aggregate', { folder: site.folder, samples: bench.quick ? 40 : 200 }, site));
    }
    return Promise.all(
      (['warm', 'cold'] as const).map((cache) =>
        compare({
          row: `aggregate, ${cache}`,
          unit: 'ms',
          rounds,
          target: { atMost: 3 },
          subject: { name: 'a command on 1,000 events', run: async (round) => founds[round]![cache].long },
          peer: { name: 'on 10 events', run: async (round) => founds[round]![cache].short },
        }),
      ),
    );
  },
};
