import type { DimName } from '../src/kernel/accounts.js';
import type { Envelope } from '../src/kernel/envelope.js';
import { parseMoney } from '../src/kernel/money.js';

/** One side of an entry: a debit is positive, a credit negative, in minor units. */
export interface Posted {
  readonly account: string;
  readonly dims: Readonly<{ entity: string } & Partial<Record<DimName, string>>>;
  readonly currency: string;
  readonly minor: bigint;
  /** The account of the other side. */
  readonly against: string;
}

/** What an event posts to some accounts. */
export function postedTo(accounts: readonly string[], { entries }: Envelope): Posted[] {
  const found: Posted[] = [];
  for (const { debit, credit, amount, currency } of entries) {
    const [isDebit, isCredit] = [accounts.includes(debit.account), accounts.includes(credit.account)];
    if (!isDebit && !isCredit) continue;
    const { minor } = parseMoney({ amount, currency });
    if (isDebit) found.push({ ...debit, currency, minor, against: credit.account });
    if (isCredit) found.push({ ...credit, currency, minor: -minor, against: debit.account });
  }
  return found;
}

/** The minor units of an event's decimal text. */
export const minorOf = (amount: string, currency: string): bigint => parseMoney({ amount, currency }).minor;
