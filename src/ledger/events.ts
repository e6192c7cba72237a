import Type from 'typebox';
import { CHART } from '../kernel/accounts.js';
import { defineEvent, type EventOf } from '../event-store/catalogue.js';
import { closed, UuidText } from '../event-store/schemas.js';

/** Event 0 of every ledger: who it is, in which environment, on which chart (DESIGN.md, Envelope). */
export const LedgerOpened = defineEvent({
  type: 'ledger.LedgerOpened',
  schema: closed({
    ledger: UuidText,
    environment: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$' }),
    timeZone: Type.Literal('Asia/Riyadh'),
    chart: Type.Array(closed({ account: Type.String(), kind: Type.String(), en: Type.String(), ar: Type.String() })),
    /** The name of the transparency log: a host and path that the operator owns, without a scheme. */
    logOrigin: Type.String({ minLength: 1, maxLength: 200 }),
  }),
  en: 'Ledger opened',
  ar: 'فتح السجل',
  rule: 'Envelope',
});
export type LedgerOpened = EventOf<typeof LedgerOpened>;

/** How many refusals of one actor were answered with 429 instead of being recorded one by one (DESIGN.md, Refusals). */
export const AttemptsSuppressed = defineEvent({
  type: 'ledger.AttemptsSuppressed',
  schema: closed({
    actor: Type.String({ pattern: '^actor_' }),
    count: Type.Integer({ minimum: 1 }),
    /** RFC 3339 instants of the hour that was counted. */
    from: Type.String(),
    to: Type.String(),
  }),
  en: 'Refused attempts suppressed',
  ar: 'محاولات مرفوضة لم تُسجَّل فرادى',
  rule: 'Refusals',
});
export type AttemptsSuppressed = EventOf<typeof AttemptsSuppressed>;

export const ledgerEvents = [LedgerOpened, AttemptsSuppressed];

export const chartOfAccounts = (): LedgerOpened['data']['chart'] =>
  Object.entries(CHART).map(([account, { kind, en, ar }]) => ({ account, kind, en, ar }));
