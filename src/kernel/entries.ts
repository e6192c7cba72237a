import { CHART, DIM_NAMES, isAccountCode, isResultAccount, type Leg } from './accounts.js';
import { parseMoney, toJson, type Currency, type Money, type MoneyJson } from './money.js';

/**
 * A posting, balanced by its shape: the same amount leaves one account and reaches another, within one entity and
 * one currency (DESIGN.md, Entries).
 */
export interface Entry extends MoneyJson {
  readonly debit: Leg;
  readonly credit: Leg;
}

/**
 * A leg as a decider posts it. `of`: the year whose result it takes back, where that is not the year in which it counts.
 * The ledger settles what that makes of the account, and stores a plain leg (docs/adr/0018).
 */
export type PostedLeg = Leg & { readonly of?: string };
export interface PostedEntry extends MoneyJson {
  readonly debit: PostedLeg;
  readonly credit: PostedLeg;
}

/** No entry for a zero amount, so that callers need not ask. */
export const entry = (debit: Leg, credit: Leg, money: Money): Entry[] =>
  money.minor === 0n ? [] : [{ debit, credit, ...toJson(money) }];

/** A leg's part of what is posted, in minor units. */
export interface Share {
  readonly leg: Leg;
  readonly minor: bigint;
}

/** Entries between two lists of equal sums, each taken in its order. @throws Error where the credits are more */
export function between(debits: readonly Share[], credits: readonly Share[], currency: Currency): Entry[] {
  const open = debits.map((debit) => ({ ...debit }));
  const entries: Entry[] = [];
  for (const { leg, minor } of credits) {
    let due = minor;
    while (due > 0n) {
      const [from] = open;
      if (from === undefined) throw new Error(`the credits are ${due} minor units more than the debits`);
      const part = from.minor < due ? from.minor : due;
      entries.push(...entry(from.leg, leg, { minor: part, currency }));
      due -= part;
      from.minor -= part;
      if (from.minor === 0n) open.shift();
    }
  }
  return entries;
}

/**
 * Asserted for every event, in production too: the types say the same, but money is not left to types.
 * @throws Error naming the first fault
 */
export function assertBalanced(entries: readonly Entry[]): void {
  for (const { debit, credit, amount, currency } of entries) {
    if (parseMoney({ amount, currency }).minor <= 0n) throw new Error(`entry of ${amount} ${currency}: not positive`);
    assertLeg(debit);
    assertLeg(credit);
    assertClosing(debit, credit);
    assertClosing(credit, debit);
    if (debit.dims.entity !== credit.dims.entity) {
      throw new Error(`entry between two entities: ${debit.dims.entity} and ${credit.dims.entity}`);
    }
  }
}

/** A whole account is carried to the accumulated result, and nowhere else. */
function assertClosing(leg: Leg, other: Leg): void {
  if (isResultAccount(leg.account) && 'closing' in leg.dims && other.account !== '3000') {
    throw new Error(`the closing of ${leg.account} is posted to ${other.account}, not to 3000`);
  }
}

const KNOWN_DIMS: ReadonlySet<string> = new Set(DIM_NAMES);

function assertLeg({ account, dims }: Leg): void {
  if (!isAccountCode(account)) throw new Error(`entry names an unknown account: ${String(account)}`);
  const isClosing = 'closing' in dims && isResultAccount(account);
  for (const name of isClosing ? ['entity', 'closing'] : ['entity', ...CHART[account].dims]) {
    if (!(dims as Record<string, string>)[name]) throw new Error(`entry on ${account} names no ${name}`);
  }
  for (const name of Object.keys(dims)) {
    if (!KNOWN_DIMS.has(name)) throw new Error(`entry on ${account} names an unknown dimension: ${name}`);
  }
}
