/** What an account, and a trial balance, as of any day and sequence cost in a ledger that grows. */
import 'reflect-metadata';
import { bookSums } from '../../projections/books/sums.js';
import { totalsOf } from '../../projections/books/balances.js';
import { trialBalance } from '../../projections/books/trial-balance.js';
import { closingsOf } from '../../projections/closings/closed.js';
import { closings } from '../../projections/closings/projection.js';
import { openEventStore, openReadModelReader, openReadModels } from '../../src/adapters.js';
import { median } from '../measure.js';
import { dayOf, ENTITY, eventOf, FIRST_DAY, folding, scattered } from './postings.js';
import { input, report } from './run.js';
import { configurationOf } from './world.js';

export interface BooksRun {
  readonly folder: string;
  /** Events, ascending. */
  readonly sizes: readonly number[];
  readonly samples: number;
}

/** Of each size, in milliseconds. */
export interface BooksFound {
  readonly balance: readonly number[];
  readonly trialBalance: readonly number[];
  /** Microseconds that an event took to be folded into the sums, of all. */
  readonly fold: number;
}

/** Questions before those that count: else the smallest ledger would pay for the compiler. */
const WARM = 300;

const { folder, sizes, samples } = input<BooksRun>();
const configuration = configurationOf(folder);
const events = await openEventStore(configuration);
const models = await openReadModels(configuration);
await models.open([bookSums.model, closings.model]);
const reader = await openReadModelReader(configuration);
const { source } = trialBalance;
if (!('reading' in source)) throw new Error('the trial balance is read from an index');

const foldTo = folding(models, [bookSums], eventOf);
const found = { balance: [] as number[], trialBalance: [] as number[] };
let fold = 0;
for (const size of sizes) {
  fold += await foldTo(size);
  const asked = (n: number) => ({ sequence: scattered(n, size), to: dayOf(scattered(n + samples, size)) });
  const balance = async (n: number): Promise<void> => {
    const { sequence, to } = asked(n);
    await totalsOf(reader, { entity: ENTITY, account: '1200' }, sequence, [to]);
  };
  const trial = async (n: number): Promise<void> => {
    const { sequence, to } = asked(n);
    const values = { entity: ENTITY, from: FIRST_DAY, to, beforeClosing: 'false' };
    for await (const _ of source.reading.read(values, {
      models: reader,
      events,
      closingsOf: closingsOf(reader),
      sequence,
    }))
      void _;
  };
  found.balance.push(await timed(balance));
  found.trialBalance.push(await timed(trial));
}
await Promise.all([reader.close(), models.close(), events.close()]);
report({ ...found, fold: (fold * 1_000) / sizes.at(-1)! } satisfies BooksFound);

async function timed(one: (n: number) => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < WARM; n++) await one(n);
  for (let n = 0; n < samples; n++) {
    const began = performance.now();
    await one(WARM + n);
    times.push(performance.now() - began);
  }
  return median(times);
}
