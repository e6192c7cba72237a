import { formatMinor, parseCurrency } from '../src/kernel/money.js';

/** Minor units as a decimal text; maybe negative. */
export const decimal = (minor: bigint, currency: string): string => formatMinor(minor, parseCurrency(currency));

/**
 * A stored sum plus minor units, as decimal text. A sum has no largest value and may be negative for a while (two
 * streams may arrive out of turn), so it is not read by `parseMoney`; it always has its currency's decimals.
 */
export const plus = (sum: string | undefined, minor: bigint, currency: string): string =>
  decimal((sum === undefined ? 0n : BigInt(sum.replace('.', ''))) + minor, currency);
