import { Schema } from 'mongoose';
import Type, { type Static } from 'typebox';
import { AmountText } from '../../src/event-store/schemas.js';
import { answer, orNull } from '../../src/http/answers.js';
import type { Document, Model } from '../../src/read-models/read-models.js';

const instalment = Type.Object({
  instalment: Type.Integer({ minimum: 1 }),
  dueOn: answer.day,
  /** The same day in the calendar of Umm al-Qura. */
  dueOnHijri: answer.day,
  amount: AmountText,
  /** What is still to be paid of it; the rest was paid, exempted or reduced. */
  open: AmountText,
  /** How often it was missed. */
  missed: answer.count,
  late: Type.Boolean(),
});

const notice = Type.Object({
  notice: Type.Integer({ minimum: 1 }),
  on: answer.day,
  until: answer.day,
  instalments: Type.Array(Type.Integer({ minimum: 1 })),
});

/** The latest instalment plan of a debt (domain.md E2j; §5, 7). Its id is the debt's. */
export const planView = Type.Object({
  id: answer.id,
  plan: answer.id,
  debtor: answer.party,
  creditor: answer.party,
  currency: answer.currency,
  /** `ended`: the debt was cancelled meanwhile. */
  state: Type.Enum(['active', 'late', 'noticed', 'completed', 'defaulted', 'ended']),
  amount: AmountText,
  open: AmountText,
  instalments: Type.Array(instalment),
  /** The one whose days run. */
  notice: orNull(notice),
  notices: answer.count,
  /** The next day on which time alone changes something; null: none. */
  actOn: orNull(answer.day),
  revision: answer.revision,
});
export type PlanView = Document & Static<typeof planView>;

const schema = new Schema({ _id: String, actOn: String }, { versionKey: false, strict: false });
schema.index({ actOn: 1, _id: 1 });

export const instalmentPlansModel: Model<PlanView> = { name: 'instalmentPlans', version: 1, schema };
