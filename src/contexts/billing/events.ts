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
import type { Json } from '../../kernel/envelope.js';

/** What a bank tells of one payment. `sourceAccount` is the commitment to the account number, which the vault holds. */
const facts = {
  bank: PartyText,
  reference: CodeText,
  payer: PartyText,
  payee: PartyText,
  target: Type.Optional(Type.Union([closed({ debt: UuidText }), closed({ subscription: UuidText })])),
  amount: AmountText,
  currency: CurrencyText,
  paidOn: DateText,
  valueDate: Type.Optional(DateText),
  channel: CodeText,
  sector: CodeText,
  sourceAccount: Type.Optional(CommitmentText),
};

/** Version 1 knew no other target than a debt: its data are data of version 2. */
const knewDebtsOnly = { version: 2, upcasters: [(data: Json): Json => data] };

export const ReceiptRecorded = defineEvent({
  type: 'billing.ReceiptRecorded',
  ...knewDebtsOnly,
  schema: closed(facts),
  en: 'Receipt recorded',
  ar: 'سُجّل سند قبض',
  rule: 'E2e E8',
});
export type ReceiptRecorded = EventOf<typeof ReceiptRecorded>;

const money = { payer: PartyText, amount: AmountText, currency: CurrencyText };

/** The money has found the debt or the subscription that it pays: it is now for that to apply. */
export const ReceiptMatched = defineEvent({
  type: 'billing.ReceiptMatched',
  ...knewDebtsOnly,
  schema: Type.Union([
    closed({ debt: UuidText, ...money }),
    closed({ subscription: UuidText, ...money, paidOn: DateText }),
  ]),
  en: 'Receipt matched with what it pays',
  ar: 'طوبق سند القبض بما يسدده',
  rule: 'E8 Q3',
});
export type ReceiptMatched = EventOf<typeof ReceiptMatched>;

/** A known bank reference came again with other facts: these. No money moves. */
export const ReceiptConflictRecorded = defineEvent({
  type: 'billing.ReceiptConflictRecorded',
  ...knewDebtsOnly,
  schema: closed(facts),
  en: 'Conflicting receipt recorded',
  ar: 'سُجّل سند قبض متعارض',
  rule: 'E8',
});
export type ReceiptConflictRecorded = EventOf<typeof ReceiptConflictRecorded>;
/** What such an event stands for: a `RecordReceipt` that was refused. Its texts: `receipt-conflict.ts`. */
export const CONFLICT = {
  command: 'RecordReceipt',
  refusal: { code: 'RECEIPT_CONFLICT', rule: 'E8', version: 1, kind: 'state' },
} as const;

/** The bank took the money back; `debt` or `subscription` is the one that the receipt was matched with. */
export const ReceiptReversed = defineEvent({
  type: 'billing.ReceiptReversed',
  version: 2,
  upcasters: [(data) => ({ ...(data as object), subscription: null })],
  schema: closed({
    reference: CodeText,
    on: DateText,
    amount: AmountText,
    currency: CurrencyText,
    payer: PartyText,
    debt: Type.Union([UuidText, Type.Null()]),
    subscription: Type.Union([UuidText, Type.Null()]),
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
