/** What forbids that a party's data are destroyed, as the read models know it: open things, and records to be kept. */
import { Finder, type Audited } from '../projections/audit/finder.js';
import { audit } from '../projections/audit/projection.js';
import { debtListModel } from '../projections/debt-list/model.js';
import { debtList } from '../projections/debt-list/projection.js';
import { partyBalancesModel } from '../projections/party-balances/model.js';
import { partyBalances } from '../projections/party-balances/projection.js';
import { receiptsModel } from '../projections/receipts/model.js';
import { receipts } from '../projections/receipts/projection.js';
import { dueErasures, erasedParties } from '../projections/parties/due.js';
import { subscriptionsModel } from '../projections/subscriptions/model.js';
import { subscriptions } from '../projections/subscriptions/projection.js';
import { catalogue, ruleCodes } from './composition.js';
import type { Duties } from './contexts/parties/duties.js';
import type { Erasures } from './contexts/parties/parties.jobs.js';
import { keptUntil, spansOf, type Retention, type Span } from './contexts/parties/retention.js';
import type { EventReader } from './event-store/event-store.js';
import { addDays, addMonths, type BusinessDate } from './kernel/calendar.js';
import type { PartyId } from './kernel/ids.js';
import type { Model, ReadModelReader } from './read-models/read-models.js';

/** What tax was charged on. */
const TAXED = [
  'subscriptions.PaymentReceived',
  'subscriptions.SubscriptionActivated',
  'subscriptions.SubscriptionRenewed',
];
/** By whose documents the facts are found. */
const ASKED = [audit, debtList, partyBalances, receipts, subscriptions];

export const audited: Audited = { types: catalogue.definitions, rules: ruleCodes };

/** @param today the business day of the question */
export async function dutiesOf(
  party: PartyId,
  models: ReadModelReader,
  events: EventReader,
  retention: Retention,
  today: BusinessDate,
): Promise<Duties> {
  const finder = new Finder(models, events, (event) => catalogue.upcast(event), audited);
  const spans = spansOf(retention).map(async (span) => {
    const last = await lastRecord(finder, party, span, addMonths(today, -12 * span.years));
    return last === undefined ? [] : [{ class: span.class, until: keptUntil(last, span.years) }];
  });
  const [open, kept] = await Promise.all([openThings(party, models), Promise.all(spans)]);
  const longest = kept.flat().sort((a, b) => (a.until < b.until ? 1 : -1))[0];
  return { open, kept: longest ?? null };
}

/** The day of the last record of a party in a span, where it is still to be kept: by effect, whenever it was recorded. */
async function lastRecord(
  finder: Finder,
  party: PartyId,
  { class: kind, from: first, to }: Span,
  after: BusinessDate,
): Promise<BusinessDate | undefined> {
  const types: readonly (string | undefined)[] = kind === 'tax' ? TAXED : [undefined];
  let last: BusinessDate | undefined;
  let from = after > first ? after : first;
  for (const type of types) {
    while (from <= to) {
      const asked = {
        party,
        minAmount: '0',
        effectiveFrom: from,
        effectiveTo: to,
        ...(type !== undefined && { type }),
      };
      const found = await finder.one(asked);
      if (found === undefined) break;
      last = found.event.effectiveOn;
      from = addDays(last, 1);
    }
  }
  return last;
}

async function openThings(party: PartyId, models: ReadModelReader): Promise<Duties['open']> {
  const isThere = async (model: Model, field: string, state: string): Promise<boolean> => {
    const where = [field, 'state'].map((each, index) => ({
      field: each,
      is: 'eq' as const,
      value: index === 0 ? party : state,
    }));
    return (await models.query(model, { where, limit: 1 })).documents.length > 0;
  };
  const any = async (model: Model, fields: readonly string[], states: readonly string[]): Promise<boolean> => {
    const asked = fields.flatMap((field) => states.map((state) => isThere(model, field, state)));
    return (await Promise.all(asked)).includes(true);
  };
  const [debt, subscription, receipt, balances] = await Promise.all([
    any(debtListModel, ['debtor', 'creditor'], ['draft', 'outstanding']),
    any(subscriptionsModel, ['user', 'establishment'], ['pendingPayment', 'active']),
    any(receiptsModel, ['payer'], ['unmatched']),
    models.get(partyBalancesModel, party),
  ]);
  const isSome = (amount: string): boolean => /[1-9]/.test(amount);
  const balance =
    balances !== undefined &&
    (balances.owed.some(({ amount }) => isSome(amount)) || balances.credits.some(({ total }) => isSome(total)));
  const found = { debt, balance, subscription, receipt };
  return (Object.keys(found) as (keyof typeof found)[]).filter((name) => found[name]);
}

/** What the clock of the erasures asks. */
export const erasuresUnder = (events: EventReader, retention: Retention, today: () => BusinessDate): Erasures => ({
  due: dueErasures,
  erased: erasedParties,
  async duties(models, { party, sequence }) {
    const counts = await Promise.all(ASKED.map(async ({ name }) => (await models.checkpoint(name))?.count ?? 0));
    if (counts.some((count) => count <= sequence)) return undefined;
    return dutiesOf(party, models, events, retention, today());
  },
});
