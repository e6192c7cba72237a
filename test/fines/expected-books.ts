import type { Row } from '../../projections/report.js';
import { expectedPostings, type Posting } from './expected.js';

/*
 * The general ledger and the statements of account as the file of fines has them, day by day, in cents. The order within a
 * day is that of sequences, which no file tells; and a cancellation takes back by a line of its own what each ground added. So
 * a day's lines are added up by whom they are about, their counter-account and their side.
 */

interface Day {
  /** By all that tells one kind of line from another. */
  readonly moved: Readonly<Record<string, bigint>>;
  /** When its last line is posted; debits are positive. */
  readonly balance: bigint;
}
export interface Ledger {
  /** Before the first day. */
  readonly opening: bigint;
  readonly days: Readonly<Record<string, Day>>;
}

interface Leg {
  readonly key: string;
  readonly day: string;
  readonly about: string;
  readonly minor: bigint;
}

/** What a fine's offender owes and is owed. */
const OF_OFFENDERS: ReadonlySet<string> = new Set(['1200', '2300', '2310']);
/** On cash and on what is in transit no party stands. */
const OF_NOBODY: ReadonlySet<string> = new Set(['1100', '2330']);

export class ExpectedBooks {
  readonly #accounts = new Map<string, Leg[]>();
  readonly #offenders = new Map<string, Leg[]>();

  /** @param partyOf the offender of a fine */
  static async of(file: string, partyOf: (fine: string) => string): Promise<ExpectedBooks> {
    const books = new ExpectedBooks();
    for await (const posting of expectedPostings(file)) {
      const { debit, credit, minor } = posting;
      books.#post(posting, partyOf(posting.fine), debit, credit, minor);
      books.#post(posting, partyOf(posting.fine), credit, debit, -minor);
    }
    return books;
  }

  #post({ day }: Posting, party: string, account: string, counter: string, minor: bigint): void {
    const who = OF_NOBODY.has(account) ? null : party;
    put(this.#accounts, { key: account, day, about: `${who} ${counter}`, minor });
    if (OF_OFFENDERS.has(account)) put(this.#offenders, { key: party, day, about: `${account} ${counter}`, minor });
  }

  get offenders(): readonly string[] {
    return [...this.#offenders.keys()];
  }

  /** By account: all on which anything was posted until then. */
  generalLedger(from: string, to: string): Record<string, Ledger> {
    const posted = [...this.#accounts].filter(([, legs]) => legs.some(({ day }) => day <= to));
    return Object.fromEntries(posted.map(([account, legs]) => [account, ledgerOf(legs, from, to)]));
  }

  /** Undefined: nothing was posted until then. */
  statement(party: string, from: string, to: string): Ledger | undefined {
    const legs = this.#offenders.get(party)!.filter(({ day }) => day <= to);
    return legs.length === 0 ? undefined : ledgerOf(legs, from, to);
  }
}

function put(legs: Map<string, Leg[]>, leg: Leg): void {
  const list = legs.get(leg.key);
  if (list === undefined) legs.set(leg.key, [leg]);
  else list.push(leg);
}

function ledgerOf(legs: readonly Leg[], from: string, to: string): Ledger {
  const sum = (some: readonly Leg[]): bigint => some.reduce((all, { minor }) => all + minor, 0n);
  const opening = sum(legs.filter(({ day }) => day < from));
  const named = [...new Set(legs.map(({ day }) => day))].filter((day) => day >= from && day <= to);
  const days = named.map((name): [string, Day] => {
    const moved: Record<string, bigint> = {};
    for (const { day, about, minor } of legs) if (day === name) add(moved, about, minor);
    return [name, { moved, balance: sum(legs.filter(({ day }) => day <= name)) }];
  });
  return { opening, days: Object.fromEntries(days) };
}

function add(moved: Record<string, bigint>, about: string, minor: bigint): void {
  const key = `${about} ${minor > 0n ? 'debit' : 'credit'}`;
  moved[key] = (moved[key] ?? 0n) + minor;
}

const cents = (cell: Row[string] | undefined): bigint => BigInt(String(cell).replace('.', ''));

/** Rows of one account or party, as the file has them; each line adds to the balance before it, in the order of the log. */
export function toldLedger(rows: readonly Row[], aboutOf: (row: Row) => string): Ledger {
  const [first] = rows;
  const opening = first?.['line'] === 'opening' ? cents(first['balance']) : 0n; // nothing was there before
  let balance = opening;
  let last = '';
  const days: Record<string, { moved: Record<string, bigint>; balance: bigint }> = {};
  for (const row of rows) {
    if (row['line'] !== 'posted') {
      expect(cents(row['balance'])).toBe(balance);
      continue;
    }
    const minor = cents(row['debit']) - cents(row['credit']);
    balance += minor;
    expect(cents(row['balance'])).toBe(balance);
    const place = `${row['effectiveOn']} ${String(row['sequence']).padStart(9)} ${String(row['leg']).padStart(3)}`;
    expect(place > last).toBe(true);
    last = place;
    const day = (days[String(row['effectiveOn'])] ??= { moved: {}, balance });
    add(day.moved, aboutOf(row), minor);
    day.balance = balance;
  }
  return { opening, days };
}
