import { Module, type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import type { Configuration } from './config/configuration.js';
import { balanceCommandClasses, balanceHandlers } from './contexts/balances/balances.handlers.js';
import type { Target } from './contexts/billing/commands.js';
import { receiptCommandClasses, receiptHandlers } from './contexts/billing/receipts.handlers.js';
import { ReceiptTargets, type FoundTarget } from './contexts/billing/targets.js';
import { debt } from './contexts/debts/debt.js';
import { debtCommandClasses, debtHandlers } from './contexts/debts/debts.handlers.js';
import { delegationHandlers } from './contexts/delegations/delegations.handlers.js';
import { partyCommandClasses, partyHandlers } from './contexts/parties/parties.handlers.js';
import { closingCommandClasses, periodHandlers } from './contexts/periods/periods.handlers.js';
import { proofCommandClasses, proofHandlers } from './contexts/proofs/proofs.handlers.js';
import { EXAMPLE_TARIFF } from './contexts/subscriptions/example-tariff.js';
import { subscriptionUnder } from './contexts/subscriptions/subscription.js';
import { subscriptionCommandClasses, subscriptionHandlers } from './contexts/subscriptions/subscriptions.handlers.js';
import { readTariff, type Tariff } from './contexts/subscriptions/tariff.js';
import type { Instance } from './instance.js';
import type { PartyId } from './kernel/ids.js';
import { CommandRegistry } from './ledger/command-handlers.js';
import { Ledger } from './ledger/ledger.js';

const registry = new CommandRegistry([
  ...debtCommandClasses,
  ...receiptCommandClasses,
  ...balanceCommandClasses,
  ...subscriptionCommandClasses,
  ...closingCommandClasses,
  ...proofCommandClasses,
  ...partyCommandClasses,
]);

/** @throws InvalidTariff: before anything is opened, for who asks then */
export const tariffOf = ({ tariff }: Pick<Configuration, 'tariff'>): Tariff =>
  tariff === undefined ? EXAMPLE_TARIFF : readTariff(tariff);

/**
 * The write side of an instance: the CommandBus with every context's handlers. A program that only sends commands is
 * made of this alone: to load what HTTP needs would cost it 17 MiB and half a second.
 */
@Module({})
export class CommandsModule {
  static under(tariff: Tariff, { ledger }: Pick<Instance, 'ledger'>): DynamicModule {
    const shared = [
      { provide: Ledger, useValue: ledger },
      { provide: ReceiptTargets, useValue: new TargetsInLedger(ledger, tariff) },
    ];
    return {
      module: CommandsModule,
      global: true,
      imports: [CqrsModule.forRoot()],
      providers: [
        ...shared,
        ...debtHandlers,
        ...delegationHandlers,
        ...receiptHandlers,
        ...balanceHandlers,
        ...periodHandlers,
        ...partyHandlers,
        ...proofHandlers,
        ...subscriptionHandlers(tariff),
      ],
      exports: shared,
    };
  }
}

/** Lets policies' commands through the same door as everybody's. */
export function serveCommands(instance: Instance, app: INestApplicationContext): void {
  const bus = app.get(CommandBus, { strict: false });
  instance.serveCommands((command, request) => bus.execute(registry.issue(command, request)));
}

/** Debts, and subscriptions of this tariff. */
class TargetsInLedger extends ReceiptTargets {
  constructor(
    private readonly ledger: Ledger,
    private readonly tariff: Tariff,
  ) {
    super();
  }

  find(target: Target): Promise<FoundTarget | null> {
    return this.#found(target, 'load');
  }

  recall(target: Target): Promise<FoundTarget | null> {
    return this.#found(target, 'recall');
  }

  async #found(target: Target, how: 'load' | 'recall'): Promise<FoundTarget | null> {
    if ('debt' in target) {
      const { state } = await this.ledger[how](debt, target.debt);
      return state && { state: state.status, creditor: state.refs.creditor as PartyId, currency: state.currency };
    }
    const { state } = await this.ledger[how](subscriptionUnder(this.tariff), target.subscription);
    return state && { state: state.status, creditor: state.refs.entity as PartyId, currency: state.currency };
  }
}
