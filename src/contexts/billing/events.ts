/** What can happen to a receipt (سند قبض): money that a bank says came in. */
import Type from 'typebox';
import { defineEvent, rejections, type EventDefinition, type EventOf } from '../../event-store/catalogue.js';
import {
  AmountText,
  closed,
  CodeText,
  CommitmentText,
  CurrencyText,
  DateText,
  PartyText,
  UuidText,
} from '../../event-store/schemas.js';

/** What a bank tells of one payment. `sourceAccount` is the commitment to the account number, which the vault holds. */
const facts = {
  bank: PartyText,
  reference: CodeText,
  payer: PartyText,
  payee: PartyText,
  target: Type.Optional(closed({ debt: UuidText })),
  amount: AmountText,
  currency: CurrencyText,
  paidOn: DateText,
  valueDate: Type.Optional(DateText),
  channel: CodeText,
  sector: CodeText,
  sourceAccount: Type.Optional(CommitmentText),
};

export const ReceiptRecorded = defineEvent({
  type: 'billing.ReceiptRecorded',
  schema: closed(facts),
  en: 'Receipt recorded',
  ar: 'سُجّل سند قبض',
  rule: 'E2e E8',
});
export type ReceiptRecorded = EventOf<typeof ReceiptRecorded>;

/** The money has found the debt that it pays: it is now the debt's to apply. */
export const ReceiptMatched = defineEvent({
  type: 'billing.ReceiptMatched',
  schema: closed({ debt: UuidText, payer: PartyText, amount: AmountText, currency: CurrencyText }),
  en: 'Receipt matched with its debt',
  ar: 'طوبق سند القبض بمديونيته',
  rule: 'E8',
});
export type ReceiptMatched = EventOf<typeof ReceiptMatched>;

/** A known bank reference came again with other facts: these. No money moves. */
export const ReceiptConflictRecorded = defineEvent({
  type: 'billing.ReceiptConflictRecorded',
  schema: closed(facts),
  en: 'Conflicting receipt recorded',
  ar: 'سُجّل سند قبض متعارض',
  rule: 'E8',
});
export type ReceiptConflictRecorded = EventOf<typeof ReceiptConflictRecorded>;

/** The bank took the money back; `debt` is the one that the receipt was matched with. */
export const ReceiptReversed = defineEvent({
  type: 'billing.ReceiptReversed',
  schema: closed({
    reference: CodeText,
    on: DateText,
    amount: AmountText,
    currency: CurrencyText,
    payer: PartyText,
    debt: Type.Union([UuidText, Type.Null()]),
  }),
  en: 'Receipt reversed by the bank',
  ar: 'عكس المصرف سند القبض',
  rule: 'E8',
});
export type ReceiptReversed = EventOf<typeof ReceiptReversed>;

export type ReceiptEvent = ReceiptRecorded | ReceiptMatched | ReceiptConflictRecorded | ReceiptReversed;

/** Everything that this context may store. */
export const billingEvents: readonly EventDefinition[] = [
  ReceiptRecorded,
  ReceiptMatched,
  ReceiptConflictRecorded,
  ReceiptReversed,
  ...rejections('billing', ['RecordReceipt', 'MatchReceipt', 'ReverseRecordedReceipt', 'ViewReceipt']),
];
