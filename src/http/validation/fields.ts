import { addDays, instantAt, isBusinessDate, startOfDay, type Instant } from '../../kernel/calendar.js';
import { holdsPersonalNumber, isSaudiIban } from '../../kernel/identifiers.js';
import { isActorId, isUuid, parsePartyId } from '../../kernel/ids.js';
import { InvalidValue } from '../../kernel/invalid-value.js';
import { parseCurrency, parseMoney } from '../../kernel/money.js';
import { parsePeriod } from '../../kernel/period.js';
import { fieldCode } from '../problems/render.js';
import { field, ofText, type Fault, type FieldOptions } from './field.js';

const UUID_PATTERN = '[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
export const ACTOR_PATTERN = `^actor_${UUID_PATTERN}$`;
export const PARTY_PATTERN = `^party_${UUID_PATTERN}$`;
const CODE = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/;

/** `party_` and a UUID; a national ID in its place has a fault of its own. */
export const IsParty = (options?: FieldOptions) =>
  field(
    ofText((text) => kernelFault(() => parsePartyId(text))),
    { type: 'string', pattern: PARTY_PATTERN },
    { example: 'party_2f9d6f3e-7d55-4c1b-9c0e-0f6a3d1f7a10', ...options },
  );

export const IsId = (options?: FieldOptions) =>
  field(
    ofText((text) => (isUuid(text) ? undefined : { code: 'NOT_A_UUID' })),
    { type: 'string', format: 'uuid' },
    options,
  );

const MONEY_SCHEMA = {
  type: 'object' as const,
  additionalProperties: false,
  required: ['amount', 'currency'],
  properties: {
    amount: { type: 'string' as const, pattern: '^(0|[1-9][0-9]*)(\\.[0-9]+)?$' },
    currency: { type: 'string' as const, pattern: '^[A-Z]{3}$' },
  },
};

/** `{amount, currency}`: never a number, never rounded. */
export const IsMoney = (options?: FieldOptions) =>
  field(moneyFault, MONEY_SCHEMA, { example: { amount: '115.00', currency: 'SAR' }, ...options });

export const IsBusinessDay = (options?: FieldOptions) =>
  field(
    ofText((text) => (isBusinessDate(text) ? undefined : { code: 'NOT_A_DATE' })),
    { type: 'string', format: 'date' },
    { example: '2026-01-31', ...options },
  );

/** A month as YYYY-MM or a year as YYYY. */
export const IsPeriod = (options?: FieldOptions) =>
  field(
    ofText((text) => kernelFault(() => parsePeriod(text))),
    { type: 'string', pattern: '^[0-9]{4}(-[0-9]{2})?$' },
    { example: '2026-01', ...options },
  );

const MOMENT = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** A bound of a span of time, as `momentsOf` reads it. */
export const IsDayOrMoment = (options?: FieldOptions) =>
  field(
    ofText((text) => {
      const day = MOMENT.exec(text)?.[1] ?? text;
      const isOne = isBusinessDate(day) && (day === text || !Number.isNaN(Date.parse(text)));
      return isOne ? undefined : { code: 'NOT_A_DAY_OR_MOMENT' };
    }),
    { anyOf: [{ format: 'date' }, { format: 'date-time' }], type: 'string' },
    { example: '2026-01-31', ...options },
  );

/** Up to which event something is known: a sequence (-1: nothing), or a moment. */
export const IsKnownAt = (options?: FieldOptions) =>
  field(
    ofText((text) => (isKnownAt(text) ? undefined : { code: 'NOT_KNOWN_AT' })),
    {
      anyOf: [
        { type: 'integer', minimum: -1 },
        { type: 'string', format: 'date-time' },
      ],
    },
    {
      example: '2026-01-31T09:30:00Z',
      description:
        'The sequence of the last event that is known, or a moment: the last event before anything was recorded later. Default: all that there is.',
      ...options,
    },
  );

function isKnownAt(text: string): boolean {
  if (/^(-1|\d{1,12})$/.test(text)) return true;
  const [, day] = MOMENT.exec(text) ?? [];
  return day !== undefined && isBusinessDate(day) && !Number.isNaN(Date.parse(text));
}

/** The first and the last moment of a day in Asia/Riyadh; of a moment, itself. */
export function momentsOf(text: string): { readonly first: Instant; readonly last: Instant } {
  if (!isBusinessDate(text)) {
    const moment = instantAt(Date.parse(text));
    return { first: moment, last: moment };
  }
  const begin = startOfDay(text);
  return { first: instantAt(begin), last: instantAt(startOfDay(addDays(text, 1)) - 1) };
}

/** An open list of codes: grounds, reasons, kinds, channels, sectors. `known` are documented, others accepted. */
export const IsCode = (known: readonly string[] = [], options: FieldOptions = {}) =>
  field(
    ofText((text) => {
      if (!CODE.test(text)) return { code: holdsPersonalNumber(text) ? 'PERSONAL_NUMBER' : 'NOT_A_CODE' };
      return holdsPersonalNumber(text) ? { code: 'PERSONAL_NUMBER' } : undefined;
    }),
    { type: 'string', pattern: CODE.source },
    {
      ...(known.length > 0 && { description: `An open list; known: ${known.join(', ')}.`, example: known[0] }),
      ...options,
    },
  );

/** A closed list of texts. */
export const IsOneOf = (accepted: readonly string[], options?: FieldOptions) =>
  field(
    ofText((text) =>
      accepted.includes(text) ? undefined : { code: 'NOT_ACCEPTED', facts: { accepted: accepted.join(', ') } },
    ),
    { type: 'string', enum: [...accepted] },
    options,
  );

/** Personal: it goes to the vault, never into an event. */
export const IsIban = (options?: FieldOptions) =>
  field(
    ofText((text) => (isSaudiIban(text) ? undefined : { code: 'NOT_AN_IBAN' })),
    { type: 'string', pattern: '^SA[0-9]{22}$' },
    options,
  );

export const IsCurrency = (options?: FieldOptions) =>
  field(
    ofText((text) => kernelFault(() => parseCurrency(text))),
    { type: 'string', pattern: '^[A-Z]{3}$' },
    { example: 'SAR', ...options },
  );

/** A text of visible characters, for `sub` and its like. */
export const IsText = (least: number, most: number, options?: FieldOptions) =>
  field(
    ofText((text) => textFault(text, least, most)),
    { type: 'string', minLength: least, maxLength: most },
    options,
  );

const textFault = (text: string, least: number, most: number): Fault | undefined =>
  text.length < least || text.length > most || /\p{Cc}/u.test(text)
    ? { code: 'TEXT_LENGTH', facts: { least, most } }
    : undefined;

/** A person: the `sub` of their tokens, or the pseudonym that the log knows them by. */
export const IsPerson = (options?: FieldOptions) =>
  field(
    ofText((text) => {
      if (text.startsWith('actor_')) return isActorId(text) ? undefined : NOT_AN_ACTOR;
      return textFault(text, 1, 255);
    }),
    { type: 'string', minLength: 1, maxLength: 255 },
    options,
  );

/** A person's pseudonym: in an address their `sub` has no place. */
export const IsActor = (options?: FieldOptions) =>
  field(
    ofText((text) => (isActorId(text) ? undefined : NOT_AN_ACTOR)),
    { type: 'string', pattern: ACTOR_PATTERN },
    options,
  );

const NOT_AN_ACTOR: Fault = { code: 'NOT_ACCEPTED', facts: { accepted: 'actor_ + UUID' } };

/** A decimal amount in a query: its currency is a parameter of its own. */
export const IsAmount = (options?: FieldOptions) =>
  field(
    ofText((text) => (/^(0|[1-9]\d{0,15})(\.\d{1,4})?$/.test(text) ? undefined : { code: 'MONEY_FORMAT' })),
    { type: 'string', pattern: '^(0|[1-9][0-9]*)(\\.[0-9]+)?$' },
    options,
  );

/** `true` or `false` in a query; stays a text. */
export const IsFlag = (options?: FieldOptions) =>
  field(
    ofText((text) => (text === 'true' || text === 'false' ? undefined : { code: 'NOT_A_BOOLEAN' })),
    { type: 'string', enum: ['true', 'false'] },
    options,
  );

/** A whole number in a query; stays a text. */
export const IsWholeNumber = (least: number, most: number, options?: FieldOptions) =>
  field(
    ofText((text) =>
      /^\d{1,15}$/.test(text) && Number(text) >= least && Number(text) <= most
        ? undefined
        : { code: 'NOT_IN_RANGE', facts: { least, most } },
    ),
    { type: 'integer', minimum: least, maximum: most },
    options,
  );

/** A whole number in a body. */
export const IsCount = (least: number, most: number, options?: FieldOptions) =>
  field(
    (value) =>
      Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
        ? undefined
        : { code: 'NOT_IN_RANGE', facts: { least, most } },
    { type: 'integer', minimum: least, maximum: most },
    options,
  );

/** `[{dueOn, amount: {amount, currency}}]`: what is paid when. */
export const IsSchedule = (options?: FieldOptions) =>
  field(
    (value) => {
      if (!Array.isArray(value) || value.length === 0) return { code: 'INVALID_FIELD' };
      const faults = value.map(dueFault);
      const index = faults.findIndex((fault) => fault !== undefined);
      const fault = faults[index];
      return fault && { ...fault, path: [index, fault.path].filter((part) => part !== undefined).join('.') };
    },
    {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['dueOn', 'amount'],
        properties: { dueOn: { type: 'string', format: 'date' }, amount: MONEY_SCHEMA },
      },
    } as Parameters<typeof field>[1],
    options,
  );

function dueFault(value: unknown): Fault | undefined {
  const shape = shapeFault(value, ['dueOn', 'amount']);
  if (shape !== undefined) return shape;
  const { dueOn, amount } = value as { dueOn: unknown; amount: unknown };
  if (typeof dueOn !== 'string' || !isBusinessDate(dueOn)) return { path: 'dueOn', code: 'NOT_A_DATE' };
  const fault = moneyFault(amount);
  return fault && { ...fault, path: ['amount', fault.path].filter((part) => part !== undefined).join('.') };
}

/** A list of texts, each of a closed list; at least one. */
export const AreOneOf = (accepted: readonly string[], options?: FieldOptions) =>
  field(
    (value) =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.length <= accepted.length &&
      value.every((v) => accepted.includes(v as string))
        ? undefined
        : { code: 'NOT_ACCEPTED', facts: { accepted: accepted.join(', ') } },
    { type: 'array', items: { type: 'string', enum: [...accepted] } } as Parameters<typeof field>[1],
    options,
  );

/** `{debt: id}` or `{subscription: id}`: what a payer says it pays. */
export const IsReceiptTarget = (options?: FieldOptions) =>
  field(
    (value) => {
      const name = typeof value === 'object' && value !== null && 'subscription' in value ? 'subscription' : 'debt';
      const shape = shapeFault(value, [name]);
      if (shape !== undefined) return shape;
      const named = (value as Record<string, unknown>)[name];
      return typeof named === 'string' && isUuid(named) ? undefined : { path: name, code: 'NOT_A_UUID' };
    },
    {
      type: 'object',
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 1,
      properties: { debt: { type: 'string', format: 'uuid' }, subscription: { type: 'string', format: 'uuid' } },
    },
    options,
  );

function moneyFault(value: unknown): Fault | undefined {
  const shape = shapeFault(value, ['amount', 'currency']);
  if (shape !== undefined) return shape;
  const { amount, currency } = value as { amount: unknown; currency: unknown };
  if (typeof amount !== 'string') return { path: 'amount', code: 'NOT_TEXT' };
  if (typeof currency !== 'string') return { path: 'currency', code: 'NOT_TEXT' };
  const fault = kernelFault(() => parseMoney({ amount, currency }));
  return fault && { ...fault, path: fault.code === 'CURRENCY_UNKNOWN' ? 'currency' : 'amount' };
}

/** An object with exactly these keys. */
function shapeFault(value: unknown, keys: readonly string[]): Fault | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { code: 'NOT_AN_OBJECT' };
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) return { path: unknown, code: 'UNKNOWN_FIELD', facts: { accepted: keys.join(', ') } };
  const missing = keys.find((key) => !Object.hasOwn(value, key));
  return missing === undefined ? undefined : { path: missing, code: 'REQUIRED' };
}

function kernelFault(parse: () => unknown): Fault | undefined {
  try {
    parse();
    return undefined;
  } catch (error) {
    if (error instanceof InvalidValue) return { code: fieldCode(error.code) };
    throw error;
  }
}
