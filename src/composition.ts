/** What this program consists of: every event, rule, policy, job and projection, in one place. */
import { delegations } from '../projections/delegations/projection.js';
import { attempts } from '../projections/attempts/projection.js';
import { audit } from '../projections/audit/projection.js';
import { dueClosings } from '../projections/closings/due.js';
import { booksReports } from '../projections/books/reports.js';
import { bookLines } from '../projections/books/lines.js';
import { bookSums } from '../projections/books/sums.js';
import { closings } from '../projections/closings/projection.js';
import { corrections } from '../projections/corrections/projection.js';
import { debtDetail } from '../projections/debt-detail/projection.js';
import { debtList } from '../projections/debt-list/projection.js';
import { entityTotals } from '../projections/entity-totals/projection.js';
import { parties } from '../projections/parties/projection.js';
import { partyBalances } from '../projections/party-balances/projection.js';
import { receipts } from '../projections/receipts/projection.js';
import { duePlans } from '../projections/instalment-plans/due.js';
import { moments } from '../projections/moments.js';
import { instalmentPlans } from '../projections/instalment-plans/projection.js';
import type { Report } from '../projections/report.js';
import { replayedReports } from '../projections/reports/catalogue.js';
import { dueSubscriptions } from '../projections/subscriptions/due.js';
import { subscriptions } from '../projections/subscriptions/projection.js';
import { balanceEvents } from './contexts/balances/events.js';
import { balancePolicies } from './contexts/balances/balances.policy.js';
import { BALANCE_RULES } from './contexts/balances/rules.js';
import { billingEvents } from './contexts/billing/events.js';
import { RECEIPT_CONFLICT } from './contexts/billing/receipt-conflict.js';
import { BILLING_RULES } from './contexts/billing/rules.js';
import { delegationEvents } from './contexts/delegations/events.js';
import { DELEGATION_RULES } from './contexts/delegations/rules.js';
import { debtPolicies } from './contexts/debts/debts.policy.js';
import { debtEvents } from './contexts/debts/events.js';
import { debtRules } from './contexts/debts/rules.js';
import { books, type Books } from './contexts/periods/books.js';
import { TakeCorrection } from './contexts/periods/commands.js';
import { correction } from './contexts/periods/correction.js';
import { keepPeriods } from './contexts/periods/periods.jobs.js';
import { partyEvents } from './contexts/parties/events.js';
import { keepErasures, type Erasures } from './contexts/parties/parties.jobs.js';
import { PARTY_RULES } from './contexts/parties/rules.js';
import { periodEvents } from './contexts/periods/events.js';
import { CLOSING_RULES, CORRECTION_RULES } from './contexts/periods/rules.js';
import { proofEvents } from './contexts/proofs/events.js';
import { subscriptionEvents } from './contexts/subscriptions/events.js';
import { SUBSCRIPTION_RULES } from './contexts/subscriptions/rules.js';
import { keepInstalments } from './contexts/debts/debts.jobs.js';
import type { WorkingDays } from './contexts/debts/working-days.js';
import { keepSubscriptions } from './contexts/subscriptions/subscriptions.jobs.js';
import { subscriptionPolicies } from './contexts/subscriptions/subscriptions.policy.js';
import { Catalogue, rejections, type EventDefinition } from './event-store/catalogue.js';
import type { EventReader } from './event-store/event-store.js';
import type { Policy, Projection } from './feed/consumers.js';
import { CONTEXTS, refusableCommands } from './http/access.js';
import { EDGE_RULES } from './http/rules.js';
import type { Job } from './jobs/jobs.js';
import type { Rule } from './kernel/refusal.js';
import { periodsId, takingId } from './kernel/ids.js';
import type { Periods } from './ledger/closed-books.js';
import { ledgerEvents } from './ledger/events.js';
import { LEDGER_RULES } from './ledger/rules.js';
import type { Vault } from './vault/vault.js';

/** The version of the rules that decide; it stands in every event. */
export const RULE_SET = '2026-11';

const recorded: readonly EventDefinition[] = [
  ...ledgerEvents,
  ...debtEvents,
  ...delegationEvents,
  ...billingEvents,
  ...balanceEvents,
  ...subscriptionEvents,
  ...periodEvents,
  ...partyEvents,
  ...proofEvents,
];

/** Refusals that the edge records for a context, besides those of its deciders. */
const edge = CONTEXTS.flatMap((context) => rejections(context, refusableCommands(context))).filter(
  ({ type }) => !recorded.some((each) => each.type === type),
);

export const catalogue = new Catalogue([...recorded, ...edge]);

export const rules: readonly Rule[] = [
  ...debtRules,
  ...Object.values(DELEGATION_RULES),
  ...Object.values(BILLING_RULES),
  RECEIPT_CONFLICT,
  ...Object.values(BALANCE_RULES),
  ...Object.values(SUBSCRIPTION_RULES),
  ...Object.values(CLOSING_RULES),
  ...Object.values(CORRECTION_RULES),
  ...Object.values(PARTY_RULES),
  ...Object.values(LEDGER_RULES),
];

/** What a refusal or an event may be searched by: numbers of domain.md, laws of the design, and the rules' codes. */
export const ruleCodes: ReadonlySet<string> = new Set([
  ...[...rules, ...Object.values(EDGE_RULES)].flatMap(({ rule, code }) => [rule, code]),
  ...catalogue.definitions.flatMap(({ rule }) => rule.split(' ')),
]);

/** What closed periods are to the ledger (docs/adr/0018). */
export const periods: Periods = {
  books,
  idOf: periodsId,
  closed: (state) => state as Books,
  corrections: correction,
  take({ type, target, request }, on, entities) {
    const { id, digest, actor, source, correlation, correction: taken } = request;
    if (taken === undefined) throw new Error(`${type} names no correction`);
    const taking = { id: takingId(id), digest, actor, source, correlation, mayBackdate: false };
    return new TakeCorrection(taken, { id, command: type, about: target, on, entities }, taking);
  },
};

/** In this order: what a page makes them send to one aggregate is sent in it. */
export const policies: readonly Policy[] = [...debtPolicies, ...subscriptionPolicies, ...balancePolicies];

/** What time does by itself. */
export const jobsUnder = (
  workingDays: WorkingDays,
  log: Pick<EventReader, 'readAll'>,
  erasures: Erasures,
  vault: Pick<Vault, 'erase' | 'isErased'>,
): readonly Job[] => [
  keepSubscriptions(dueSubscriptions),
  keepInstalments(duePlans, workingDays),
  keepPeriods(dueClosings, log),
  keepErasures(erasures, vault),
];

export const projections: readonly Projection[] = [
  debtList,
  debtDetail,
  partyBalances,
  receipts,
  instalmentPlans,
  delegations,
  subscriptions,
  closings,
  corrections,
  parties,
  attempts,
  entityTotals,
  moments,
  audit,
  bookSums,
  bookLines,
];

/** What auditors and regulators ask for (domain.md §5). */
export const reports: readonly Report[] = [...booksReports, ...replayedReports];
