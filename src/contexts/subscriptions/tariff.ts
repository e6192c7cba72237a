import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { closed, CodeText, CurrencyText, DateText, PartyText } from '../../event-store/schemas.js';
import { isBusinessDate, type BusinessDate } from '../../kernel/calendar.js';
import type { PartyId } from '../../kernel/ids.js';
import { InvalidValue } from '../../kernel/invalid-value.js';
import { MAX_MINOR, parseMoney, type Currency } from '../../kernel/money.js';

/*
 * What is offered, at which price and under which terms, by date: configuration, never constants of the code
 * (domain.md §2). An order keeps what it was ordered under, so that a changed tariff changes nothing of the past.
 */

const VAT_CODES = ['standard', 'zero', 'exempt', 'out-of-scope'] as const;

/** A price holds from its day on, until the next one of the plan; `to`, inclusive, ends the offer. */
const price = closed({
  from: DateText,
  to: Type.Optional(DateText),
  /** Decimal text, more than zero, without VAT. */
  net: Type.String(),
  vat: Type.Enum(VAT_CODES),
  /** Days in which an order is paid, or it lapses. */
  billDays: Type.Integer({ minimum: 1, maximum: 365 }),
});

/** Whose revenue it is, and in what currency, never changes: a plan that is no longer offered stays listed. */
const plan = closed({
  code: CodeText,
  entity: PartyText,
  sector: CodeText,
  currency: CurrencyText,
  en: Type.String({ minLength: 1 }),
  ar: Type.String({ minLength: 1 }),
  prices: Type.Array(price, { minItems: 1 }),
});

const tariffSchema = closed({
  plans: Type.Array(plan, { minItems: 1 }),
  /** The standard rate of VAT, in hundredths of a per cent; the other codes carry none. */
  standardVat: Type.Array(closed({ from: DateText, basisPoints: Type.Integer({ minimum: 0, maximum: 10_000 }) })),
  /** The version of the terms that is accepted with an order, from its day on. */
  terms: Type.Array(closed({ from: DateText, version: CodeText }), { minItems: 1 }),
});
export type Tariff = Static<typeof tariffSchema>;

const check = Compile(tariffSchema);

/** A plan as it is sold on a day; amounts in minor units. */
export interface Offer {
  readonly entity: PartyId;
  readonly sector: string;
  readonly currency: Currency;
  readonly net: bigint;
  readonly vat: bigint;
  readonly vatCode: string;
  /** Hundredths of a per cent. */
  readonly vatRate: number;
  readonly billDays: number;
}

/** @returns null where the plan is not offered on that day */
export function offerOn(tariff: Tariff, code: string, day: BusinessDate): Offer | null {
  const offered = tariff.plans.find((each) => each.code === code);
  const current = offered && latest(offered.prices, day);
  if (offered === undefined || current === undefined || (current.to ?? day) < day) return null;
  const { minor: net, currency } = parseMoney({ amount: current.net, currency: offered.currency });
  const vatRate = current.vat === 'standard' ? (latest(tariff.standardVat, day)?.basisPoints ?? 0) : 0;
  const { entity, sector } = offered;
  const vat = vatOf(net, vatRate);
  return {
    entity: entity as PartyId,
    sector,
    currency,
    net,
    vat,
    vatCode: current.vat,
    vatRate,
    billDays: current.billDays,
  };
}

/** The version of the terms that an order of that day accepts; undefined: none was in force yet. */
export const termsOn = ({ terms }: Tariff, day: BusinessDate): string | undefined => latest(terms, day)?.version;

/** VAT on one bill, half-up to the minor unit (domain.md §2). @param rate in hundredths of a per cent */
export const vatOf = (net: bigint, rate: number): bigint => (net * BigInt(rate) + 5_000n) / 10_000n;

function latest<T extends { readonly from: string }>(dated: readonly T[], day: BusinessDate): T | undefined {
  return dated
    .filter(({ from }) => from <= day)
    .reduce<T | undefined>((a, b) => (a && a.from > b.from ? a : b), undefined);
}

/** A tariff that cannot be used; `faults` says all that is wrong with it. */
export class InvalidTariff extends Error {
  override readonly name = 'InvalidTariff';
  constructor(readonly faults: readonly string[]) {
    super(`the tariff is not accepted: ${faults.join('; ')}`);
  }
}

/** @throws InvalidTariff */
export function readTariff(json: unknown): Tariff {
  if (!check.Check(json)) {
    throw new InvalidTariff(check.Errors(json).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`));
  }
  const faults = [...json.plans.flatMap(planFaults), ...datedFaults('standardVat', json.standardVat)];
  faults.push(...datedFaults('terms', json.terms));
  const codes = json.plans.map(({ code }) => code);
  for (const code of new Set(codes)) {
    if (codes.filter((each) => each === code).length > 1) faults.push(`plan ${code} is listed twice`);
  }
  for (const { code, prices } of json.plans) {
    for (const { vat, from } of prices) {
      if (vat === 'standard' && latest(json.standardVat, from as BusinessDate) === undefined) {
        faults.push(`plan ${code} has the standard rate of VAT from ${from} on, and standardVat has none for that day`);
      }
    }
  }
  if (faults.length > 0) throw new InvalidTariff(faults);
  return json;
}

function planFaults({ code, currency, prices }: Static<typeof plan>): string[] {
  const faults = datedFaults(`plan ${code}`, prices);
  for (const { net, from, to } of prices) {
    if (to !== undefined && (!isBusinessDate(to) || to < from))
      faults.push(`plan ${code}: ${to} is no day after ${from}`);
    try {
      const { minor } = parseMoney({ amount: net, currency });
      if (minor <= 0n || minor * 2n > MAX_MINOR) faults.push(`plan ${code}: a price of ${net} ${currency} is not sold`);
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      faults.push(`plan ${code}: ${error.message}`);
    }
  }
  return faults;
}

function datedFaults(what: string, dated: readonly { readonly from: string }[]): string[] {
  const days = dated.map(({ from }) => from);
  return [
    ...days.filter((day) => !isBusinessDate(day)).map((day) => `${what}: ${day} is no day`),
    ...days.filter((day, index) => days.indexOf(day) < index).map((day) => `${what}: two begin on ${day}`),
  ];
}
