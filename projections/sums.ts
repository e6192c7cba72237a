import { formatMinor, parseCurrency } from '../src/kernel/money.js';

/** Minor units as a decimal text; maybe negative. */
export const decimal = (minor: bigint, currency: string): string => formatMinor(minor, parseCurrency(currency));

/** The minor units of a sum's decimal text: it has no largest value and may be negative, so `parseMoney` does not read it. */
export const minorOfSum = (sum: string): bigint => BigInt(sum.replace('.', ''));

/**
 * A stored sum plus minor units, as decimal text: negative for a while, maybe (two streams may arrive out of turn). It always
 * has its currency's decimals.
 */
export const plus = (sum: string | undefined, minor: bigint, currency: string): string =>
  decimal((sum === undefined ? 0n : minorOfSum(sum)) + minor, currency);
