import { compare, type Result } from '../measure.js';
import type { Bench, Rows } from '../row.js';
import type { BooksFound } from '../runs/books.js';
import type { ClosedBooksFound } from '../runs/closed-books.js';
import { run } from '../runs/run.js';
import type { StatementFound } from '../runs/statement.js';

/** The books (docs/adr/0017-balances-from-pages.md): what a growing ledger does to a question, and a long statement. */
export const books: Rows = {
  names: ['books', 'closed-books', 'statement'],
  async measure(bench, names) {
    return [
      ...(names.has('books') ? await growing(bench) : []),
      ...(names.has('closed-books') ? await closed(bench) : []),
      ...(names.has('statement') ? [await long(bench)] : []),
    ];
  },
};

const QUESTIONS = { balance: 'a balance', trialBalance: 'a trial balance' } as const;

async function growing(bench: Bench): Promise<Result[]> {
  const rounds = bench.quick ? 1 : 3;
  // MongoDB's stand-in writes a document in a millisecond.
  const sizes = bench.quick || bench.onServers ? [1_000, 5_000, 20_000] : [10_000, 100_000, 1_000_000];
  const founds: BooksFound[] = [];
  for (let round = 0; round < rounds; round++) {
    const site = await bench.site();
    founds.push(await run('books', { folder: site.folder, sizes, samples: bench.quick ? 50 : 300 }, site));
  }
  const folds = founds.map(({ fold }) => fold.toFixed(1)).join(' ');
  return Promise.all(
    (['balance', 'trialBalance'] as const).map(async (question) => {
      const result = await compare({
        row: `books, ${QUESTIONS[question]} as of any day and sequence`,
        unit: 'ms',
        rounds,
        target: { atMost: 2 },
        subject: { name: `of ${sizes[2]} events`, run: async (round) => founds[round]![question][2]! },
        peer: { name: `of ${sizes[0]}`, run: async (round) => founds[round]![question][0]! },
      });
      const between = founds.map((found) => found[question][1]!.toFixed(3)).join(' ');
      const notes = [`of ${sizes[1]} events ${between} ms`, `folding an event into the sums took ${folds} µs`];
      return { ...result, notes: [...result.notes, ...notes] };
    }),
  );
}

/** Of twenty years that were closed month by month, with forty corrections. */
async function closed(bench: Bench): Promise<Result[]> {
  const rounds = bench.quick ? 1 : 3;
  const sizes = bench.quick || bench.onServers ? [10_000, 20_000] : [10_000, 100_000, 1_000_000];
  const founds: ClosedBooksFound[] = [];
  for (let round = 0; round < rounds; round++) {
    const site = await bench.site();
    founds.push(await run('closed-books', { folder: site.folder, sizes, samples: bench.quick ? 50 : 300 }, site));
  }
  const asked = { trialBalance: 'a trial balance', explain: 'a page of what makes a cell' } as const;
  return Promise.all(
    (['trialBalance', 'explain'] as const).map(async (question) => {
      const result = await compare({
        row: `closed-books, ${asked[question]}`,
        unit: 'ms',
        rounds,
        target: { atMost: 2 },
        subject: { name: `of ${sizes.at(-1)} events`, run: async (round) => founds[round]![question].at(-1)! },
        peer: { name: `of ${sizes[0]}`, run: async (round) => founds[round]![question][0]! },
      });
      const open = founds.map((found) => found.open.map((ms) => ms.toFixed(3)).join(' ')).join(', ');
      return {
        ...result,
        notes: [...result.notes, `of processor time; a trial balance, were nothing closed: ${open} ms`],
      };
    }),
  );
}

async function long(bench: Bench): Promise<Result> {
  const rounds = bench.quick ? 1 : 3;
  const given = bench.quick ? { lines: 1_000, samples: 5 } : { lines: 10_000, samples: 15 };
  const founds: StatementFound[] = [];
  for (let round = 0; round < rounds; round++) {
    const site = await bench.site();
    founds.push(await run('statement', { folder: site.folder, ...given }, site));
  }
  return compare({
    row: 'statement',
    unit: 'ms',
    rounds,
    target: { atMost: 5 },
    subject: {
      name: `a statement of ${given.lines} lines, with its digest`,
      run: async (round) => founds[round]!.ours,
    },
    peer: { name: 'a bare SQL read of the rows', run: async (round) => founds[round]!.sql },
  });
}
