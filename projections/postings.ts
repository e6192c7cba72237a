import type { DimName } from '../src/kernel/accounts.js';
import type { Envelope } from '../src/kernel/envelope.js';
import { parseMoney } from '../src/kernel/money.js';
import { legsOf } from './legs.js';

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
export const postedTo = (accounts: readonly string[], event: Envelope): Posted[] =>
  legsOf(event)
    .filter(({ account }) => accounts.includes(account))
    .map(({ account, dims, currency, minor, counter }) => ({
      account,
      dims,
      currency,
      minor: BigInt(minor),
      against: counter,
    }));

/** The minor units of an event's decimal text. */
export const minorOf = (amount: string, currency: string): bigint => parseMoney({ amount, currency }).minor;
