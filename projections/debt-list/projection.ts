import { factTypes, type EventOf } from '../../src/event-store/catalogue.js';
import type { Recorded } from '../../src/kernel/decider.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import type { Projection } from '../../src/feed/consumers.js';
import * as debts from '../../src/contexts/debts/events.js';
import { balanceKey, debtListModel, type DebtLine } from './model.js';

/** Everything that a debt's aggregate records, by its stored type. */
type DebtEnvelope = Recorded<debts.DebtEvent>;

/** GET /v1/debts: the debts of a debtor or a creditor, by state, review, balance and date (domain.md E2a, E5, E6). */
export const debtList: Projection<DebtLine> = {
  name: 'debt-list',
  model: debtListModel,
  types: factTypes(debts.debtEvents),
  identify: ({ refs }) => (refs.debt === undefined ? [] : [refs.debt]),
  evolve(line, { event: envelope }, id): DebtLine | null {
    const event = envelope as unknown as DebtEnvelope;
    if (event.type === 'debts.DebtDrafted') return drafted(event, id);
    if (line === null) throw new Error(`${event.type} before the draft of ${id}`);
    const change = changeOf(line, event);
    return change && { ...line, ...change, revision: event.revision };
  },
};

/** What the event makes different; null: the debt is discarded. */
function changeOf(
  line: DebtLine,
  event: Exclude<DebtEnvelope, { type: 'debts.DebtDrafted' }>,
): Partial<DebtLine> | null {
  switch (event.type) {
    case 'debts.DraftEdited': {
      const { amount, ground, dueOn } = event.data;
      const edited = { ...(ground !== undefined && { ground }), ...(dueOn !== undefined && { dueOn }) };
      return amount === undefined ? edited : { ...edited, ...worth(amount, amount, line.currency) };
    }
    case 'debts.DraftDiscarded':
      return null;
    case 'debts.DebtRegistered':
      return { state: 'outstanding', registeredOn: event.effectiveOn, listedOn: event.effectiveOn };
    case 'debts.UpdateRequested':
    case 'debts.PaymentRequested':
    case 'debts.CancellationRequested':
    case 'debts.ExemptionRequested':
    case 'debts.InstalmentRequested':
      return { underReview: true };
    case 'debts.RequestWithdrawn':
    case 'debts.RequestDeclined':
    case 'debts.PartialPaymentApproved':
    case 'debts.InstalmentPlanApproved':
      return { underReview: false };
    case 'debts.DebtUpdated': {
      const { amount, balance, dueOn } = event.data;
      const due = dueOn !== undefined && { dueOn };
      return { underReview: false, ...due, ...worth(amount, balance, line.currency) };
    }
    case 'debts.ExemptionGranted':
      return { underReview: false, ...worth(line.amount.amount, event.data.balance, line.currency) };
    case 'debts.DebtSettled':
      return { underReview: false, state: 'settled' };
    case 'debts.DebtCancelled':
      return { underReview: false, state: 'cancelled', ...worth(line.amount.amount, nil(line), line.currency) };
    case 'debts.ReceiptApplied':
    case 'debts.ReceiptReversed':
      return worth(line.amount.amount, event.data.balance, line.currency);
    case 'debts.DebtReopened':
      return { state: 'outstanding' };
    case 'debts.ReceiptsGivenBack':
    case 'debts.ProceedingRecorded':
    case 'debts.InstalmentsPaid':
    case 'debts.InstalmentsReopened':
    case 'debts.InstalmentsLowered':
    case 'debts.InstalmentMissed':
    case 'debts.NoticeServed':
    case 'debts.PlanDefaulted':
    case 'debts.PlanCompleted':
      return {};
  }
}

function drafted(
  { data, effectiveOn, revision }: Envelope<string, EventOf<typeof debts.DebtDrafted>['data']>,
  id: string,
): DebtLine {
  const { debtor, creditor, ground, sector, currency, amount, dueOn } = data;
  return {
    id,
    debtor,
    creditor,
    ground,
    sector,
    state: 'draft',
    underReview: false,
    currency,
    ...worth(amount, amount, currency),
    dueOn: dueOn ?? null,
    registeredOn: null,
    listedOn: effectiveOn,
    revision,
  };
}

const worth = (
  amount: string,
  balance: string,
  currency: string,
): Pick<DebtLine, 'amount' | 'balance' | 'balanceKey'> => ({
  amount: { amount, currency },
  balance: { amount: balance, currency },
  balanceKey: balanceKey(balance),
});

/** Zero in the decimals of the line's own amount. */
const nil = ({ amount }: DebtLine): string => amount.amount.replace(/\d+/, '0').replaceAll(/\d/g, '0');
