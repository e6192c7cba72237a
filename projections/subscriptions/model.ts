import { Schema } from 'mongoose';
import Type, { type Static } from 'typebox';
import { SUBSCRIPTION_STATES } from '../../src/contexts/subscriptions/events.js';
import { AmountText } from '../../src/event-store/schemas.js';
import { answer, orNull } from '../../src/http/answers.js';
import type { Document, Model } from '../../src/read-models/read-models.js';

type State = keyof typeof SUBSCRIPTION_STATES;
export const STATES = Object.keys(SUBSCRIPTION_STATES) as State[];
const stateNames = STATES.map((code) => `${code}: ${SUBSCRIPTION_STATES[code].en}, ${SUBSCRIPTION_STATES[code].ar}`);

/** A bill that waits for its money. */
const openOrder = Type.Object({
  number: answer.count,
  /** Of the term that there is, or of a first one. */
  renews: Type.Boolean(),
  orderedOn: answer.day,
  /** The last day on which it is paid in time. */
  dueOn: answer.day,
  terms: answer.code,
  paymentMethod: answer.code,
  net: AmountText,
  vat: AmountText,
  vatCode: answer.code,
  gross: AmountText,
  /** What of it is still to be paid. */
  missing: AmountText,
});

/** A year that was paid; `endsOn` is the first day that it no longer covers. */
const paidTerm = Type.Object({
  number: answer.count,
  startsOn: answer.day,
  endsOn: answer.day,
  /** The tax invoice. */
  invoice: answer.code,
  net: AmountText,
  vat: AmountText,
  gross: AmountText,
  monthsEarned: answer.count,
});

/** One subscription, with what is ordered, paid and still to come (domain.md Q3–Q8). */
export const subscriptionView = Type.Object({
  id: answer.id,
  establishment: answer.party,
  user: answer.party,
  relation: answer.code,
  plan: answer.code,
  /** Whose revenue it is. */
  entity: answer.party,
  state: Type.Enum(STATES, { description: `${stateNames.join('; ')}.` }),
  currency: answer.currency,
  /** Of the latest term; it ends on the day on which it is cancelled. */
  startsOn: orNull(answer.day),
  endsOn: orNull(answer.day),
  order: orNull(openOrder),
  /** The latest, newest last, with how many there are; GET …/events has them all. */
  terms: Type.Array(paidTerm),
  termCount: answer.count,
  /** What of all terms is still to be earned. */
  deferred: AmountText,
  /** What a payment that the bank took back left owed. */
  owed: AmountText,
  cancelled: orNull(Type.Object({ reason: answer.code, on: answer.day })),
  servicesUsed: answer.count,
  /** What the calendar has it do next, and on which day. */
  due: orNull(answer.code),
  dueOn: orNull(answer.day),
  revision: answer.revision,
});
export type SubscriptionView = Document & Static<typeof subscriptionView>;

/** The documents stay small however long a subscription's life is. */
export const LATEST = 12;

const schema = new Schema(
  {
    _id: String,
    establishment: String,
    user: String,
    entity: String,
    state: String,
    endsOn: String,
    dueOn: String,
  },
  { versionKey: false, strict: false },
);
// The most selective leading field first. What follows `_id` only filters, without opening the document, and moves a
// subscription in the index when it changes: a user's are few, and an entity's in a state have an index of their own.
schema.index({ user: 1, endsOn: 1, _id: 1 });
schema.index({ establishment: 1, endsOn: 1, _id: 1, entity: 1, state: 1 });
schema.index({ entity: 1, state: 1, endsOn: 1, _id: 1 });
schema.index({ entity: 1, endsOn: 1, _id: 1 });
schema.index({ endsOn: 1, _id: 1, state: 1 });
// What the clock asks for.
schema.index({ dueOn: 1, _id: 1 });

export const subscriptionsModel: Model<SubscriptionView> = { name: 'subscriptions', version: 1, schema };
