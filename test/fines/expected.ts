/**
 * What the ledger must answer after the road fines were imported, worked out from the file alone: deliberately
 * independent of `src` and `examples`, so that a fault there cannot hide here. Amounts are cents.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

const NAMES = [
  'rows',
  'commands',
  'leftOut',
  'refused.CLOSED',
  'refused.DRAFT',
  'states.draft',
  'states.outstanding',
  'states.settled',
  'states.cancelled',
  'registered',
  'received',
  'applied',
  'refundable',
  'unmatched',
  'cancelledUnpaid',
  'cancelledPaid',
  'outstanding',
] as const;
export type Figures = Record<(typeof NAMES)[number], bigint>;

/** The figures after every row up to and including each of the days (`YYYY-MM-DD`, ascending). */
export async function expectedFigures(file: string, days: readonly string[]): Promise<Map<string, Figures>> {
  const changes = new Map(days.map((day) => [day, zeros()]));
  for await (const fine of fines(file)) {
    replay(fine, (date, name, by) => {
      const day = days.find((end) => date <= end);
      if (day !== undefined) changes.get(day)![name] += by;
    });
  }
  const total = zeros();
  for (const [day, change] of changes) {
    for (const name of NAMES) total[name] += change[name];
    changes.set(day, { ...total });
  }
  return changes;
}

/** What moves from one account to another, as double entry has it. */
export interface Posting {
  /** The fine's name in the file. */
  readonly fine: string;
  readonly day: string;
  readonly debit: string;
  readonly credit: string;
  readonly minor: bigint;
}

/** What the fines come to in the books, one fine after another, each in the order of its rows. */
export async function* expectedPostings(file: string): AsyncGenerator<Posting> {
  for await (const fine of fines(file)) {
    const postings: Posting[] = [];
    const post = (day: string, debit: string, credit: string, minor: bigint): void => {
      if (minor > 0n) postings.push({ fine: fine[0]![0]!, day, debit, credit, minor });
    };
    replay(fine, () => undefined, post);
    yield* postings;
  }
}

type Count = (date: string, name: keyof Figures, by: bigint) => void;
type Post = (day: string, debit: string, credit: string, minor: bigint) => void;

/** The fine's life by the debt's rules; `count` takes each change of a figure with the day it happens, `post` what moves. */
function replay(rows: readonly string[][], count: Count, post: Post = () => undefined): void {
  let state: 'draft' | 'outstanding' | 'settled' | 'cancelled' = 'draft';
  let amount = 0n;
  let paid = 0n;
  let expenses = 0n;
  rows.forEach((row, at) => {
    const [, , activity, time, , amountText, expenseText, paymentText, , , , , dismissal] = row;
    const date = time!.slice(0, 10);
    const add = (name: keyof Figures, by = 1n) => count(date, name, by);
    const become = (next: typeof state) => {
      add(`states.${state}`, -1n);
      add(`states.${next}`);
      if (next === 'outstanding') add('outstanding', amount - paid);
      else add('outstanding', paid - amount);
      state = next;
    };
    const proceed = () => {
      add('commands');
      if (state === 'draft') add('refused.DRAFT');
    };
    const setAmount = (next: bigint) => {
      if (next === amount) return proceed();
      if (next < amount) throw new Error(`${row[0]}/${row[1]} lowers the amount: the file is said never to`);
      add('commands');
      if (state === 'cancelled') return add('refused.CLOSED');
      add('commands'); // drafted or edited, then registered; requested, then approved
      add('registered', next - amount);
      post(date, '1200', '4300', next - amount);
      if (state === 'outstanding') add('outstanding', next - amount);
      amount = next;
      if (state === 'draft') become('outstanding');
    };
    const pay = (payment: bigint) => {
      if (payment === 0n) return add('leftOut');
      add('commands');
      add('received', payment);
      post(date, '1100', '2310', payment);
      if (state === 'draft') return add('unmatched', payment);
      const owed = state === 'outstanding' ? amount - paid : 0n;
      const applied = payment < owed ? payment : owed;
      paid += applied;
      add('applied', applied);
      add('outstanding', -applied);
      add('refundable', payment - applied);
      post(date, '2310', '1200', applied);
      post(date, '2310', '2300', payment - applied);
    };
    const dismiss = () => {
      add('commands');
      if (state !== 'outstanding') return add(state === 'draft' ? 'refused.DRAFT' : 'refused.CLOSED');
      add('commands');
      become('cancelled');
      add('cancelledUnpaid', amount - paid);
      add('cancelledPaid', paid);
      add('refundable', paid);
      post(date, '4300', '1200', amount - paid);
      post(date, '4300', '2330', paid);
      post(date, '2330', '2300', paid);
    };

    add('rows');
    if (activity === 'Create Fine') {
      add('states.draft');
      if (cents(amountText) === 0n) add('commands');
      else setAmount(cents(amountText));
    } else if (activity === 'Send Fine' && cents(expenseText) > 0n) {
      expenses += cents(expenseText);
      setAmount(amount + cents(expenseText));
    } else if (activity === 'Add penalty') setAmount(cents(amountText) + expenses);
    else if (activity === 'Payment') pay(cents(paymentText));
    else if (activity === 'Send Appeal to Prefecture' && dismissal === '#') dismiss();
    else if (activity === 'Appeal to Judge' && dismissal === 'G') dismiss();
    else proceed();

    if (at === rows.length - 1 && state === 'outstanding' && paid === amount) {
      add('commands', 2n);
      become('settled');
    }
  });
}

/** The file's rows, one fine at a time: a fine's rows stand together, in the order of time. */
async function* fines(file: string): AsyncGenerator<string[][]> {
  const lines = createInterface({ input: createReadStream(file).pipe(createGunzip()) });
  let fine: string[][] = [];
  for await (const line of lines) {
    const row = line.split(',');
    if (row[0] === 'case') continue;
    if (fine.length > 0 && fine[0]![0] !== row[0]) {
      yield fine;
      fine = [];
    }
    fine.push(row);
  }
  if (fine.length > 0) yield fine;
}

const zeros = (): Figures => Object.fromEntries(NAMES.map((name) => [name, 0n])) as Figures;

/** `"35.0"` is 3500: the file has one or two decimals. */
function cents(text = ''): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(2, '0'));
}
