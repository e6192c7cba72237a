import type { CommandContext } from '../../kernel/decider.js';
import type { Actor } from '../../kernel/envelope.js';
import { refuse, type Refusal, type Rule } from '../../kernel/refusal.js';
import type { SubscriptionCommand } from './commands.js';
import { SUBSCRIPTION_RULES as RULES } from './rules.js';
import { statusOn, type Subscription, type SubscriptionStatus } from './state.js';

type Name = SubscriptionCommand['type'];
type Who = 'establishment' | 'establishment or user' | 'ledger';

/** Whose side may send it: by the party that the actor acts for; `ledger` is a policy or the clock. */
const MAY: Record<Name, Who> = {
  PurchaseSubscription: 'establishment',
  RenewSubscription: 'establishment',
  CancelSubscription: 'establishment',
  RefundAttempt: 'establishment',
  TransferSubscription: 'establishment',
  ReinstateSubscription: 'establishment',
  UseService: 'establishment or user',
  ConfirmPayment: 'ledger',
  ReversePayment: 'ledger',
  CancelForResignation: 'ledger',
  BringUpToDate: 'ledger',
};

type Row = Partial<Record<SubscriptionStatus, Rule>>;

const { DUPLICATE, NOT_ACTIVE, NO_RECOVERY, ENDED, ALREADY_CANCELLED, NOT_CANCELLED, USE_RENEW } = RULES;
const always = (rule: Rule): Row => ({
  pendingPayment: rule,
  active: rule,
  expired: rule,
  cancelled: rule,
  lapsed: rule,
});

/** The refusals of the Subscription table (domain.md §3); an absent cell lets the command through. */
const STOPPED: Partial<Record<Name, Row>> = {
  PurchaseSubscription: { pendingPayment: DUPLICATE, active: DUPLICATE },
  RenewSubscription: { pendingPayment: NOT_ACTIVE, cancelled: NO_RECOVERY, lapsed: NOT_ACTIVE },
  CancelSubscription: { expired: ENDED, cancelled: ALREADY_CANCELLED, lapsed: ENDED },
  RefundAttempt: always(RULES.NO_REFUND),
  TransferSubscription: always(RULES.NO_TRANSFER),
  ReinstateSubscription: {
    pendingPayment: NOT_CANCELLED,
    active: NOT_CANCELLED,
    expired: USE_RENEW,
    cancelled: NO_RECOVERY,
    lapsed: NOT_CANCELLED,
  },
  UseService: { pendingPayment: NOT_ACTIVE, expired: NOT_ACTIVE, cancelled: NO_RECOVERY, lapsed: NOT_ACTIVE },
};

/** Existence, actor, state, in this order: whoever may not see a subscription learns nothing about it. */
export function admit(
  { type }: SubscriptionCommand,
  subscription: Subscription,
  { actor, effectiveOn }: CommandContext,
): Refusal | null {
  const who = MAY[type];
  if (!isOn(subscription, who, actor)) {
    const sees = isOn(subscription, 'establishment or user', actor);
    return sees ? refuse(RULES.NOT_YOURS, { command: type, who }) : refuse(RULES.NOT_FOUND);
  }
  const state = statusOn(subscription, effectiveOn);
  const rule = STOPPED[type]?.[state];
  if (rule !== undefined) return refuse(rule, factsOf(subscription, state));
  // One order at a time, so that a receipt has one thing to pay.
  const orders = type === 'PurchaseSubscription' || type === 'RenewSubscription';
  return orders && subscription.order !== null ? refuse(DUPLICATE, factsOf(subscription, state)) : null;
}

function isOn({ refs }: Subscription, who: Who, { role, actingFor }: Actor): boolean {
  switch (who) {
    case 'ledger':
      return role === 'system';
    case 'establishment':
      return actingFor === refs.establishment;
    case 'establishment or user':
      return actingFor === refs.establishment || actingFor === refs.user;
  }
}

const factsOf = ({ order }: Subscription, state: SubscriptionStatus): Refusal['facts'] => ({
  state,
  order: order === null ? 'none' : order.number,
});
