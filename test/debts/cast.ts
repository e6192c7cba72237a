/* Who and what the tests of debts are about: a debt of 100.00 SAR, its two parties, and everything asked of it. */
import type { Authority } from '../../src/contexts/debts/authorities.js';
import type { DebtCommand } from '../../src/contexts/debts/commands.js';
import { debt, debtGivingBack } from '../../src/contexts/debts/debt.js';
import { debtEvents, type DebtEvent } from '../../src/contexts/debts/events.js';
import type { DebtState } from '../../src/contexts/debts/state.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import { eventId, type CommandId, type EventId } from '../../src/kernel/ids.js';
import { actor, givenFor, id, party, type Given } from '../given.js';

export const given = givenFor(debt, debtEvents);
/** What is given back is named receipt by receipt, so that much waits. */
export const slowly = givenFor(debtGivingBack(1), debtEvents);
export type GivenDebt = Given<DebtState, DebtCommand, DebtEvent>;

export const DEBT = id('debt');
export const CREDITOR = party('creditor');
export const DEBTOR = party('debtor');
export const PAYER = party('a friend who pays');
export const REFS = { debt: DEBT, debtor: DEBTOR, creditor: CREDITOR, sector: 'traffic' };

export const clerk = actor('clerk', 'clerk', CREDITOR);
export const editor = actor('editor', 'clerk', CREDITOR);
export const approver = actor('approver', 'approver', CREDITOR);
export const debtor = actor('debtor', 'debtor', DEBTOR);
export const stranger = actor('stranger', 'clerk', party('another entity'));

type Data<T extends DebtCommand['type']> = Extract<DebtCommand, { type: T }>['data'];
const on = (date: string): BusinessDate => date as BusinessDate;

export const draft = (changes: Partial<Data<'DraftDebt'>> = {}): DebtCommand => ({
  type: 'DraftDebt',
  target: DEBT,
  data: {
    debtor: DEBTOR,
    creditor: CREDITOR,
    amount: '100',
    currency: 'SAR',
    ground: 'fine',
    sector: 'traffic',
    ...changes,
  },
});
export const edit = (data: Data<'EditDraft'>): DebtCommand => ({ type: 'EditDraft', target: DEBT, data });
export const discard = (): DebtCommand => ({ type: 'DiscardDraft', target: DEBT, data: {} });
export const register = (): DebtCommand => ({ type: 'RegisterDebt', target: DEBT, data: {} });
export const requestUpdate = (data: Partial<Data<'RequestUpdate'>>): DebtCommand => ({
  type: 'RequestUpdate',
  target: DEBT,
  data: { ground: 'correction', ...data },
});
export const requestPayment = (amount: string, currency?: string): DebtCommand => ({
  type: 'RequestPayment',
  target: DEBT,
  data: { amount, ...(currency !== undefined && { currency }) },
});
export const requestCancellation = (ground = 'dismissed'): DebtCommand => ({
  type: 'RequestCancellation',
  target: DEBT,
  data: { ground },
});
export const requestExemption = (amount?: string, ground = 'hardship'): DebtCommand => ({
  type: 'RequestExemption',
  target: DEBT,
  data: { ground, ...(amount !== undefined && { amount }) },
});
export const PROOF = '0f'.repeat(32);
/** Equal ones, a month apart, the first on 31 March 2026; the tests' today is 1 March. */
export const requestInstalments = (instalments: number, firstDueOn = '2026-03-31'): DebtCommand => ({
  type: 'RequestInstalments',
  target: DEBT,
  data: { wish: { instalments, firstDueOn: on(firstDueOn), every: 'P1M' }, evidence: PROOF },
});
export const requestSchedule = (...dues: readonly (readonly [dueOn: string, amount: string])[]): DebtCommand => ({
  type: 'RequestInstalments',
  target: DEBT,
  data: { wish: { schedule: dues.map(([dueOn, amount]) => ({ dueOn: on(dueOn), amount })) }, evidence: PROOF },
});
export const approve = (request: EventId = REQUEST, authority?: Authority | null): DebtCommand => ({
  type: 'ApproveRequest',
  target: DEBT,
  data: { request, ...(authority !== undefined && { authority }) },
});
export const DELEGATION = id('delegation');
/** What lets the approver exempt up to 500,000 SAR in 2026. */
export const authority = (changes: Partial<Authority> = {}): Authority => ({
  delegation: DELEGATION,
  revision: 1,
  status: 'active',
  approver: approver.id,
  entity: CREDITOR,
  kind: 'exemption',
  upTo: '500000.00',
  currency: 'SAR',
  from: '2026-01-01',
  to: '2026-12-31',
  ...changes,
});
export const decline = (request: EventId = REQUEST): DebtCommand => ({
  type: 'DeclineRequest',
  target: DEBT,
  data: { request, reason: 'unfounded' },
});
export const withdraw = (request: EventId = REQUEST): DebtCommand => ({
  type: 'WithdrawRequest',
  target: DEBT,
  data: { request },
});
export const receive = (receipt: string, amount: string, payer = DEBTOR, currency = 'SAR'): DebtCommand => ({
  type: 'ApplyReceipt',
  target: DEBT,
  data: { receipt: id(receipt), payer, amount, currency },
});
export const takeBack = (receipt: string): DebtCommand => ({
  type: 'ReverseReceipt',
  target: DEBT,
  data: { receipt: id(receipt), reference: `back-${receipt}`, on: on('2026-02-20') },
});
export const giveBack = (): DebtCommand => ({ type: 'GiveBack', target: DEBT, data: {} });
export const miss = (plan: EventId, instalment: number, occurrence = 1): DebtCommand => ({
  type: 'MissInstalment',
  target: DEBT,
  data: { plan, instalment, occurrence },
});
export const serve = (plan: EventId, day: string, until: string, notice = 1): DebtCommand => ({
  type: 'ServeNotice',
  target: DEBT,
  data: { plan, notice, on: on(day), until: on(until) },
});
export const fallDue = (plan: EventId, notice = 1): DebtCommand => ({
  type: 'DefaultPlan',
  target: DEBT,
  data: { plan, notice },
});
export const proceed = (kind = 'notice-served', day = '2026-02-10'): DebtCommand => ({
  type: 'RecordProceeding',
  target: DEBT,
  data: { kind, on: on(day) },
});

/** The command id under which the tests open a review, and the request that it opens. */
export const REVIEW = { id: id('review') as string as CommandId };
export const REQUEST = eventId(REVIEW.id, 0);

/** The open request of a debt under review. */
export function openRequest({ state }: GivenDebt): EventId {
  if (state?.request == null) throw new Error('no request is open');
  return state.request.id;
}
