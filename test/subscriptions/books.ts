import type { Recorded } from '../../src/kernel/decider.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { addMonths, type BusinessDate } from '../../src/kernel/calendar.js';
import type { BalanceEvent } from '../../src/contexts/balances/events.js';
import type { ReceiptEvent } from '../../src/contexts/billing/events.js';
import type { ResignationRecorded, SubscriptionEvent } from '../../src/contexts/subscriptions/events.js';
import { Findings, minorOf } from '../world/figures.js';
import { Postings } from '../world/postings.js';

/** What a receipt's events say of it. */
interface ReceiptFigures {
  readonly payer: string;
  readonly amount: bigint;
  target: string | null;
  reversed: boolean;
  /** How often a subscription took it and gave it up, and what its credits hold. */
  taken: number;
  givenUp: number;
  credited: bigint;
}

/** What a subscription's events say of it; minor units. */
interface SubscriptionFigures {
  readonly establishment: string;
  relation: string;
  endsOn: string | null;
  terms: number;
  /** Of the open order. */
  missing: bigint;
  /** What waits for it, by receipt. */
  readonly waiting: Map<string, bigint>;
  readonly net: Map<number, bigint>;
  readonly months: Map<number, number>;
  sold: bigint;
  vat: bigint;
  earned: bigint;
  owed: bigint;
  isCancelled: boolean;
}

type AnyEvent =
  Recorded<SubscriptionEvent> | Recorded<ResignationRecorded> | Recorded<ReceiptEvent> | Recorded<BalanceEvent>;

const minor = (amount: string): bigint => minorOf(amount, 'SAR');

/**
 * An auditor who reads the log as it grows: figures from the events' data on one side, postings from their entries on
 * the other. Any two that should agree and do not are a fault. It knows no decider and no state.
 */
export class SubscriptionBooks {
  readonly receipts = new Map<string, ReceiptFigures>();
  readonly subscriptions = new Map<string, SubscriptionFigures>();
  readonly postings = new Postings();
  readonly found = new Findings();

  take(envelope: Envelope): void {
    this.found.event = envelope;
    this.postings.take(envelope.entries);
    this.#neverRefunds(envelope);
    const event = envelope as AnyEvent;
    switch (event.type) {
      case 'billing.ReceiptRecorded':
      case 'billing.ReceiptMatched':
      case 'billing.ReceiptReversed':
      case 'billing.ReceiptConflictRecorded':
        return this.#receipt(event);
      case 'balances.BalanceCredited':
      case 'balances.CreditReversed':
        return this.#balance(event);
      case 'subscriptions.ResignationRecorded':
        return;
      default:
        return this.#subscription(event, event.stream.slice('subscription-'.length));
    }
  }

  /** What must hold once the policies have nothing more to send, and the calendar has nothing more to ask. */
  close(): readonly string[] {
    this.found.event = undefined;
    for (const [key, sum] of this.postings.by('2330', ['transit'])) this.found.same(`2330 of ${key}`, sum, 0n);
    for (const [id, { target, amount, reversed, taken, givenUp }] of this.receipts) {
      const waits = target === null && !reversed ? amount : 0n;
      this.found.same(`2310 of receipt ${id}`, -this.postings.sum('2310', { receipt: id }), waits);
      this.found.same(`how often receipt ${id} was taken`, BigInt(taken), target === null ? 0n : 1n);
      this.found.same(`how often it was given up`, BigInt(givenUp), reversed && target !== null ? 1n : 0n);
    }
    for (const [id, figures] of this.subscriptions) {
      const of = { subscription: id };
      this.found.same(`2100 of ${id} at the end of its terms`, this.postings.sum('2100', of), 0n);
      this.found.same(`4100 of ${id}`, -this.postings.sum('4100', of), figures.sold);
      this.found.same(`2200 of ${id}`, -this.postings.sum('2200', of), figures.vat);
      this.found.same(`1210 of ${id}`, this.postings.sum('1210', of), figures.owed);
      for (const receipt of figures.waiting.keys()) this.found.fault(`${receipt} still waits for an order of ${id}`);
    }
    // Money in = what is refundable + what is unmatched + what was sold, less what is owed for it.
    const liabilities = ['2300', '2310', '2100', '2200', '4100'].reduce(
      (sum, account) => sum - this.postings.sum(account, {}),
      0n,
    );
    const assets = this.postings.sum('1110', {}) + this.postings.sum('1210', {});
    this.found.same('money that is nowhere', assets, liabilities);
    return this.found.faults;
  }

  /** domain.md Q6: nothing that was sold goes back to anybody. */
  #neverRefunds({ type, entries }: Envelope): void {
    for (const { debit, credit } of entries) {
      const pair = `${debit.account} / ${credit.account}`;
      if (debit.account === '2100' && credit.account !== '4100')
        this.found.fault(`deferred revenue is given away: ${pair}`);
      if (debit.account === '2200' || debit.account === '4100') this.found.fault(`what was sold is undone: ${pair}`);
      if (credit.account === '1110' && type !== 'billing.ReceiptReversed') this.found.fault(`money leaves: ${pair}`);
      if (credit.account === '2300' && debit.account !== '2310') this.found.fault(`a balance is made of ${pair}`);
    }
  }

  #receipt(event: Recorded<ReceiptEvent>): void {
    const id = event.stream.slice('receipt-'.length);
    if (event.type === 'billing.ReceiptRecorded') {
      const counts = { target: null, reversed: false, taken: 0, givenUp: 0, credited: 0n };
      this.receipts.set(id, { payer: event.data.payer, amount: minor(event.data.amount), ...counts });
      return;
    }
    const receipt = this.receipts.get(id)!;
    if (event.type === 'billing.ReceiptReversed') receipt.reversed = true;
    if (event.type !== 'billing.ReceiptMatched') return;
    if (!('subscription' in event.data) || receipt.target !== null) this.found.fault(`receipt ${id} is matched amiss`);
    else receipt.target = event.data.subscription;
  }

  #balance({ type, data, refs }: Recorded<BalanceEvent>): void {
    const receipt = this.receipts.get(data.receipt)!;
    receipt.credited += type === 'balances.BalanceCredited' ? minor(data.amount) : -minor(data.amount);
    if (receipt.credited < 0n || receipt.credited > receipt.amount) this.found.fault('more is credited than came');
    if (refs.party !== receipt.payer || refs.subscription !== receipt.target) this.found.fault('not the payer’s');
  }

  #subscription(event: Recorded<SubscriptionEvent>, id: string): void {
    if (event.type === 'subscriptions.SubscriptionPurchased') return this.#purchased(event.data, id);
    const figures = this.subscriptions.get(id);
    if (figures === undefined) return this.found.fault(`${id} was never purchased`);
    switch (event.type) {
      case 'subscriptions.RenewalOrdered':
        figures.missing = minor(event.data.gross);
        break;
      case 'subscriptions.PaymentReceived':
        this.#paid(figures, event.data);
        break;
      case 'subscriptions.SubscriptionActivated':
      case 'subscriptions.SubscriptionRenewed': {
        const { number, startsOn, endsOn, net, vat, gross } = event.data;
        const came = [...figures.waiting.values()].reduce((sum, each) => sum + each, 0n);
        this.found.same('what waited for the bill', came, minor(gross));
        this.found.same('term', BigInt(number), BigInt(figures.terms + 1));
        if (addMonths(startsOn as BusinessDate, 12) !== endsOn) this.found.fault(`${startsOn} to ${endsOn} is no year`);
        if (startsOn < (figures.endsOn ?? '')) this.found.fault(`a term begins before ${figures.endsOn}`);
        figures.waiting.clear();
        figures.terms = number;
        figures.endsOn = endsOn;
        figures.net.set(number, minor(net));
        figures.sold += minor(net);
        figures.vat += minor(vat);
        figures.isCancelled = false;
        break;
      }
      case 'subscriptions.MonthEarned': {
        const { number, month, amount, deferred } = event.data;
        this.found.same('month', BigInt(month), BigInt((figures.months.get(number) ?? 0) + 1));
        figures.months.set(number, month);
        figures.earned += minor(amount);
        this.found.same('2100 after a month', -this.postings.sum('2100', { subscription: id }), minor(deferred));
        const net = figures.net.get(number)!;
        this.found.same('a month', minor(amount), month < 12 ? net / 12n : net - (net / 12n) * 11n);
        break;
      }
      case 'subscriptions.SubscriptionCancelled':
        figures.earned += minor(event.data.earned);
        figures.isCancelled = true;
        figures.endsOn = event.effectiveOn;
        this.found.same('2100 after a cancellation', this.postings.sum('2100', { subscription: id }), 0n);
        this.found.same('earned in all', figures.earned, figures.sold);
        break;
      case 'subscriptions.OrderCancelled':
      case 'subscriptions.OrderLapsed': {
        const released = event.data.released.map(({ receipt, amount }) => [receipt, minor(amount)] as const);
        if (JSON.stringify(released, text) !== JSON.stringify([...figures.waiting], text))
          this.found.fault('not what waited');
        if (released.length > 0) this.found.happened('what waited for an order is released');
        figures.waiting.clear();
        figures.missing = 0n;
        break;
      }
      case 'subscriptions.ServiceUsed':
        if (figures.isCancelled || event.effectiveOn >= (figures.endsOn ?? ''))
          this.found.fault('used when it was over');
        break;
      case 'subscriptions.SubscriptionExpired':
        if (event.effectiveOn < event.data.endsOn) this.found.fault('expired before its end');
        if (event.actor.role !== 'system') this.found.happened('what is over expires before it is bought anew');
        break;
      case 'subscriptions.PaymentReversed': {
        const { receipt, waiting, owed, credited } = event.data;
        const [waited, paid, back] = [minor(waiting), minor(owed), minor(credited)];
        this.found.same('the parts of a reversed receipt', waited + paid + back, this.receipts.get(receipt)!.amount);
        this.found.same('what waited of it', waited, figures.waiting.get(receipt) ?? 0n);
        figures.waiting.delete(receipt);
        figures.missing += waited;
        figures.owed += paid;
        this.receipts.get(receipt)!.givenUp++;
        if (paid > 0n) this.found.happened('what paid a term is owed again');
        break;
      }
      case 'subscriptions.ExpiryAnnounced':
        break;
    }
  }

  #purchased(
    { establishment, relation, gross }: { establishment: string; relation: string; gross: string },
    id: string,
  ): void {
    const before = this.subscriptions.get(id);
    if (before !== undefined) {
      Object.assign(before, { missing: minor(gross), relation });
      return;
    }
    const lists = { waiting: new Map(), net: new Map(), months: new Map() };
    const sums = { sold: 0n, vat: 0n, earned: 0n, owed: 0n, terms: 0 };
    const order = { missing: minor(gross), endsOn: null, isCancelled: false };
    this.subscriptions.set(id, { establishment, relation, ...lists, ...sums, ...order });
  }

  #paid(
    figures: SubscriptionFigures,
    { receipt, amount, arrears, kept, excess, missing }: { [name: string]: string } & { receipt: string },
  ): void {
    const [whole, owed, kept_, more] = [amount, arrears, kept, excess].map((each) => minor(each!)) as [
      bigint,
      bigint,
      bigint,
      bigint,
    ];
    this.found.same('the parts of a payment', owed + kept_ + more, whole);
    this.found.same('a payment', whole, this.receipts.get(receipt)!.amount);
    this.receipts.get(receipt)!.taken++;
    figures.owed -= owed;
    if (owed > 0n) this.found.happened('what was owed again is paid');
    figures.missing -= kept_;
    this.found.same('what is missing', minor(missing!), figures.missing);
    if (kept_ > 0n) figures.waiting.set(receipt, kept_);
    if (kept_ > 0n && figures.missing > 0n) this.found.happened('less than the bill waits');
  }
}

const text = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);
