import { isDeepStrictEqual } from 'node:util';
import type { Recorded } from '../../src/kernel/decider.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import type { BalanceEvent } from '../../src/contexts/balances/events.js';
import type { ReceiptEvent } from '../../src/contexts/billing/events.js';
import type { DebtEvent } from '../../src/contexts/debts/events.js';
import { DebtBook } from './debt-book.js';
import { Findings, minorOf, type DebtFigures, type ReceiptFigures } from './figures.js';
import { Postings } from './postings.js';

type AnyEvent = Recorded<DebtEvent> | Recorded<ReceiptEvent> | Recorded<BalanceEvent>;

/**
 * An auditor who reads the log as it grows: figures from the events' data on one side, postings from their entries on
 * the other. Any two that should agree and do not are a fault. It knows no decider and no state.
 */
export class Books {
  readonly receipts = new Map<string, ReceiptFigures>();
  readonly postings = new Postings();
  readonly found = new Findings();
  readonly #debtBook = new DebtBook(this.receipts, this.postings, this.found);

  get debts(): ReadonlyMap<string, DebtFigures> {
    return this.#debtBook.figures;
  }

  take(envelope: Envelope): void {
    this.found.event = envelope;
    this.postings.take(envelope.entries);
    const event = envelope as AnyEvent;
    if (event.type.startsWith('debts.')) this.#debtBook.take(event as Recorded<DebtEvent>);
    else if (event.type.startsWith('billing.')) this.#receipt(event as Recorded<ReceiptEvent>);
    else this.#balance(event as Recorded<BalanceEvent>);
  }

  /** What must hold once the policies have nothing more to send. */
  close(): readonly string[] {
    this.found.event = undefined;
    for (const [key, minor] of this.postings.by('2330', ['transit', 'entity'])) {
      this.found.same(`2330 of ${key}`, minor, 0n);
    }
    for (const [key, minor] of this.postings.by('2310', ['receipt', 'entity', 'party'])) {
      const [id = '', entity, party] = key.split(' ');
      const receipt = this.receipts.get(id);
      if (receipt?.payee !== entity || receipt?.payer !== party) this.found.fault(`2310 is not that of receipt ${key}`);
      const waits = receipt !== undefined && receipt.debt === null && !receipt.reversed ? receipt.amount : 0n;
      this.found.same(`2310 of receipt ${key}`, -minor, waits);
    }
    for (const [id, receipt] of this.receipts) this.#whole(id, receipt);
    for (const [id, { state, reopening, approved, amount, waived, returning, plan }] of this.debts) {
      for (const key of returning.keys()) this.found.fault(`debt ${id} never gave back ${key}`);
      if (reopening) this.found.fault(`debt ${id} lost a receipt and is still settled`);
      if (state === 'outstanding' && (approved > 0n || waived === amount) && approved + waived === amount)
        this.found.fault(`debt ${id} has nothing left to ask for and is not closed`);
      const open = plan?.instalments.reduce((sum, each) => sum + each.open, 0n) ?? 0n;
      const runs = plan?.status === 'running';
      if (runs && open === 0n) this.found.fault(`the plan of debt ${id} is paid and not completed`);
      this.found.same(`1205 of debt ${id}`, this.postings.sum('1205', { debt: id }), runs ? open : 0n);
    }
    this.#cashIsSomewhere();
    for (const [entity, minor] of this.postings.trialBalance())
      this.found.same(`trial balance of ${entity}`, minor, 0n);
    return this.found.faults;
  }

  #receipt(event: Recorded<ReceiptEvent>): void {
    const id = event.stream.slice('receipt-'.length);
    if (event.type === 'billing.ReceiptRecorded') {
      const { payer, payee, bank, currency, amount } = event.data;
      if (this.receipts.has(id)) this.found.fault(`receipt ${id} counts twice`);
      const counts = { debt: null, reversed: false, applied: 0, unapplied: 0, credited: 0n };
      const cash = { sadad: '1110', card: '1120' }[event.data.channel] ?? '1100';
      this.receipts.set(id, {
        payer,
        payee,
        bank,
        currency,
        amount: minorOf(amount, currency),
        cash,
        told: event.data,
        ...counts,
      });
      return;
    }
    const receipt = this.receipts.get(id);
    if (receipt === undefined) return this.found.fault(`receipt ${id} was never recorded`);
    if (event.type === 'billing.ReceiptMatched') {
      if (!('debt' in event.data)) return this.found.fault('nobody sells subscriptions here');
      const debt = this.debts.get(event.data.debt);
      if (receipt.debt !== null || receipt.reversed) this.found.fault(`receipt ${id} cannot be matched any more`);
      if (debt === undefined || debt.state === 'draft' || debt.state === 'discarded')
        this.found.fault('no registered debt');
      if (debt?.creditor !== receipt.payee || debt.currency !== receipt.currency)
        this.found.fault('not this debt’s money');
      receipt.debt = event.data.debt;
    } else if (event.type === 'billing.ReceiptReversed') {
      if (receipt.reversed) this.found.fault(`receipt ${id} is reversed twice`);
      receipt.reversed = true;
    } else if (event.entries.length > 0 || isDeepStrictEqual(event.data, receipt.told)) {
      this.found.fault('a conflict moves money, or is none');
    }
  }

  #balance({ data, refs }: Recorded<BalanceEvent>): void {
    const { party = '', entity = '' } = refs;
    const receipt = this.receipts.get(data.receipt);
    const { currency } = data;
    const delta = minorOf(data.amount, currency) * ('party' in data ? 1n : -1n);
    if (receipt === undefined) return this.found.fault(`receipt ${data.receipt} was never recorded`);
    receipt.credited += delta;
    if (receipt.credited < 0n) this.found.fault('more is taken back than was credited');
    if (receipt.payer !== party || receipt.payee !== entity) this.found.fault('the balance is not the payer’s');
    const inSector = -this.postings.sum('2300', { party, entity, sector: data.sector, currency });
    this.found.same('available', minorOf(data.available, currency), inSector);
    this.found.same('total', minorOf(data.total, currency), -this.postings.sum('2300', { party, entity, currency }));
    if (inSector < 0n) this.found.fault('a balance is negative');
  }

  /** A matched receipt is applied once; a reversed one leaves nothing; else all of it pays the debt or is credited. */
  #whole(id: string, receipt: ReceiptFigures): void {
    const matched = receipt.debt === null ? 0 : 1;
    if (receipt.applied !== matched) this.found.fault(`receipt ${id} was applied ${receipt.applied} times`);
    const undone = receipt.reversed ? matched : 0;
    if (receipt.unapplied !== undone) this.found.fault(`receipt ${id} was given up ${receipt.unapplied} times`);
    const paid = this.debts.get(receipt.debt ?? '')?.paid.get(id) ?? 0n;
    this.found.same(
      `uses of receipt ${id}`,
      paid + receipt.credited,
      matched === 1 && !receipt.reversed ? receipt.amount : 0n,
    );
  }

  /** Money in = what was applied + what is refundable + what is unmatched, by entity and currency. */
  #cashIsSomewhere(): void {
    const expected = new Map<string, bigint>();
    for (const { payee, currency, cash, amount, reversed } of this.receipts.values()) {
      const key = `${cash} ${payee} ${currency}`;
      expected.set(key, (expected.get(key) ?? 0n) + (reversed ? 0n : amount));
    }
    const uses = new Map<string, bigint>();
    const use = (entity: string, currency: string, minor: bigint): void => {
      const key = `${entity} ${currency}`;
      uses.set(key, (uses.get(key) ?? 0n) + minor);
    };
    for (const { creditor, currency, received } of this.debts.values()) use(creditor, currency, received);
    for (const account of ['2300', '2310']) {
      for (const [key, minor] of this.postings.by(account, ['entity', 'currency'])) {
        const [entity = '', currency = ''] = key.split(' ');
        use(entity, currency, -minor);
      }
    }
    for (const [key, minor] of expected) {
      const [account = '', entity = '', currency = ''] = key.split(' ');
      this.found.same(`cash ${key}`, this.postings.sum(account, { entity, currency }), minor);
      use(entity, currency, -minor);
    }
    for (const [key, minor] of uses) this.found.same(`money of ${key} that is nowhere`, minor, 0n);
  }
}
