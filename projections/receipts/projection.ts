import { factTypes } from '../../src/event-store/catalogue.js';
import type * as billing from '../../src/contexts/billing/events.js';
import { billingEvents } from '../../src/contexts/billing/events.js';
import { ReceiptApplied } from '../../src/contexts/debts/events.js';
import { PaymentReceived } from '../../src/contexts/subscriptions/events.js';
import type { Projection } from '../../src/feed/consumers.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { add, parseMoney, toJson } from '../../src/kernel/money.js';
import { receiptsModel, type ReceiptView } from './model.js';

type ReceiptEnvelope = Recorded<billing.ReceiptEvent | ReceiptApplied | PaymentReceived>;

/** GET /v1/receipts: what was paid, by payer, payee, bank and state (domain.md E2e, E8). */
export const receipts: Projection<ReceiptView> = {
  name: 'receipts',
  model: receiptsModel,
  types: [...factTypes(billingEvents), ReceiptApplied.type, PaymentReceived.type],
  identify: ({ refs }) => (refs.receipt === undefined ? [] : [refs.receipt]),
  evolve(view, { event }, id) {
    const envelope = event as ReceiptEnvelope;
    if (envelope.type === 'billing.ReceiptRecorded') return recorded(envelope, id);
    if (view === null) throw new Error(`${event.type} before receipt ${id} was recorded`);
    // The debt's and the subscription's streams have revisions of their own.
    if (envelope.type === 'debts.ReceiptApplied') {
      return { ...view, applied: envelope.data.applied, credited: envelope.data.excess };
    }
    if (envelope.type === 'subscriptions.PaymentReceived') {
      const { arrears, kept, excess, currency } = envelope.data;
      const [owed, bill] = [arrears, kept].map((amount) => parseMoney({ amount, currency }));
      return { ...view, applied: toJson(add(owed!, bill!)).amount, credited: excess };
    }
    return { ...moved(view, envelope), revision: envelope.revision };
  },
};

function moved(
  view: ReceiptView,
  event: Recorded<Exclude<billing.ReceiptEvent, billing.ReceiptRecorded>>,
): ReceiptView {
  switch (event.type) {
    case 'billing.ReceiptMatched':
      return { ...view, state: 'matched', matched: true, ...targetOf(event.data) };
    case 'billing.ReceiptReversed': {
      const { reference, on } = event.data;
      return { ...view, state: 'reversed', reversal: { reference, on } };
    }
    case 'billing.ReceiptConflictRecorded':
      return { ...view, conflicts: view.conflicts + 1 };
  }
}

const targetOf = (data: billing.ReceiptMatched['data']): Pick<ReceiptView, 'debt' | 'subscription'> =>
  'debt' in data ? { debt: data.debt, subscription: null } : { debt: null, subscription: data.subscription };

/** The commitment to the account number stays in the log: it says nothing to a reader. */
function recorded({ data, recordedAt, revision }: Recorded<billing.ReceiptRecorded>, id: string): ReceiptView {
  const { bank, reference, payer, payee, target, amount, currency, paidOn, valueDate, channel, sector } = data;
  return {
    id,
    bank,
    reference,
    payer,
    payee,
    target: target === undefined ? null : 'debt' in target ? target.debt : target.subscription,
    amount,
    currency,
    paidOn,
    valueDate: valueDate ?? null,
    channel,
    sector,
    state: 'unmatched',
    matched: false,
    debt: null,
    subscription: null,
    applied: null,
    credited: null,
    reversal: null,
    conflicts: 0,
    recordedAt,
    revision,
  };
}
