/** What can happen to a refundable balance (الرصيد القابل للاسترداد): what an entity owes back to a party. */
import Type from 'typebox';
import { defineEvent, rejections, type EventDefinition, type EventOf } from '../../event-store/catalogue.js';
import { AmountText, closed, CodeText, CurrencyText, PartyText, UuidText } from '../../event-store/schemas.js';
import type { Json } from '../../kernel/envelope.js';

/** `available` is the sector's after the event, `total` that of all sectors (domain.md E4). */
const figures = { available: AmountText, total: AmountText };

/** One of the two: what the receipt was to pay. */
const paidFor = { debt: Type.Optional(UuidText), subscription: Type.Optional(UuidText) };
/** Version 1 knew no other than a debt: its data are data of version 2. */
const knewDebtsOnly = { version: 2, upcasters: [(data: Json): Json => data] };

/** `transit` is the debt's event under which the money waited in 2330; null: it comes from the receipt itself. */
export const BalanceCredited = defineEvent({
  type: 'balances.BalanceCredited',
  ...knewDebtsOnly,
  schema: closed({
    party: PartyText,
    entity: PartyText,
    currency: CurrencyText,
    sector: CodeText,
    amount: AmountText,
    receipt: UuidText,
    ...paidFor,
    reason: CodeText,
    transit: Type.Union([UuidText, Type.Null()]),
    ...figures,
  }),
  en: 'Balance credited',
  ar: 'أُضيف إلى الرصيد القابل للاسترداد',
  rule: 'E4',
});
export type BalanceCredited = EventOf<typeof BalanceCredited>;

/** The bank took back the receipt whose money was credited; `reference` is the bank's for the reversal. */
export const CreditReversed = defineEvent({
  type: 'balances.CreditReversed',
  ...knewDebtsOnly,
  schema: closed({
    receipt: UuidText,
    ...paidFor,
    sector: CodeText,
    amount: AmountText,
    reference: CodeText,
    currency: CurrencyText,
    ...figures,
  }),
  en: 'Credit reversed',
  ar: 'عُكست إضافة إلى الرصيد القابل للاسترداد',
  rule: 'E4 E8',
});
export type CreditReversed = EventOf<typeof CreditReversed>;

export type BalanceEvent = BalanceCredited | CreditReversed;

/** Everything that this context may store. */
export const balanceEvents: readonly EventDefinition[] = [
  BalanceCredited,
  CreditReversed,
  ...rejections('balances', ['CreditBalance', 'ReverseCredit', 'ViewBalances']),
];
