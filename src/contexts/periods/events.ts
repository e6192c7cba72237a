/** What can happen to the books of an entity (إقفال الفترات) and to corrections of them (تصحيح). */
import Type from 'typebox';
import { defineEvent, rejections, type EventDefinition, type EventOf } from '../../event-store/catalogue.js';
import {
  AmountText,
  closed,
  CodeText,
  CurrencyText,
  DateText,
  PartyText,
  UuidText,
} from '../../event-store/schemas.js';
import { closingCommands, correctionCommands } from './commands.js';

const PeriodText = Type.String({ pattern: '^[0-9]{4}(-[0-9]{2})?$' });
/** A closing, by the event that asked for it; `through` is the period's last day. */
const closing = { request: UuidText, period: PeriodText, through: DateText };

export const ClosingRequested = defineEvent({
  type: 'periods.ClosingRequested',
  schema: closed(closing),
  en: 'Closing requested',
  ar: 'طُلب إقفال الفترة',
  rule: 'CLOSING E7',
});
export type ClosingRequested = EventOf<typeof ClosingRequested>;

/** From now on nothing counts in the period any more, but by a correction. */
export const ClosingApproved = defineEvent({
  type: 'periods.ClosingApproved',
  schema: closed(closing),
  en: 'Closing approved',
  ar: 'اعتُمد إقفال الفترة',
  rule: 'CLOSING E7',
});
export type ClosingApproved = EventOf<typeof ClosingApproved>;

export const ClosingDeclined = defineEvent({
  type: 'periods.ClosingDeclined',
  schema: closed({ request: UuidText, reason: CodeText }),
  en: 'Closing declined',
  ar: 'رُفض طلب إقفال الفترة',
  rule: 'CLOSING',
});
export type ClosingDeclined = EventOf<typeof ClosingDeclined>;

export const ClosingWithdrawn = defineEvent({
  type: 'periods.ClosingWithdrawn',
  schema: closed({ request: UuidText }),
  en: 'Closing withdrawn',
  ar: 'سُحب طلب إقفال الفترة',
  rule: 'CLOSING',
});
export type ClosingWithdrawn = EventOf<typeof ClosingWithdrawn>;

/** The period's figures stand as of this event's own sequence: whatever counts in it and comes later is a correction. */
export const PeriodClosed = defineEvent({
  type: 'periods.PeriodClosed',
  schema: closed(closing),
  en: 'Period closed',
  ar: 'أُقفلت الفترة',
  rule: 'CLOSING',
});
export type PeriodClosed = EventOf<typeof PeriodClosed>;

/** The year's revenue and expense go to 3000; counts on the year's last day. `side` is where the account's balance stood. */
export const YearClosed = defineEvent({
  type: 'periods.YearClosed',
  schema: closed({
    ...closing,
    results: Type.Array(
      closed({
        account: Type.String({ pattern: '^[45][0-9]{3}$' }),
        currency: CurrencyText,
        side: Type.Enum(['debit', 'credit']),
        amount: AmountText,
      }),
    ),
  }),
  en: 'Year closed',
  ar: 'أُقفلت السنة',
  rule: 'CLOSING',
});
export type YearClosed = EventOf<typeof YearClosed>;

export type ClosingEvent =
  ClosingRequested | ClosingApproved | ClosingDeclined | ClosingWithdrawn | PeriodClosed | YearClosed;

export const closingEvents: readonly EventDefinition[] = [
  ClosingRequested,
  ClosingApproved,
  ClosingDeclined,
  ClosingWithdrawn,
  PeriodClosed,
  YearClosed,
  ...rejections('periods', [...closingCommands, 'ViewPeriods']),
];

/** One command, on one thing, in one period, until one day. */
export const CorrectionRequested = defineEvent({
  type: 'periods.CorrectionRequested',
  schema: closed({
    entity: PartyText,
    period: PeriodText,
    reason: CodeText,
    about: UuidText,
    command: CodeText,
    until: DateText,
  }),
  en: 'Correction requested',
  ar: 'طُلب تصحيح',
  rule: 'CLOSING E7',
});
export type CorrectionRequested = EventOf<typeof CorrectionRequested>;

export const CorrectionApproved = defineEvent({
  type: 'periods.CorrectionApproved',
  schema: closed({}),
  en: 'Correction approved',
  ar: 'اعتُمد التصحيح',
  rule: 'CLOSING E7',
});
export type CorrectionApproved = EventOf<typeof CorrectionApproved>;

export const CorrectionDeclined = defineEvent({
  type: 'periods.CorrectionDeclined',
  schema: closed({ reason: CodeText }),
  en: 'Correction declined',
  ar: 'رُفض طلب التصحيح',
  rule: 'CLOSING',
});
export type CorrectionDeclined = EventOf<typeof CorrectionDeclined>;

export const CorrectionWithdrawn = defineEvent({
  type: 'periods.CorrectionWithdrawn',
  schema: closed({}),
  en: 'Correction withdrawn',
  ar: 'سُحب طلب التصحيح',
  rule: 'CLOSING',
});
export type CorrectionWithdrawn = EventOf<typeof CorrectionWithdrawn>;

/** It serves this one command, whose events name it; it is written first, so that no two commands can share one. */
export const CorrectionTaken = defineEvent({
  type: 'periods.CorrectionTaken',
  schema: closed({ id: UuidText, on: DateText }),
  en: 'Correction taken up',
  ar: 'استُعمل التصحيح',
  rule: 'CLOSING',
});
export type CorrectionTaken = EventOf<typeof CorrectionTaken>;

export type CorrectionEvent =
  CorrectionRequested | CorrectionApproved | CorrectionDeclined | CorrectionWithdrawn | CorrectionTaken;

export const correctionEvents: readonly EventDefinition[] = [
  CorrectionRequested,
  CorrectionApproved,
  CorrectionDeclined,
  CorrectionWithdrawn,
  CorrectionTaken,
  ...rejections('periods', [...correctionCommands, 'ViewCorrections']),
];

/** Every type that this context stores, refusals and refused views included. */
export const periodEvents: readonly EventDefinition[] = [...closingEvents, ...correctionEvents];
