import { factTypes } from '../../src/event-store/catalogue.js';
import type * as billing from '../../src/contexts/billing/events.js';
import { billingEvents } from '../../src/contexts/billing/events.js';
import { ReceiptApplied } from '../../src/contexts/debts/events.js';
import type { Projection } from '../../src/feed/consumers.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { receiptsModel, type ReceiptView } from './model.js';

type ReceiptEnvelope = Recorded<billing.ReceiptEvent> | Recorded<ReceiptApplied>;

/** GET /v1/receipts: what was paid, by payer, payee, bank and state (domain.md E2e, E8). */
export const receipts: Projection<ReceiptView> = {
  name: 'receipts',
  model: receiptsModel,
  types: [...factTypes(billingEvents), ReceiptApplied.type],
  identify: ({ refs }) => (refs.receipt === undefined ? [] : [refs.receipt]),
  evolve(view, { event }, id) {
    const envelope = event as ReceiptEnvelope;
    if (envelope.type === 'billing.ReceiptRecorded') return recorded(envelope, id);
    if (view === null) throw new Error(`${event.type} before receipt ${id} was recorded`);
    // The debt's stream has revisions of its own.
    if (envelope.type === 'debts.ReceiptApplied') {
      return { ...view, applied: envelope.data.applied, credited: envelope.data.excess };
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
      return { ...view, state: 'matched', matched: true, debt: event.data.debt };
    case 'billing.ReceiptReversed': {
      const { reference, on } = event.data;
      return { ...view, state: 'reversed', reversal: { reference, on } };
    }
    case 'billing.ReceiptConflictRecorded':
      return { ...view, conflicts: view.conflicts + 1 };
  }
}

/** The commitment to the account number stays in the log: it says nothing to a reader. */
function recorded({ data, recordedAt, revision }: Recorded<billing.ReceiptRecorded>, id: string): ReceiptView {
  const { bank, reference, payer, payee, target, amount, currency, paidOn, valueDate, channel, sector } = data;
  return {
    id,
    bank,
    reference,
    payer,
    payee,
    target: target?.debt ?? null,
    amount,
    currency,
    paidOn,
    valueDate: valueDate ?? null,
    channel,
    sector,
    state: 'unmatched',
    matched: false,
    debt: null,
    applied: null,
    credited: null,
    reversal: null,
    conflicts: 0,
    recordedAt,
    revision,
  };
}
