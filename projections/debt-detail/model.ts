import { Schema } from 'mongoose';
import Type, { type Static } from 'typebox';
import { AmountText } from '../../src/event-store/schemas.js';
import { answer, orNull } from '../../src/http/answers.js';
import type { Document, Model } from '../../src/read-models/read-models.js';

/** A request that keeps the debt under review (domain.md E7). */
const openRequest = Type.Object({
  id: answer.id,
  kind: Type.Enum(['update', 'payment', 'cancellation', 'exemption', 'instalments']),
  by: answer.actor,
  on: answer.day,
  amount: orNull(answer.money),
  ground: orNull(answer.code),
  dueOn: orNull(answer.day),
});
export type OpenRequest = Static<typeof openRequest>;

/** The latest instalment plan (domain.md E2j); GET …/plan has its instalments. */
const planSummary = Type.Object({
  id: answer.id,
  /** `ended`: the debt was cancelled meanwhile. */
  state: Type.Enum(['running', 'completed', 'defaulted', 'ended']),
  amount: answer.money,
  /** What its instalments still ask for; of one that is not running, asked for then. */
  open: answer.money,
  instalments: answer.count,
});

const appliedReceipt = Type.Object({
  receipt: answer.id,
  applied: AmountText,
  excess: AmountText,
  on: answer.day,
});
const proceeding = Type.Object({ kind: answer.code, on: answer.day });

/** One debt, with its data, value and state (domain.md E5). */
export const debtDetail = Type.Object({
  id: answer.id,
  debtor: answer.party,
  creditor: answer.party,
  ground: answer.code,
  sector: answer.code,
  state: Type.Enum(['draft', 'outstanding', 'settled', 'cancelled']),
  underReview: Type.Boolean(),
  amount: answer.money,
  /** What receipts paid off; `approved` of it is recognised as settlement. */
  received: answer.money,
  approved: answer.money,
  waived: answer.money,
  /** amount − received − waived; zero once the debt is cancelled. */
  balance: answer.money,
  dueOn: orNull(answer.day),
  draftedOn: answer.day,
  registeredOn: orNull(answer.day),
  closedOn: orNull(answer.day),
  request: orNull(openRequest),
  plan: orNull(planSummary),
  /** The latest, newest last, with how many there are; GET …/events has them all. */
  receipts: Type.Array(appliedReceipt),
  receiptCount: answer.count,
  proceedings: Type.Array(proceeding),
  proceedingCount: answer.count,
  revision: answer.revision,
});
export type DebtDetail = Document & Static<typeof debtDetail>;

/** The documents stay small however long a debt's life is. */
export const LATEST = 20;

const schema = new Schema({ _id: String }, { versionKey: false, strict: false });

export const debtDetailModel: Model<DebtDetail> = { name: 'debtDetail', version: 2, schema };
