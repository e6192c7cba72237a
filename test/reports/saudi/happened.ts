import { receiptId, subscriptionId, type EventId, type Uuid } from '../../../src/kernel/ids.js';
import { actor, id, party } from '../../given.js';
import { ENTITY as MINISTRY } from '../../subscriptions/cast.js';
import type { StoryLedger } from './ledger.js';

export { MINISTRY };
export const CITY = party('city');
export const SAMI = party('sami');
export const SHOP = party('shop');
const BANK = party('bank');
export const huda = actor('huda', 'clerk', CITY);
export const omar = actor('omar', 'approver', CITY);
export const director = actor('director', 'approver', CITY);
const laila = actor('laila', 'clerk', MINISTRY);
const fahad = actor('fahad', 'approver', MINISTRY);
const sami = actor('sami', 'debtor', SAMI);
const owner = actor('owner', 'establishment', SHOP);
const teller = actor('teller', 'bank', BANK);

export const BASIC = subscriptionId(SHOP, party('user'), 'basic');
export const DELEGATION = id('delegation');
const PROOF = '0f'.repeat(32);
const YEARLY = { term: 'P1Y', terms: 'v1', paymentMethod: 'sadad' };

/** Debts of the story. */
export const [A, B, C, E, F, G] = ['A', 'B', 'C', 'E', 'F', 'G'].map(id) as [Uuid, Uuid, Uuid, Uuid, Uuid, Uuid];

/** What is asked of 2026 when it is closed, and again when all is over. */
export const CLOSED = [
  ['debt-roll-forward', { from: '2026-01-01', to: '2026-12-31' }],
  ['debt-ageing', { effectiveOn: '2026-12-31' }],
  ['corrections', { from: '2026-01-01', to: '2026-12-31' }],
] as const;

/** Sequences at which something was known. */
export interface Known {
  /** Of the PeriodClosed of 2026 and 2027. */
  readonly city: readonly [number, number];
  readonly ministry: readonly [number, number];
  /** Of what was said of the city's 2026 when it was closed, by report. */
  readonly digests: Readonly<Record<string, string>>;
}

/**
 * Two years of a municipality that Sami owes fines, and of a ministry that sells a shop a subscription; SAR throughout.
 *
 *  2026-01-05  Delegation: Omar may exempt up to 1,000.00 until 2027-12-31; approved by the director.
 *  2026-01-10  Debt A, a fine of 1,200.00 due on 2026-02-10. Huda, who drafted it, may not register it (E7); Omar does.
 *  2026-02-01  Four instalments of 300.00 from 2026-03-01 on.
 *  2026-03-01  FT-1, SADAD, 300.00: the first instalment.
 *  2026-03-10  Debt B, 500.00.   The shop buys a subscription, and pays 115.00 (ST-1): 100.00 and 15.00 of VAT, for a year.
 *  2026-03-20  FT-5, transfer, 200.00 pay a part of B.
 *  2026-04-02  The second instalment is missed; notice on 2026-04-05, until 2026-05-19.
 *  2026-04-15  B was an error: cancelled. 300.00 are no longer owed, 200.00 go back.
 *  2026-04-20  FT-2, SADAD, 300.00: the second instalment.
 *  2026-05-01  FT-3, card, 300.00: the third.   The shop asks for a refund, and to transfer: both refused.
 *  2026-05-08  Sami proves poverty and asks to be exempted from 150.00; Omar grants it on 2026-05-10: the last instalment is 150.00.
 *  2026-06-01  FT-4, SADAD, 150.00: the last; on 2026-06-03 the settlement is approved.
 *  2026-06-20  The bank takes FT-4 back: A is open again with 150.00.
 *  2026-06-20  The last instalment is missed as of 2026-06-02; notice on 2026-07-01, until 2026-08-12; on 2026-08-13 150.00 fall due as a whole.
 *  2026-09-01  FT-6, transfer, 75.00: for nothing that is named.
 *  2026-11-20  Debt C, 800.00; FT-7, SADAD, 850.00 on 2026-12-10: 50.00 too much.
 *  2027-01-20  Both entities close 2026.
 *  2027-01-25  FT-6 is matched with A: 75.00 are left.
 *  2027-02-10  Debt E, 90.00, of 2026-12-15 after all: registered in the closed year by an approved correction.
 *  2027-03-01  The subscription is renewed, paid with 115.00 (ST-2) on 2027-03-04, for the year from 2027-03-10 on.
 *  2027-03-15  C was an error, too: 800.00 go back, of the closed year's revenue.
 *  2027-05-05  Debt F, 60.00; all of it is waived on 2027-06-01, without proof.
 *  2027-07-01  Debt G, 40.00.
 *  2028-01-20  Both close 2027.
 *  2028-03-10  The subscription has expired. The story ends on 2028-04-01.
 */
export async function happens(ledger: StoryLedger): Promise<Known> {
  const debt = async (target: Uuid, amount: string, on?: string, correction?: Uuid): Promise<void> => {
    const dueOn = target === A ? { dueOn: '2026-02-10' } : {};
    const terms = {
      debtor: SAMI,
      creditor: CITY,
      amount,
      currency: 'SAR',
      ground: 'fine',
      sector: 'traffic',
      ...dueOn,
    };
    await ledger.do('DraftDebt', target, terms, huda);
    const more = { ...(on !== undefined && { on }), ...(correction !== undefined && { correction }) };
    await ledger.do('RegisterDebt', target, {}, omar, more);
  };
  const ask = async (type: string, target: Uuid, data: object, by = sami): Promise<EventId> =>
    (await ledger.do(type, target, data, by)).event?.id as EventId;
  const approve = async (target: Uuid, request: EventId, authority: object | null = null): Promise<EventId> =>
    (await ledger.do('ApproveRequest', target, { request, authority }, omar)).event?.id as EventId;
  const pay = async (
    reference: string,
    amount: string,
    channel: string,
    on: string,
    target: object | null,
  ): Promise<Uuid> => {
    ledger.on(on);
    const receipt = receiptId(BANK, reference);
    const sold = target !== null && 'subscription' in target;
    const whose = sold
      ? { payer: SHOP, payee: MINISTRY, sector: 'labour' }
      : { payer: SAMI, payee: CITY, sector: 'traffic' };
    const facts = { bank: BANK, reference, ...whose, amount, currency: 'SAR', paidOn: on, channel };
    await ledger.do('RecordReceipt', receipt, { ...facts, ...(target && { target }), match: target }, teller);
    return receipt;
  };
  const powers = { kind: 'exemption', currency: 'SAR', from: '2026-01-01', to: '2027-12-31' };
  const authority = {
    delegation: DELEGATION,
    revision: 1,
    status: 'active',
    approver: omar.id,
    entity: CITY,
    upTo: '1000.00',
    ...powers,
  };

  ledger.on('2026-01-05');
  await ledger.do(
    'RegisterDelegation',
    DELEGATION,
    { approver: omar.id, entity: CITY, amount: '1000.00', ...powers },
    huda,
  );
  await ledger.do('ApproveDelegation', DELEGATION, {}, director);

  ledger.on('2026-01-10');
  const fine = { debtor: SAMI, creditor: CITY, amount: '1200.00', currency: 'SAR', ground: 'fine', sector: 'traffic' };
  await ledger.do('DraftDebt', A, { ...fine, dueOn: '2026-02-10' }, huda);
  await ledger.send('RegisterDebt', A, {}, huda);
  await ledger.do('RegisterDebt', A, {}, omar);

  ledger.on('2026-02-01');
  const wish = { instalments: 4, firstDueOn: '2026-03-01', every: 'P1M' };
  const plan = await approve(A, await ask('RequestInstalments', A, { wish, evidence: PROOF }));
  await pay('FT-1', '300.00', 'sadad', '2026-03-01', { debt: A });

  ledger.on('2026-03-10');
  await debt(B, '500.00');
  const user = { establishment: SHOP, user: party('user'), relation: 'employee', plan: 'basic' };
  await ledger.do('PurchaseSubscription', BASIC, { ...user, ...YEARLY }, owner);
  await pay('ST-1', '115.00', 'sadad', '2026-03-10', { subscription: BASIC });
  await pay('FT-5', '200.00', 'transfer', '2026-03-20', { debt: B });

  ledger.on('2026-04-05');
  await ledger.tick('MissInstalment', A, { plan, instalment: 2, occurrence: 1 }, '2026-04-02');
  await ledger.tick('ServeNotice', A, { plan, notice: 1, on: '2026-04-05', until: '2026-05-19' });
  await ledger.until('2026-04-15', BASIC);
  await approve(B, await ask('RequestCancellation', B, { ground: 'error' }, huda));
  await pay('FT-2', '300.00', 'sadad', '2026-04-20', { debt: A });
  await pay('FT-3', '300.00', 'card', '2026-05-01', { debt: A });
  await ledger.send('RefundAttempt', BASIC, {}, owner);
  await ledger.send('TransferSubscription', BASIC, { to: party('another user') }, owner);
  ledger.on('2026-05-08');
  const exemption = await ask('RequestExemption', A, { ground: 'poverty', amount: '150.00', evidence: PROOF });
  await ledger.until('2026-05-10', BASIC);
  await approve(A, exemption, authority);

  const last = await pay('FT-4', '150.00', 'sadad', '2026-06-01', { debt: A });
  ledger.on('2026-06-03');
  await approve(A, await ask('RequestPayment', A, { amount: '1050.00' }));
  await ledger.until('2026-06-20', BASIC);
  await ledger.do('ReverseRecordedReceipt', last, { reference: 'R-1', on: '2026-06-20' }, teller);
  await ledger.tick('MissInstalment', A, { plan, instalment: 4, occurrence: 1 }, '2026-06-02');
  ledger.on('2026-07-01');
  await ledger.tick('ServeNotice', A, { plan, notice: 2, on: '2026-07-01', until: '2026-08-12' });
  await ledger.until('2026-08-13', BASIC);
  await ledger.tick('DefaultPlan', A, { plan, notice: 2 });

  const lost = await pay('FT-6', '75.00', 'transfer', '2026-09-01', null);
  await ledger.until('2026-11-20', BASIC);
  await debt(C, '800.00');
  await ledger.until('2026-12-10', BASIC);
  await pay('FT-7', '850.00', 'sadad', '2026-12-10', { debt: C });

  await ledger.until('2027-01-20', BASIC);
  const first = [
    await ledger.close(CITY, '2026', huda, omar),
    await ledger.close(MINISTRY, '2026', laila, fahad),
  ] as const;

  const digests: Record<string, string> = {};
  for (const [name, asked] of CLOSED) {
    digests[name] = (await ledger.report(name, { entity: CITY, ...asked }, first[0])).digest;
  }

  ledger.on('2027-01-25');
  await ledger.do(
    'MatchReceipt',
    lost,
    { debt: A, found: { state: 'outstanding', creditor: CITY, currency: 'SAR' } },
    huda,
  );
  await ledger.until('2027-02-10', BASIC);
  const correction = id('correction');
  const reason = { entity: CITY, period: '2026', reason: 'late-document', about: E, command: 'RegisterDebt' };
  await ledger.do('RequestCorrection', correction, reason, huda);
  await ledger.do('ApproveCorrection', correction, {}, omar);
  await debt(E, '90.00', '2026-12-15', correction);
  await ledger.until('2027-03-01', BASIC);
  await ledger.do('RenewSubscription', BASIC, YEARLY, owner);
  await pay('ST-2', '115.00', 'sadad', '2027-03-04', { subscription: BASIC });
  await ledger.until('2027-03-15', BASIC);
  await approve(C, await ask('RequestCancellation', C, { ground: 'error' }, huda));
  await ledger.until('2027-05-05', BASIC);
  await debt(F, '60.00');
  await ledger.until('2027-06-01', BASIC);
  await approve(F, await ask('RequestExemption', F, { ground: 'poverty' }), authority);
  await ledger.until('2027-07-01', BASIC);
  await debt(G, '40.00');

  await ledger.until('2028-01-20', BASIC);
  const second = [
    await ledger.close(CITY, '2027', huda, omar),
    await ledger.close(MINISTRY, '2027', laila, fahad),
  ] as const;
  await ledger.until('2028-04-01', BASIC);
  return { city: [first[0], second[0]], ministry: [first[1], second[1]], digests };
}
