import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { Recorded } from '../../src/kernel/decider.js';
import type { Actor } from '../../src/kernel/envelope.js';
import type { DebtEvent } from '../../src/contexts/debts/events.js';
import type { PlanEvent } from '../../src/contexts/debts/plan.js';
import { minorOf, type DebtFigures, type Findings, type PlanFigures, type ReceiptFigures } from './figures.js';
import type { Postings } from './postings.js';

type EventOfType<T extends DebtEvent['type']> = Extract<Recorded<DebtEvent>, { type: T }>;

/** domain.md E7. */
const DEBTORS_OWN: ReadonlySet<string> = new Set([
  'debts.PaymentRequested',
  'debts.ExemptionRequested',
  'debts.InstalmentRequested',
]);

/** The auditor's page for debts: what their events say, compared with what they post. */
export class DebtBook {
  readonly figures = new Map<string, DebtFigures>();

  constructor(
    private readonly receipts: ReadonlyMap<string, ReceiptFigures>,
    private readonly postings: Postings,
    private readonly found: Findings,
  ) {}

  take(event: Recorded<DebtEvent>): void {
    const id = event.stream.slice('debt-'.length);
    if (event.type === 'debts.DebtDrafted') {
      const { creditor, debtor, currency, sector, amount } = event.data;
      const figures = { creditor, debtor, currency, sector, received: 0n, approved: 0n, waived: 0n, reopening: false };
      this.figures.set(id, {
        ...figures,
        authors: new Set([event.actor.id]),
        paid: new Map(),
        returning: new Map(),
        state: 'draft',
        amount: minorOf(amount, currency),
      });
      return;
    }
    const debt = this.figures.get(id);
    if (debt === undefined) return this.found.fault(`${id} was never drafted`);
    const minor = (amount: string): bigint => minorOf(amount, debt.currency);
    switch (event.type) {
      case 'debts.DraftEdited':
        debt.authors.add(event.actor.id);
        debt.amount = event.data.amount === undefined ? debt.amount : minor(event.data.amount);
        break;
      case 'debts.DraftDiscarded':
        debt.state = 'discarded';
        break;
      case 'debts.DebtRegistered':
        debt.state = 'outstanding';
        this.#fourEyes(debt, event.actor, debt.authors);
        this.found.same('registered amount', minor(event.data.amount), debt.amount);
        break;
      case 'debts.UpdateRequested':
      case 'debts.PaymentRequested':
      case 'debts.CancellationRequested':
      case 'debts.ExemptionRequested':
      case 'debts.InstalmentRequested':
        if (debt.request !== undefined) this.found.fault('two requests are open');
        debt.request = event.data.request;
        debt.requester = event.actor.id;
        if (DEBTORS_OWN.has(event.type) && event.actor.actingFor !== debt.debtor) {
          this.found.fault(`${event.type} by another than the debtor`);
        }
        break;
      case 'debts.RequestWithdrawn':
        if (event.actor.id !== debt.requester) this.found.fault('withdrawn by another than the requester');
        this.#close(debt, event.data.request);
        break;
      case 'debts.RequestDeclined':
        this.#answered(debt, event);
        break;
      case 'debts.PartialPaymentApproved':
        this.#answered(debt, event);
        debt.approved += minor(event.data.amount);
        this.found.same('approved', minor(event.data.approved), debt.approved);
        break;
      case 'debts.DebtSettled':
        if (debt.request !== undefined) this.#answered(debt, event); // a reduction answered it before
        debt.approved += minor(event.data.amount);
        debt.state = 'settled';
        this.found.same('approved', minor(event.data.approved), debt.approved);
        break;
      case 'debts.DebtUpdated':
        this.#answered(debt, event);
        this.found.same('amount before', minor(event.data.previousAmount), debt.amount);
        debt.amount = minor(event.data.amount);
        this.#sendBack(debt, minor(event.data.givenBack), event.id);
        this.#limitApproved(debt, 'reduction');
        this.#standing(debt, event.data);
        break;
      case 'debts.DebtCancelled':
        if (debt.request !== undefined) this.#answered(debt, event); // an exemption answered it before
        this.found.same('unpaid', minor(event.data.unpaid), debt.amount - debt.received - debt.waived);
        this.found.same('received', minor(event.data.received), debt.received);
        this.found.same('waived', minor(event.data.waived), debt.waived);
        if (debt.plan?.status === 'running') debt.plan.status = 'ended';
        debt.state = 'cancelled';
        if (event.data.ground === 'exemption') {
          this.found.same('waived whole', debt.waived, debt.amount);
          this.found.happened('a debt is waived whole');
          break;
        }
        debt.amount = debt.received; // what is unpaid is struck off, the rest is given back
        this.#sendBack(debt, minor(event.data.received), event.id);
        [debt.amount, debt.approved, debt.waived] = [0n, 0n, 0n];
        this.found.same('received after a cancellation', debt.received, 0n);
        break;
      case 'debts.ReceiptsGivenBack':
        this.#givenBack(debt, event);
        break;
      case 'debts.ReceiptApplied':
        this.#applied(debt, id, event);
        break;
      case 'debts.ReceiptReversed':
        this.#reversed(debt, event);
        break;
      case 'debts.DebtReopened':
        if (!debt.reopening) this.found.fault('nothing opened the debt again');
        [debt.state, debt.reopening] = ['outstanding', false];
        this.found.same('approved', minor(event.data.approved), debt.approved);
        break;
      case 'debts.ExemptionGranted':
        this.#answered(debt, event);
        debt.waived += minor(event.data.amount);
        this.found.same('waived', minor(event.data.waived), debt.waived);
        this.found.same('balance', minor(event.data.balance), debt.amount - debt.received - debt.waived);
        if (event.actor.authority !== event.data.delegation) this.found.fault('waived without authority');
        break;
      case 'debts.ProceedingRecorded':
        break;
      case 'debts.InstalmentPlanApproved':
        this.#answered(debt, event);
        if (debt.plan?.status === 'running') this.found.fault('two plans run');
        debt.plan = approvedPlan(event, debt.currency);
        this.found.same('amount of the plan', minor(event.data.amount), debt.amount - debt.received - debt.waived);
        this.#planStands(debt, id, minor(event.data.amount));
        break;
      default:
        this.#plan(debt, id, event);
    }
    this.#lawful(id, debt);
  }

  #plan(
    debt: DebtFigures,
    id: string,
    event: Exclude<EventOfType<PlanEvent['type']>, { type: 'debts.InstalmentPlanApproved' }>,
  ): void {
    const { plan } = debt;
    if (plan?.id !== event.data.plan) return this.found.fault('no such plan');
    const minor = (amount: string): bigint => minorOf(amount, debt.currency);
    switch (event.type) {
      case 'debts.InstalmentsReopened':
        if (plan.status === 'completed') this.found.happened('a reversal reopens a completed plan');
        plan.status = 'running';
        for (const { instalment, amount } of event.data.parts) plan.instalments[instalment - 1]!.open += minor(amount);
        return this.#planStands(debt, id, minor(event.data.open));
      case 'debts.InstalmentsPaid':
      case 'debts.InstalmentsLowered': {
        for (const { instalment, amount } of event.data.parts) plan.instalments[instalment - 1]!.open -= minor(amount);
        const last = event.data.parts.at(-1)!.instalment;
        const paid = event.type === 'debts.InstalmentsPaid';
        const before = paid ? plan.instalments.slice(0, last - 1) : plan.instalments.slice(last);
        if (before.some(({ open }) => open > 0n)) this.found.fault('not in the order of the instalments');
        return this.#planStands(debt, id, minor(event.data.open));
      }
      case 'debts.InstalmentMissed': {
        const instalment = plan.instalments[event.data.instalment - 1]!;
        if (instalment.dueOn >= event.effectiveOn) this.found.fault('missed before its day was over');
        this.found.same('missed', minor(event.data.open), instalment.open);
        this.found.same('occurrence', BigInt(event.data.occurrence), BigInt(++instalment.missed));
        return;
      }
      case 'debts.NoticeServed':
        this.found.same('notice', BigInt(event.data.notice), BigInt(++plan.notices));
        plan.until = event.data.until as BusinessDate;
        if (minor(event.data.overdue) === 0n) this.found.fault('a notice of nothing');
        return;
      case 'debts.PlanDefaulted':
        if (event.data.notice !== plan.notices) this.found.fault('fallen due without its notice');
        if (plan.until === undefined || plan.until >= event.effectiveOn) this.found.fault('before its notice was over');
        plan.status = 'defaulted';
        return this.found.same('1205 of a plan fallen due', this.postings.sum('1205', { debt: id }), 0n);
      case 'debts.PlanCompleted':
        plan.status = 'completed';
        return this.#planStands(debt, id, 0n);
    }
  }

  /** domain.md §4: 1205 is what the running plan asks for, and what stays outside is not negative. */
  #planStands({ plan, amount, received, waived }: DebtFigures, id: string, stated: bigint): void {
    const open = plan!.instalments.reduce((sum, each) => sum + each.open, 0n);
    this.found.same('open of the plan', stated, open);
    this.found.same('1205', this.postings.sum('1205', { debt: id }), open);
    if (plan!.instalments.some((each) => each.open < 0n)) this.found.fault('an instalment is paid twice');
    if (amount - received - waived < open) this.found.fault('the plan asks for more than is owed');
  }

  #applied(debt: DebtFigures, id: string, { data }: EventOfType<'debts.ReceiptApplied'>): void {
    const [amount, applied, excess] = [data.amount, data.applied, data.excess].map((text) =>
      minorOf(text, debt.currency),
    ) as [bigint, bigint, bigint];
    const receipt = this.receipts.get(data.receipt);
    if (receipt === undefined) return this.found.fault(`receipt ${data.receipt} was never recorded`);
    if (receipt.debt !== id) this.found.fault(`receipt ${data.receipt} is not this debt's`);
    this.found.same('receipt applied', amount, receipt.amount);
    this.found.same('applied and excess', applied + excess, amount);
    const owed = debt.state === 'outstanding' ? debt.amount - debt.received - debt.waived : 0n;
    this.found.same('applied', applied, amount < owed ? amount : owed);
    receipt.applied++;
    debt.received += applied;
    debt.paid.set(data.receipt, applied);
    this.#standing(debt, data);
  }

  #reversed(debt: DebtFigures, { commandId, data }: EventOfType<'debts.ReceiptReversed'>): void {
    if (debt.gaveBack === commandId) this.found.happened('a reversal does not wait for what is given back');
    const receipt = this.receipts.get(data.receipt);
    if (receipt === undefined) return this.found.fault(`receipt ${data.receipt} was never recorded`);
    const [applied, credited] = [minorOf(data.applied, debt.currency), minorOf(data.credited, debt.currency)];
    this.found.same('applied of a reversed receipt', applied, debt.paid.get(data.receipt) ?? -1n);
    this.found.same('applied and credited', applied + credited, receipt.amount);
    if ([...debt.returning.keys()].some((key) => key.endsWith(data.receipt))) {
      this.found.fault(`receipt ${data.receipt} is reversed while a part of it waits to be given back`);
    }
    receipt.unapplied++;
    debt.reopening = debt.state === 'settled' && applied > 0n;
    debt.received -= applied;
    debt.paid.delete(data.receipt);
    this.#limitApproved(debt, 'reversal');
    this.#standing(debt, data);
  }

  /** The latest receipts give first, each no more than it still pays. */
  #sendBack(debt: DebtFigures, minor: bigint, transit: string): void {
    let rest = minor;
    const latestFirst = [...debt.paid].filter(([, paid]) => paid > 0n).toReversed();
    const before = debt.returning.size;
    for (const [receipt, paid] of latestFirst) {
      const part = paid < rest ? paid : rest;
      if (part === 0n) break;
      debt.paid.set(receipt, paid - part);
      debt.returning.set(`${transit} ${receipt}`, part);
      rest -= part;
    }
    if (debt.returning.size > before + 1) this.found.happened('several receipts are given back');
    debt.received -= minor - rest;
    this.found.same('given back of nothing', rest, 0n);
    this.found.same('in transit', -this.postings.sum('2330', { transit }), minor);
  }

  #givenBack(debt: DebtFigures, { commandId, data: { parts, rest } }: EventOfType<'debts.ReceiptsGivenBack'>): void {
    debt.gaveBack = commandId;
    for (const { transit, receipt, payer, amount } of parts) {
      const key = `${transit} ${receipt}`;
      this.found.same(`given back of ${key}`, minorOf(amount, debt.currency), debt.returning.get(key) ?? -1n);
      debt.returning.delete(key);
      if (this.receipts.get(receipt)?.payer !== payer) this.found.fault(`given back to another than the payer`);
      if (payer !== debt.debtor) this.found.happened('something is given back to another payer than the debtor');
    }
    const waiting = [...debt.returning.values()].reduce((sum, minor) => sum + minor, 0n);
    this.found.same('still to be given back', minorOf(rest, debt.currency), waiting);
  }

  /** A settlement never rests on more than was received. */
  #limitApproved(debt: DebtFigures, by: string): void {
    if (debt.approved <= debt.received) return;
    debt.approved = debt.received;
    if (debt.state === 'outstanding') this.found.happened(`a ${by} lowers what was approved`);
  }

  #answered(debt: DebtFigures, { actor, data }: { actor: Actor; data: { request: string } }): void {
    this.#fourEyes(debt, actor, new Set([debt.requester ?? '']));
    this.#close(debt, data.request);
  }

  #close(debt: DebtFigures, request: string): void {
    if (debt.request !== request) this.found.fault(`request ${request} is not the open one`);
    debt.request = undefined;
  }

  /** domain.md E5, E7: the creditor decides, and by another person than those before. */
  #fourEyes(debt: DebtFigures, actor: Actor, before: ReadonlySet<string>): void {
    if (actor.actingFor !== debt.creditor) this.found.fault('decided by another than the creditor');
    if (before.has(actor.id)) this.found.fault('the same person decides on their own request');
  }

  #standing(debt: DebtFigures, stated: { received: string; approved?: string; balance: string }): void {
    this.found.same('received', minorOf(stated.received, debt.currency), debt.received);
    if (stated.approved !== undefined) {
      this.found.same('approved', minorOf(stated.approved, debt.currency), debt.approved);
    }
    this.found.same('balance', minorOf(stated.balance, debt.currency), debt.amount - debt.received - debt.waived);
  }

  /** domain.md §3: 0 ≤ approved ≤ received, received + waived ≤ amount; §4: 1200 + 1205 is the balance, 4300 the amount. */
  #lawful(id: string, debt: DebtFigures): void {
    const { amount, received, approved, waived, state } = debt;
    if (approved < 0n || approved > received || received + waived > amount) {
      this.found.fault(`approved ${approved}, received ${received}, waived ${waived}, amount ${amount}`);
    }
    const paid = [...debt.paid.values()].reduce((sum, minor) => sum + minor, 0n);
    this.found.same('received, receipt by receipt', paid, received);
    const registered = state !== 'draft' && state !== 'discarded';
    const owed = this.postings.sum('1200', { debt: id }) + this.postings.sum('1205', { debt: id });
    this.found.same('1200 + 1205', owed, registered ? amount - received - waived : 0n);
    this.found.same('5100', this.postings.sum('5100', { debt: id }), waived);
    this.found.same('4300', -this.postings.sum('4300', { debt: id }), registered ? amount : 0n);
    for (const [key, minor] of this.postings.by('4300', ['debt', 'ground'])) {
      if (minor > 0n) this.found.fault(`4300 of ${key} is ${minor} in debit`);
    }
    if (state === 'settled' && !debt.reopening && approved + waived !== amount)
      this.found.fault(`settled with ${approved} of ${amount} approved`);
  }
}

function approvedPlan({ id, data }: EventOfType<'debts.InstalmentPlanApproved'>, currency: string): PlanFigures {
  const instalments = data.instalments.map(({ dueOn, amount }) => ({
    dueOn,
    open: minorOf(amount, currency),
    missed: 0,
  }));
  return { id, status: 'running', instalments, notices: 0 };
}
