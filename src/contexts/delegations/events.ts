/** What can happen to a delegation (تفويض): authority to decide, for an entity, on a kind of thing, up to an amount. */
import { defineEvent, rejections, type EventDefinition, type EventOf } from '../../event-store/catalogue.js';
import {
  ActorText,
  AmountText,
  closed,
  CodeText,
  CurrencyText,
  DateText,
  PartyText,
} from '../../event-store/schemas.js';

/** `from` and `to` are the first and the last day; it has no force before a second person approves it. */
export const DelegationRegistered = defineEvent({
  type: 'delegations.DelegationRegistered',
  schema: closed({
    approver: ActorText,
    entity: PartyText,
    kind: CodeText,
    upTo: AmountText,
    currency: CurrencyText,
    from: DateText,
    to: DateText,
  }),
  en: 'Delegation registered',
  ar: 'سُجّل التفويض',
  rule: 'E2i E7',
});
export type DelegationRegistered = EventOf<typeof DelegationRegistered>;

export const DelegationApproved = defineEvent({
  type: 'delegations.DelegationApproved',
  schema: closed({}),
  en: 'Delegation approved',
  ar: 'اعتُمد التفويض',
  rule: 'E2i E7',
});
export type DelegationApproved = EventOf<typeof DelegationApproved>;

/** From then on nothing is decided on it; what was decided before stands. */
export const DelegationRevoked = defineEvent({
  type: 'delegations.DelegationRevoked',
  schema: closed({ reason: CodeText }),
  en: 'Delegation revoked',
  ar: 'أُلغي التفويض',
  rule: 'E2i',
});
export type DelegationRevoked = EventOf<typeof DelegationRevoked>;

export type DelegationEvent = DelegationRegistered | DelegationApproved | DelegationRevoked;

/** Every type that this context stores, refusals and refused views included. */
export const delegationEvents: readonly EventDefinition[] = [
  DelegationRegistered,
  DelegationApproved,
  DelegationRevoked,
  ...rejections('delegations', ['RegisterDelegation', 'ApproveDelegation', 'RevokeDelegation', 'ViewDelegation']),
];
