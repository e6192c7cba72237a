import type { Brand } from './brand.js';
import { InvalidValue } from './invalid-value.js';

/** An ISO 4217 code that `DECIMALS` knows. */
export type Currency = Brand<string, 'Currency'>;

/** An amount in minor units (halalas, cents) of one currency. Exact: there is no floating point in this project. */
export interface Money {
  readonly minor: bigint;
  readonly currency: Currency;
}

/** Money at the edge and in events: `{"amount":"115.00","currency":"SAR"}`. */
export type MoneyJson = {
  readonly amount: string;
  readonly currency: string;
};

/** Largest single amount, in minor units: what a JSON integer holds exactly. Sums are not limited by it. */
export const MAX_MINOR = BigInt(Number.MAX_SAFE_INTEGER);

/** ISO 4217 active codes by their minor unit; fund codes and metals are left out. */
const BY_DECIMALS: readonly (readonly [number, string])[] = [
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
  [
    2,
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC ' +
      'CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR ' +
      'JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD ' +
      'NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN ' +
      'SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG',
  ],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
];

const DECIMALS: ReadonlyMap<string, number> = new Map(
  BY_DECIMALS.flatMap(([decimals, codes]) => codes.split(' ').map((code) => [code, decimals] as const)),
);

export function parseCurrency(code: string): Currency {
  if (!DECIMALS.has(code)) {
    throw new InvalidValue('CURRENCY_UNKNOWN', 'currency must be an ISO 4217 code in capitals, such as SAR');
  }
  return code as Currency;
}

export const decimalsOf = (currency: Currency): number => DECIMALS.get(currency) as number;

/**
 * Reads a non-negative decimal text of at most the currency's decimals: `"115"`, `"115.0"` and `"115.00"` are the
 * same riyals. Signs, exponents, separators, spaces, leading zeros and further decimals are errors, never rounded.
 * @throws InvalidValue with a code that begins `MONEY_` or `CURRENCY_`
 */
export function parseMoney(json: MoneyJson): Money {
  const currency = parseCurrency(json.currency);
  const match = /^(0|[1-9]\d*)(?:\.(\d+))?$/.exec(json.amount);
  if (match === null) {
    throw new InvalidValue(
      'MONEY_FORMAT',
      'amount must be a plain decimal text such as "115.00": no sign, exponent, separator, space or leading zero',
    );
  }
  const [, whole = '', fraction = ''] = match;
  const decimals = decimalsOf(currency);
  if (fraction.length > decimals) {
    throw new InvalidValue('MONEY_DECIMALS', `${currency} has ${decimals} decimals; amount has ${fraction.length}`);
  }
  if (whole.length > 16) throw tooLarge();
  const minor = BigInt(whole + fraction.padEnd(decimals, '0'));
  if (minor > MAX_MINOR) throw tooLarge();
  return { minor, currency };
}

const tooLarge = (): InvalidValue =>
  new InvalidValue('MONEY_TOO_LARGE', `amount must be at most ${MAX_MINOR} minor units`);

/** The decimal text of minor units, always with the currency's decimals; negative amounts have a leading `-`. */
export function formatMinor(minor: bigint, currency: Currency): string {
  const decimals = decimalsOf(currency);
  const digits = (minor < 0n ? -minor : minor).toString().padStart(decimals + 1, '0');
  const cut = digits.length - decimals;
  const text = decimals === 0 ? digits : `${digits.slice(0, cut)}.${digits.slice(cut)}`;
  return minor < 0n ? `-${text}` : text;
}

export const toJson = (money: Money): MoneyJson => ({
  amount: formatMinor(money.minor, money.currency),
  currency: money.currency,
});

export const zero = (currency: Currency): Money => ({ minor: 0n, currency });

export function add(a: Money, b: Money): Money {
  return { minor: a.minor + sameCurrency(a, b).minor, currency: a.currency };
}

export function subtract(a: Money, b: Money): Money {
  return { minor: a.minor - sameCurrency(a, b).minor, currency: a.currency };
}

/** Negative, zero or positive, as `a` is less than, equal to or greater than `b`. */
export function compare(a: Money, b: Money): number {
  const other = sameCurrency(a, b).minor;
  return a.minor < other ? -1 : a.minor > other ? 1 : 0;
}

export const minimum = (a: Money, b: Money): Money => (compare(a, b) <= 0 ? a : b);

/** Currencies never mix in one debt, entry or balance: reaching this is a bug, so it throws in production too. */
function sameCurrency(a: Money, b: Money): Money {
  if (a.currency !== b.currency) throw new Error(`${a.currency} and ${b.currency} do not mix`);
  return b;
}

export const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
