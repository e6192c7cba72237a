import type { Type } from '@nestjs/common';
import { businessDateAt } from '../../kernel/calendar.js';
import type { Clock } from '../../kernel/clock.js';
import { subscriptionId, type PartyId } from '../../kernel/ids.js';
import { commandHandlers, type CommandClass } from '../../ledger/command-handlers.js';
import type { Ledger } from '../../ledger/ledger.js';
import {
  BringUpToDate,
  CancelForResignation,
  CancelSubscription,
  ConfirmPayment,
  PurchaseSubscription,
  RecordResignation,
  RefundAttempt,
  ReinstateSubscription,
  RenewSubscription,
  ReversePayment,
  TransferSubscription,
  UseService,
  type FoundSubscription,
} from './commands.js';
import { employment } from './employment.js';
import { statusOn } from './state.js';
import { subscriptionUnder } from './subscription.js';
import type { Tariff } from './tariff.js';

const ofSubscription: readonly CommandClass[] = [
  PurchaseSubscription,
  RenewSubscription,
  CancelSubscription,
  RefundAttempt,
  TransferSubscription,
  ReinstateSubscription,
  UseService,
  ConfirmPayment,
  ReversePayment,
  CancelForResignation,
  BringUpToDate,
];
const ofEmployment: readonly CommandClass[] = [RecordResignation];

/** Every command of this context, for the CommandRegistry. */
export const subscriptionCommandClasses: readonly CommandClass[] = [...ofSubscription, ...ofEmployment];

export const subscriptionHandlers = (tariff: Tariff): Type[] => [
  ...commandHandlers(subscriptionUnder(tariff), ofSubscription),
  ...commandHandlers(employment, ofEmployment),
];

/** What a resignation must know: the user's subscriptions with the establishment, whichever plan they are of. */
export class UsersSubscriptions {
  constructor(
    private readonly ledger: Ledger,
    private readonly tariff: Tariff,
    private readonly clock: Clock,
  ) {}

  async of(establishment: PartyId, user: PartyId): Promise<readonly FoundSubscription[]> {
    const decider = subscriptionUnder(this.tariff);
    const today = businessDateAt(this.clock.now());
    const found = await Promise.all(
      this.tariff.plans.map(async ({ code }): Promise<FoundSubscription[]> => {
        const subscription = subscriptionId(establishment, user, code);
        const { state } = await this.ledger.load(decider, subscription);
        if (state === null) return [];
        return [{ subscription, relation: state.relation, state: statusOn(state, today) }];
      }),
    );
    return found.flat();
  }
}
