import { compare } from '../measure.js';
import type { Rows } from '../row.js';
import { QUESTIONS, type AuditFound } from '../runs/audit-questions.js';
import { run } from '../runs/run.js';

/** First pages of the audit search against indexed reads of the same pages, by a table made for just these questions. */
export const audit: Rows = {
  names: ['audit'],
  async measure(bench) {
    const rounds = bench.quick ? 1 : 3;
    const size = bench.quick ? { events: 20_000, samples: 50 } : { events: 1_000_000, samples: 200 };
    const founds: AuditFound[] = [];
    const site = await bench.site(); // the first round fills it
    for (let round = 0; round < rounds; round++) {
      founds.push(await run('audit', { folder: site.folder, ...size }, site));
    }
    const folds = founds.flatMap(({ fold }) => (fold === undefined ? [] : [fold.toFixed(1)]));
    return Promise.all(
      QUESTIONS.map(async (question) => {
        const result = await compare({
          row: `audit, ${question}`,
          unit: 'ms',
          rounds,
          target: { atMost: 10 },
          subject: { name: `first page of ${size.events} events`, run: async (round) => founds[round]![question].ours },
          peer: { name: 'an indexed SQL read of it', run: async (round) => founds[round]![question].sql },
        });
        return { ...result, notes: [...result.notes, `folding an event took ${folds.join(' ')} µs`] };
      }),
    );
  },
};
