/** What readings answer, as schemas: types and the OpenAPI document both come from them. */
import Type, { type TSchema } from 'typebox';
import { ENVELOPE } from '../event-store/envelope-schema.js';
import { AmountText, CurrencyText, DateText, PartyText, UuidText } from '../event-store/schemas.js';

export const answer = {
  id: UuidText,
  party: PartyText,
  actor: Type.String({ description: 'A pseudonym: actor_ and a UUID.' }),
  money: Type.Object({ amount: AmountText, currency: CurrencyText }),
  /** A decimal text that may be negative for a while: two streams may arrive out of turn. */
  sum: Type.String({ pattern: '^-?(0|[1-9][0-9]*)(\\.[0-9]+)?$' }),
  currency: CurrencyText,
  day: DateText,
  moment: Type.String({ format: 'date-time' }),
  code: Type.String(),
  count: Type.Integer({ minimum: 0 }),
  /** Of a stream; the entity tag is made of it. */
  revision: Type.Integer({ minimum: 0 }),
};

export const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** A page of a list; `Link: …; rel="next"` leads on. */
export const listOf = (item: TSchema): TSchema => Type.Object({ items: Type.Array(item) });

/** An event as it is stored, with its place in the ledger; `docs/events.md` has the data of each type. */
export const recordedEvent = Type.Object({
  /** Absent where the store counts and does not keep it: EventStoreDB. */
  sequence: Type.Optional(answer.count),
  ...ENVELOPE,
});
