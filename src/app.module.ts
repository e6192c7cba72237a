import { Module, type DynamicModule } from '@nestjs/common';
import type { Logger } from 'pino';
import { AccessLogController } from '../projections/access-log/controller.js';
import { AttemptsController } from '../projections/attempts/controller.js';
import { AuditController } from '../projections/audit/controller.js';
import { AUDITED, Finder } from '../projections/audit/finder.js';
import { eventsAt } from '../projections/audit/placed.js';
import { EVENTS_AT } from '../projections/events-at.js';
import { BookBalancesController } from '../projections/books/controller.js';
import { partyLines } from '../projections/books/party-lines.js';
import { PARTY_LINES } from '../projections/party-lines.js';
import { CLOSINGS_OF } from '../projections/closings-of.js';
import { closingsOf } from '../projections/closings/closed.js';
import { ClosingsController } from '../projections/closings/controller.js';
import { CorrectionsController } from '../projections/corrections/controller.js';
import { DebtDetailController } from '../projections/debt-detail/controller.js';
import { DebtListController } from '../projections/debt-list/controller.js';
import { DelegationsController } from '../projections/delegations/controller.js';
import { InstalmentPlansController } from '../projections/instalment-plans/controller.js';
import { KnownAt } from '../projections/known-at.js';
import { EVENT_DEFINITIONS, JournalController } from '../projections/journal/controller.js';
import { PartiesController } from '../projections/parties/controller.js';
import { PartyBalancesController } from '../projections/party-balances/controller.js';
import { ReceiptsController } from '../projections/receipts/controller.js';
import { ReportExplanationController } from '../projections/reports/explain-controller.js';
import { ExplainController } from '../projections/explain/controller.js';
import { PersonalDataController } from '../projections/audit/personal/controller.js';
import { CertificateController } from '../projections/audit/record/certificate.controller.js';
import { ProofOfRecordController } from '../projections/audit/record/controller.js';
import { proofFor } from '../projections/audit/record/acknowledged.js';
import { ProofReferencesController } from '../projections/audit/record/references.controller.js';
import { TraceController } from '../projections/audit/trace/controller.js';
import { UPCAST } from '../projections/upcast.js';
import { OfficersController } from '../projections/audit/officers/controller.js';
import { Asking, REPORTS } from '../projections/reports/asking.js';
import { ReportsController } from '../projections/reports/controller.js';
import { SubscriptionsController } from '../projections/subscriptions/controller.js';
import { catalogue, projections, reports, rules } from './composition.js';
import { CommandsModule, tariffOf } from './commands.module.js';
import type { Configuration } from './config/configuration.js';
import { BillingModule } from './contexts/billing/billing.module.js';
import { Authorities, type Authority } from './contexts/debts/authorities.js';
import { DebtsModule } from './contexts/debts/debts.module.js';
import { delegation } from './contexts/delegations/delegation.js';
import { DelegationsModule } from './contexts/delegations/delegations.module.js';
import { DutyFinder } from './contexts/parties/duties.js';
import { PartiesModule } from './contexts/parties/parties.module.js';
import { LEGAL_RETENTION, readRetention } from './contexts/parties/retention.js';
import { PeriodsModule } from './contexts/periods/periods.module.js';
import { SubscriptionsModule } from './contexts/subscriptions/subscriptions.module.js';
import { audited, dutiesOf } from './duties.js';
import { EVENT_READER } from './event-store/event-store.js';
import { FeedHost } from './feed/feed-host.js';
import { eventStoreIndicator, feedIndicator, measureFeed } from './feed/observing.js';
import { auditIndicator, measureAudit } from './feed/self-audit/observing.js';
import { ProjectionsController } from './feed/projections.controller.js';
import { HttpModule } from './http/http.module.js';
import type { Metrics } from './http/metrics.js';
import type { HttpPorts } from './http/ports.js';
import { Exports } from './http/streams/exports.js';
import { recordSuppressed, type Instance } from './instance.js';
import { JOBS, JobsController } from './jobs/jobs.controller.js';
import { jobsIndicator, measureJobs } from './jobs/observing.js';
import { businessDateAt } from './kernel/calendar.js';
import type { Envelope } from './kernel/envelope.js';
import type { Uuid } from './kernel/ids.js';
import { formatMinor } from './kernel/money.js';
import type { Ledger } from './ledger/ledger.js';
import type { ReadModelReader } from './read-models/read-models.js';
import { READ_MODELS } from './read-models/token.js';
import { AUDITED_LOG, AuditFilesController } from './transparency/auditing/audit-files.controller.js';
import type { AuditedLog } from './transparency/auditing/audit-files.js';
import {
  BalancesController,
  SIGNED_BALANCES,
  type SignedBalances,
} from './transparency/balances/balances.controller.js';
import { LineSalts } from './transparency/balances/line.js';
import { logIndicator, measureLog } from './transparency/observing.js';
import { VerifyPageController } from './transparency/verify-page.controller.js';
import { PUBLISHED_LOG, TransparencyController, type Published } from './transparency/transparency.controller.js';
import { VAULT } from './vault/vault.token.js';

/** The server: the write side, and everything that is answered over HTTP. */
@Module({})
export class AppModule {
  static async register(
    configuration: Configuration,
    instance: Instance,
    logger: Logger,
    metrics: Metrics,
  ): Promise<DynamicModule> {
    const { ledger, vault, sweeping, store, readModels, feed, clock, jobs, transparency, balances } = instance;
    const retention = configuration.retention === undefined ? LEGAL_RETENTION : readRetention(configuration.retention);
    const tariff = tariffOf(configuration); // once: all go by the same one, whoever writes to its file meanwhile
    measureFeed(feed, metrics);
    const swept =
      'Sealed values that a crash left: removed, or named by an event after all (since the start); waiting (at the last look).';
    metrics.gauge('sijill_vault_swept', swept, 'found', () => Object.entries(sweeping.swept));
    measureAudit(feed, metrics);
    measureLog(feed, metrics);
    measureJobs(jobs, metrics);
    const shared = [
      { provide: VAULT, useValue: vault },
      { provide: EVENT_READER, useValue: store },
      { provide: READ_MODELS, useValue: readModels },
      { provide: FeedHost, useValue: feed },
      { provide: JOBS, useValue: jobs },
      { provide: UPCAST, useValue: (event: Envelope) => catalogue.upcast(event) },
      { provide: EVENT_DEFINITIONS, useValue: catalogue.definitions },
      { provide: AUDITED, useValue: audited },
      { provide: EVENTS_AT, useValue: eventsAt(readModels, store) },
      { provide: PARTY_LINES, useValue: partyLines(readModels) },
      { provide: CLOSINGS_OF, useValue: closingsOf(readModels) },
      { provide: REPORTS, useValue: reports },
      {
        provide: DutyFinder,
        useValue: {
          of: (party) => dutiesOf(party, readModels, store, retention, businessDateAt(clock.now())),
        } satisfies DutyFinder,
      },
      { provide: Authorities, useValue: authorities(ledger) },
    ];
    return {
      module: AppModule,
      global: true,
      imports: [
        CommandsModule.under(tariff, instance),
        await HttpModule.register({ configuration, ports: portsOf(instance), logger, metrics }),
        DebtsModule,
        DelegationsModule,
        BillingModule,
        PeriodsModule,
        PartiesModule.under(retention),
        SubscriptionsModule.under(tariff, clock),
      ],
      controllers: [
        DebtListController,
        DebtDetailController,
        PartyBalancesController,
        BookBalancesController,
        ReceiptsController,
        InstalmentPlansController,
        DelegationsController,
        SubscriptionsController,
        ClosingsController,
        CorrectionsController,
        AttemptsController,
        AuditController,
        TraceController,
        OfficersController,
        ReportsController,
        JournalController,
        ExplainController,
        ReportExplanationController,
        ProjectionsController,
        JobsController,
        TransparencyController,
        BalancesController,
        AuditFilesController,
        ProofOfRecordController,
        ProofReferencesController,
        PersonalDataController,
        CertificateController,
        PartiesController,
        AccessLogController,
        VerifyPageController,
      ],
      providers: [
        ...shared,
        KnownAt,
        Asking,
        Finder,
        Exports,
        {
          provide: SIGNED_BALANCES,
          useValue: {
            ledger: ledger.id,
            events: store,
            reader: balances,
            salts: new LineSalts(vault.leafKey(), (event) => vault.leafSalt(event)),
          } satisfies SignedBalances,
        },
        {
          provide: AUDITED_LOG,
          useValue: {
            ledger: ledger.id,
            events: store,
            saltOf: (event) => vault.leafSalt(event),
            leafKey: () => vault.leafKey(),
          } satisfies AuditedLog,
        },
        {
          provide: PUBLISHED_LOG,
          useValue: { log: transparency, saltOf: (event) => vault.leafSalt(event) } satisfies Published,
        },
      ],
      exports: shared,
    };
  }
}

const authorities = (ledger: Ledger): Authorities => ({
  async find(id: Uuid): Promise<Authority | null> {
    const { state, revision } = await ledger.load(delegation, id);
    if (state === null) return null;
    const { status, approver, entity, kind, upTo, currency, from, to } = state;
    const terms = { status, approver, entity, kind, upTo: formatMinor(upTo, currency), currency, from, to };
    return { delegation: id, revision, ...terms };
  },
});

const portsOf = ({ clock, vault, ledger, feed, store, readModels, jobs, transparency }: Instance): HttpPorts => ({
  clock,
  vault,
  rules,
  events: store,
  refuse: (refusal) => ledger.refuse(refusal),
  recordSuppressed: (report) => recordSuppressed(ledger, report),
  sequenceOf: (position, timeoutMs) => feed.sequenceOf(position, timeoutMs),
  waitFor: (sequence, timeoutMs) => feed.waitForProjections(sequence, timeoutMs),
  waitForEffects: (cause, timeoutMs) => feed.waitForEffects(cause, timeoutMs),
  proofFor: proofFor({
    log: transparency,
    saltOf: (event) => vault.leafSalt(event),
    eventsAt: eventsAt(readModels, store),
    upcast: (event) => catalogue.upcast(event),
    waitForProjections: (sequence, timeoutMs) => feed.waitForProjections(sequence, timeoutMs),
    waitForCheckpoint: (sequence, timeoutMs) => feed.waitForCheckpoint(sequence, timeoutMs),
  }),
  indicators: [
    eventStoreIndicator(feed),
    { name: 'vault', check: async () => ({ up: (await vault.ledger()) === ledger.id }) },
    { name: 'readModels', check: async () => ({ up: await isAnswering(readModels) }) },
    feedIndicator('projections', 'projection', feed),
    feedIndicator('policies', 'policy', feed),
    jobsIndicator(jobs),
    auditIndicator(feed),
    logIndicator(feed),
  ],
});

/** @throws ReadModelUnavailable */
async function isAnswering(readModels: ReadModelReader): Promise<boolean> {
  await readModels.checkpoint(projections[0]!.name);
  return true;
}
