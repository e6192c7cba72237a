import { Module, type DynamicModule } from '@nestjs/common';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import type { Logger } from 'pino';
import { AttemptsController } from '../projections/attempts/controller.js';
import { DebtDetailController } from '../projections/debt-detail/controller.js';
import { DebtListController } from '../projections/debt-list/controller.js';
import { DelegationsController } from '../projections/delegations/controller.js';
import { PartyBalancesController } from '../projections/party-balances/controller.js';
import { ReceiptsController } from '../projections/receipts/controller.js';
import { rules } from './composition.js';
import type { Configuration } from './config/configuration.js';
import { BalancesModule } from './contexts/balances/balances.module.js';
import { balanceCommandClasses } from './contexts/balances/balances.handlers.js';
import { BillingModule } from './contexts/billing/billing.module.js';
import { receiptCommandClasses } from './contexts/billing/receipts.handlers.js';
import { DebtTargets, type DebtTarget } from './contexts/billing/targets.js';
import { debt } from './contexts/debts/debt.js';
import { debtCommandClasses } from './contexts/debts/debts.handlers.js';
import { DebtsModule } from './contexts/debts/debts.module.js';
import { DelegationsModule } from './contexts/delegations/delegations.module.js';
import { EVENT_READER } from './event-store/event-store.js';
import { FeedHost } from './feed/feed-host.js';
import { ProjectionsController } from './feed/projections.controller.js';
import { HttpModule } from './http/http.module.js';
import type { Metrics } from './http/metrics.js';
import type { HttpPorts, Indicator } from './http/ports.js';
import { recordSuppressed, type Instance } from './instance.js';
import type { PartyId, Uuid } from './kernel/ids.js';
import { CommandRegistry } from './ledger/command-handlers.js';
import { Ledger } from './ledger/ledger.js';
import { READ_MODELS } from './read-models/token.js';
import { VAULT } from './vault/vault.token.js';

const registry = new CommandRegistry([...debtCommandClasses, ...receiptCommandClasses, ...balanceCommandClasses]);

/** Feeds further behind than this are not ready to answer, in business events. */
const READY_LAG = 10_000;

/** The composition root: configuration picks the adapters, nothing else does. */
@Module({})
export class AppModule {
  static async register(
    configuration: Configuration,
    instance: Instance,
    logger: Logger,
    metrics: Metrics,
  ): Promise<DynamicModule> {
    const { ledger, vault, store, readModels, feed } = instance;
    metrics.gauge('sijill_feed_lag_events', 'Business events that a consumer is behind.', 'consumer', () =>
      feed.current().consumers.map(({ name, lag }) => [name, lag] as const),
    );
    metrics.gauge('sijill_feed_stopped', 'Whether a consumer has stopped (1) and needs a person.', 'consumer', () =>
      feed.current().consumers.map(({ name, state }) => [name, state === 'stopped' ? 1 : 0] as const),
    );
    const refused = 'Commands of a policy that a rule refused since the start: somebody has to decide what follows.';
    metrics.gauge('sijill_policy_refusals', refused, 'policy', () => feed.refused);
    const shared = [
      { provide: Ledger, useValue: ledger },
      { provide: VAULT, useValue: vault },
      { provide: EVENT_READER, useValue: store },
      { provide: READ_MODELS, useValue: readModels },
      { provide: FeedHost, useValue: feed },
      { provide: DebtTargets, useValue: debtTargets(ledger) },
    ];
    return {
      module: AppModule,
      global: true,
      imports: [
        CqrsModule.forRoot(),
        await HttpModule.register({ configuration, ports: portsOf(instance), logger, metrics }),
        DebtsModule,
        DelegationsModule,
        BillingModule,
        BalancesModule,
      ],
      controllers: [
        DebtListController,
        DebtDetailController,
        PartyBalancesController,
        ReceiptsController,
        DelegationsController,
        AttemptsController,
        ProjectionsController,
      ],
      providers: shared,
      exports: shared,
    };
  }
}

/** Lets policies' commands through the same door as everybody's. */
export const serveCommands = (instance: Instance, bus: CommandBus): void =>
  instance.serveCommands((command, request) => bus.execute(registry.issue(command, request)));

const debtTargets = (ledger: Ledger): DebtTargets => ({
  async find(id: Uuid): Promise<DebtTarget | null> {
    const { state } = await ledger.load(debt, id);
    if (state === null) return null;
    return { state: state.status, creditor: state.refs.creditor as PartyId, currency: state.currency };
  },
});

const portsOf = ({ clock, vault, ledger, feed, store }: Instance): HttpPorts => ({
  clock,
  vault,
  rules,
  events: store,
  refuse: (refusal) => ledger.refuse(refusal),
  recordSuppressed: (report) => recordSuppressed(ledger, report),
  waitFor: (sequence, timeoutMs) => feed.waitForProjections(sequence, timeoutMs),
  waitForEffects: (sequence, timeoutMs) => feed.waitForEffects(sequence, timeoutMs),
  indicators: [
    { name: 'eventStore', check: async () => ({ up: true, details: { events: (await store.head()).count } }) },
    feedIndicator('projections', 'projection', feed),
    feedIndicator('policies', 'policy', feed),
  ],
});

const feedIndicator = (name: string, kind: 'projection' | 'policy', feed: Instance['feed']): Indicator => ({
  name,
  check() {
    const consumers = feed.current().consumers.filter((each) => each.kind === kind);
    const up = consumers.every(({ state, lag }) => state !== 'stopped' && lag <= READY_LAG);
    const details = Object.fromEntries(consumers.map((each) => [each.name, `${each.state}, ${each.lag} behind`]));
    return Promise.resolve({ up: up && consumers.length > 0, details });
  },
});
