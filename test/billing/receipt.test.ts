import { billingEvents } from '../../src/contexts/billing/events.js';
import { receipt } from '../../src/contexts/billing/receipt.js';
import type { ReceiptCommand } from '../../src/contexts/billing/commands.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import { receiptId, type CommandId, type PartyId } from '../../src/kernel/ids.js';
import { actor, givenFor, id, party, SYSTEM, type Occasion } from '../given.js';

const given = givenFor(receipt, billingEvents);

const BANK = party('bank');
const ENTITY = party('entity');
const PAYER = party('payer');
const DEBT = id('debt');
const bank = actor('teller', 'bank', BANK);
const staff = actor('clerk', 'clerk', ENTITY);

type Data<T extends ReceiptCommand['type']> = Extract<ReceiptCommand, { type: T }>['data'];
type Told = Data<'RecordReceipt'>;

const TOLD: Told = {
  bank: BANK,
  reference: 'FT-1',
  payer: PAYER,
  payee: ENTITY,
  amount: '115.00',
  currency: 'SAR',
  paidOn: '2026-02-27' as BusinessDate,
  channel: 'transfer',
  sector: 'traffic',
  match: null,
};
const RECEIPT = receiptId(BANK, 'FT-1');
const COMMITMENT = 'ab'.repeat(32);

const record = (changes: Partial<Told> = {}): Extract<ReceiptCommand, { type: 'RecordReceipt' }> => {
  const data = { ...TOLD, ...changes };
  return { type: 'RecordReceipt', target: receiptId(data.bank, data.reference), data };
};
const matched = record({ target: { debt: DEBT }, match: { debt: DEBT } });
const match = (found: Data<'MatchReceipt'>['found'], debt = DEBT): ReceiptCommand => ({
  type: 'MatchReceipt',
  target: RECEIPT,
  data: { debt, found },
});
const registered = { state: 'outstanding', creditor: ENTITY, currency: 'SAR' };
const reverse = (reference = 'R-1', on = '2026-02-28'): ReceiptCommand => ({
  type: 'ReverseRecordedReceipt',
  target: RECEIPT,
  data: { reference, on: on as BusinessDate },
});
const known = (name: string): Occasion & { id: CommandId } => ({ id: id(name) as unknown as CommandId });

const REFS = { receipt: RECEIPT, payer: PAYER, payee: ENTITY, bank: BANK };
const UNMATCHED = { account: '2310', dims: { entity: ENTITY, party: PAYER, receipt: RECEIPT } } as const;
const cash = (account: '1100' | '1110' | '1120') => ({ account, dims: { entity: ENTITY, receipt: RECEIPT } });

describe('a receipt is recorded (E2e, E8)', () => {
  test('the money waits in 2310 under the receipt, for the entity that was paid', () => {
    const { match: _, ...facts } = TOLD;
    given()
      .when(record(), bank)
      .then({
        type: 'billing.ReceiptRecorded',
        data: facts,
        refs: REFS,
        entries: [{ debit: cash('1100'), credit: UNMATCHED, amount: '115.00', currency: 'SAR' }],
        evidence: [],
      });
  });

  test.each([
    ['sadad', '1110'],
    ['card', '1120'],
    ['transfer', '1100'],
    ['SADAD', '1100'],
    ['constructor', '1100'],
  ] as const)('channel %s arrives in %s (domain.md §4)', (channel, account) => {
    given()
      .when(record({ channel }), bank)
      .then({
        type: 'billing.ReceiptRecorded',
        entries: [{ debit: cash(account), credit: UNMATCHED, amount: '115.00', currency: 'SAR' }],
      });
  });

  test('its account number is known by its commitment only, which is evidence', () => {
    given()
      .when(record({ sourceAccount: COMMITMENT, valueDate: '2026-02-28' as BusinessDate }), bank)
      .then({ type: 'billing.ReceiptRecorded', evidence: [COMMITMENT] });
  });

  test('an amount is kept with its currency’s own decimals', () => {
    const after = given()
      .when(record({ amount: '7', currency: 'KWD' }), bank)
      .then({ type: 'billing.ReceiptRecorded' });
    expect(after.events[0]?.data).toMatchObject({ amount: '7.000', currency: 'KWD' });
  });

  test('it is matched in the same append where its target was found', () => {
    given()
      .when(matched, bank)
      .then(
        { type: 'billing.ReceiptRecorded', refs: REFS },
        {
          type: 'billing.ReceiptMatched',
          data: { debt: DEBT, payer: PAYER, amount: '115.00', currency: 'SAR' },
          refs: { ...REFS, debt: DEBT },
          entries: [],
        },
      );
  });

  test('a target that was not found is kept as told, routes nothing, and the receipt stays unmatched', () => {
    const after = given()
      .when(record({ target: { debt: DEBT } }), bank)
      .then({ type: 'billing.ReceiptRecorded', refs: REFS });
    expect(receipt.summary(after.state)).toEqual({ state: 'unmatched' });
  });

  test('only by the bank itself', () => {
    for (const other of [actor('teller', 'bank', party('other bank')), staff, actor('nobody', 'bank'), SYSTEM]) {
      given().when(record(), other).refuses('NOT_THE_BANK');
      given([record(), bank]).when(record(), other).refuses('NOT_THE_BANK');
    }
  });

  test('never of nothing', () => {
    given()
      .when(record({ amount: '0.00' }), bank)
      .refuses('AMOUNT', { amount: '0.00', currency: 'SAR' });
  });

  test.each(['paidOn', 'valueDate'] as const)('never with a %s that lies ahead, in Riyadh: FUTURE_DATE', (field) => {
    const day = (date: string) => record({ [field]: date as BusinessDate });
    const today = '2026-03-01';
    given().when(day('2026-03-02'), bank).refuses('FUTURE_DATE', { field, date: '2026-03-02', today });
    given().when(day(today), bank).then({ type: 'billing.ReceiptRecorded' });
    given().when(day('1900-01-01'), bank).then({ type: 'billing.ReceiptRecorded' });
    // Nor are such facts a conflict: what cannot be is not told.
    given([record(), bank]).when(day('2026-03-02'), bank).refuses('FUTURE_DATE');
  });

  test.each(['1.001', '-1.00', '1e3', '1,000.00'])('an amount of %s is no amount', (amount) => {
    expect(() => given().when(record({ amount }), bank)).toThrow(expect.objectContaining({ name: 'InvalidValue' }));
  });

  test('never under another id than its bank reference’s, nor matched with another debt than its target', () => {
    expect(() => given().when({ ...record(), target: id('elsewhere') }, bank)).toThrow(/not the receipt's id/);
    expect(() => given().when(record({ match: { debt: DEBT } }), bank)).toThrow(/another target/);
  });
});

describe('a bank reference counts once (domain.md §3, Receipt)', () => {
  const full = record({
    target: { debt: DEBT },
    valueDate: '2026-02-28' as BusinessDate,
    sourceAccount: COMMITMENT,
  });
  const first = known('first');

  test('the same facts get the earlier answer, whoever at the bank tells them and whatever became of the receipt', () => {
    const before = given([full, bank, first]);
    before.when(full, actor('another teller', 'bank', BANK)).answersAs(first.id);
    before.when({ ...full, data: { ...full.data, amount: '115' } }, bank).answersAs(first.id);
    before.when({ ...full, data: { ...full.data, match: { debt: DEBT } } }, bank).answersAs(first.id);
    before
      .and([match(registered), staff], [reverse(), bank])
      .when(full, bank)
      .answersAs(first.id);
  });

  const others: Partial<Told>[] = [
    { payer: party('another payer') },
    { payee: party('another entity') },
    { target: { debt: id('another debt') } },
    { amount: '115.01' },
    { amount: '0' },
    { currency: 'EUR' },
    { paidOn: '2026-02-26' as BusinessDate },
    { valueDate: '2026-03-01' as BusinessDate },
    { channel: 'card' },
    { sector: 'general' },
    { sourceAccount: 'cd'.repeat(32) },
  ];
  test.each(others)('other facts are recorded beside the receipt and move no money: %j', (changes) => {
    const other = record({ ...full.data, ...changes });
    const { match: _, ...facts } = other.data;
    const before = given([full, bank, first]);
    const after = before.when(other, bank).then({
      type: 'billing.ReceiptConflictRecorded',
      data: changes.amount === '0' ? { ...facts, amount: '0.00' } : facts,
      refs: REFS,
      entries: [],
      evidence: [facts.sourceAccount ?? ''],
    });
    expect(after.state).toEqual(before.state);
    after.when(full, bank).answersAs(first.id);
  });

  test.each(['target', 'valueDate', 'sourceAccount'] as const)('a missing %s is another fact', (name) => {
    const { [name]: _, ...rest } = full.data;
    given([full, bank])
      .when({ ...full, data: rest }, bank)
      .then({ type: 'billing.ReceiptConflictRecorded' });
  });

  test('an account that was committed to in the form before RFC 9901’s is the same account, and no other is', () => {
    const before = given([full, bank, first]);
    const now = { ...full.data, sourceAccount: 'A'.repeat(43) };
    before.when(record({ ...now, accountBefore: COMMITMENT }), bank).answersAs(first.id);
    const other = before.when(record({ ...now, accountBefore: 'cd'.repeat(32) }), bank);
    other.then({ type: 'billing.ReceiptConflictRecorded', evidence: [now.sourceAccount] });
    // The old form is for comparing only: nothing new is said in it.
    const { match: _, ...facts } = now;
    given()
      .when(record({ ...now, match: null, accountBefore: COMMITMENT }), bank)
      .then({ type: 'billing.ReceiptRecorded', data: facts });
  });

  test('two banks may use the same reference', () => {
    const other: PartyId = party('other bank');
    expect(record({ bank: other }).target).not.toBe(record().target);
  });
});

describe('a receipt is matched once, by the payee’s staff (E8)', () => {
  test('the debt is told what is its to apply', () => {
    const after = given([record(), bank])
      .when(match(registered), staff)
      .then({
        type: 'billing.ReceiptMatched',
        data: { debt: DEBT, payer: PAYER, amount: '115.00', currency: 'SAR' },
        refs: { ...REFS, debt: DEBT },
        entries: [],
      });
    expect(receipt.summary(after.state)).toEqual({ state: 'matched' });
  });

  test.each(['outstanding', 'settled', 'cancelled'])(
    'with a debt that is %s: the debt decides what it takes',
    (state) => {
      given([record(), bank])
        .when(match({ ...registered, state }), staff)
        .then({ type: 'billing.ReceiptMatched' });
    },
  );

  test('others see no receipt, and a missing one answers alike', () => {
    for (const other of [
      bank,
      actor('clerk', 'clerk', party('other entity')),
      actor('payer', 'debtor', PAYER),
      SYSTEM,
    ]) {
      given([record(), bank]).when(match(registered), other).refuses('NOT_FOUND', {});
    }
    given().when(match(registered), staff).refuses('NOT_FOUND', {});
  });

  test('another creditor’s debt, a discarded one and none answer alike', () => {
    const before = given([record(), bank]);
    before.when(match(null), staff).refuses('TARGET_NOT_FOUND', {});
    before.when(match({ ...registered, creditor: party('other entity') }), staff).refuses('TARGET_NOT_FOUND', {});
    before.when(match({ ...registered, state: 'discarded' }), staff).refuses('TARGET_NOT_FOUND', {});
    const foreignDraft = { ...registered, state: 'draft', creditor: party('other entity') };
    before.when(match(foreignDraft), staff).refuses('TARGET_NOT_FOUND', {});
  });

  test('not with a draft (E6), and not across currencies', () => {
    const before = given([record(), bank]);
    before.when(match({ ...registered, state: 'draft' }), staff).refuses('DRAFT');
    before
      .when(match({ ...registered, currency: 'EUR' }), staff)
      .refuses('CURRENCY', { receipt: 'SAR', target: 'EUR' });
  });

  test('not twice, however it was matched', () => {
    given([matched, bank])
      .when(match(registered, id('another debt')), staff)
      .refuses('MATCHED', { target: DEBT });
    given([record(), bank], [match(registered), staff])
      .when(match(registered), staff)
      .refuses('MATCHED', { target: DEBT });
  });

  test('not after the bank took it back', () => {
    const facts = { reference: 'R-1', on: '2026-02-28' };
    given([record(), bank], [reverse(), bank]).when(match(registered), staff).refuses('REVERSED', facts);
    given([matched, bank], [reverse(), bank]).when(match(registered), staff).refuses('REVERSED', facts);
  });
});

describe('a receipt is reversed by its bank (E8)', () => {
  test('an unmatched one leaves 2310 as it came', () => {
    const before = given([record({ channel: 'sadad' }), bank]);
    const after = before.when(reverse(), bank).then({
      type: 'billing.ReceiptReversed',
      data: {
        reference: 'R-1',
        on: '2026-02-28',
        amount: '115.00',
        currency: 'SAR',
        payer: PAYER,
        debt: null,
        subscription: null,
      },
      refs: REFS,
      entries: [{ debit: UNMATCHED, credit: cash('1110'), amount: '115.00', currency: 'SAR' }],
      corrects: before.events[0]?.id ?? '',
    });
    expect(receipt.summary(after.state)).toEqual({ state: 'reversed' });
  });

  test('a matched one names its debt, which gives back what it took', () => {
    given([matched, bank])
      .when(reverse(), bank)
      .then({
        type: 'billing.ReceiptReversed',
        data: {
          reference: 'R-1',
          on: '2026-02-28',
          amount: '115.00',
          currency: 'SAR',
          payer: PAYER,
          debt: DEBT,
          subscription: null,
        },
        refs: { ...REFS, debt: DEBT },
        entries: [{ debit: UNMATCHED, credit: cash('1100'), amount: '115.00', currency: 'SAR' }],
      });
  });

  test('once: the same reversal gets the earlier answer, another is refused', () => {
    const first = known('reversal');
    const before = given([record(), bank], [reverse(), bank, first]);
    before.when(reverse(), bank).answersAs(first.id);
    before.when(reverse('R-2'), bank).refuses('REVERSED', { reference: 'R-1', on: '2026-02-28' });
    before.when(reverse('R-1', '2026-03-01'), bank).refuses('REVERSED');
  });

  test('not on a day that lies ahead: FUTURE_DATE', () => {
    const before = given([record(), bank]);
    const facts = { field: 'on', date: '2026-03-02', today: '2026-03-01' };
    before.when(reverse('R-1', '2026-03-02'), bank).refuses('FUTURE_DATE', facts);
    before.when(reverse('R-1', '2026-03-01'), bank).then({ type: 'billing.ReceiptReversed' });
  });

  test('others see no receipt, and a missing one answers alike', () => {
    for (const other of [
      staff,
      actor('teller', 'bank', party('other bank')),
      actor('payer', 'debtor', PAYER),
      SYSTEM,
    ]) {
      given([record(), bank]).when(reverse(), other).refuses('NOT_FOUND', {});
    }
    given().when(reverse(), bank).refuses('NOT_FOUND', {});
  });
});

describe('a receipt pays a subscription (domain.md §3, ConfirmPayment)', () => {
  const SUBSCRIPTION = id('subscription');
  const target = { subscription: SUBSCRIPTION };
  const paid = record({ target, match: target });

  test('the subscription is told the day of payment, and a reversal names it', () => {
    const matchedNow = {
      type: 'billing.ReceiptMatched',
      data: { ...target, payer: PAYER, amount: '115.00', currency: 'SAR', paidOn: '2026-02-27' },
      refs: { ...REFS, ...target },
      entries: [],
    };
    given().when(paid, bank).then({ type: 'billing.ReceiptRecorded' }, matchedNow);
    const later: ReceiptCommand = { type: 'MatchReceipt', target: RECEIPT, data: { ...target, found: registered } };
    const before = given([record(), bank]);
    before.when(later, staff).then(matchedNow);
    before.when({ ...later, data: { ...target, found: null } }, staff).refuses('TARGET_NOT_FOUND', {});
    given([paid, bank])
      .when(reverse(), bank)
      .then({
        type: 'billing.ReceiptReversed',
        data: {
          reference: 'R-1',
          on: '2026-02-28',
          amount: '115.00',
          currency: 'SAR',
          payer: PAYER,
          debt: null,
          ...target,
        },
        refs: { ...REFS, ...target },
      });
  });

  test('once, and a debt of the same id is another thing', () => {
    given([paid, bank]).when(match(registered), staff).refuses('MATCHED', { target: SUBSCRIPTION });
    given([paid, bank])
      .when(record({ target: { debt: SUBSCRIPTION } }), bank)
      .then({ type: 'billing.ReceiptConflictRecorded' });
    expect(() => given().when(record({ target, match: { debt: SUBSCRIPTION } }), bank)).toThrow('another target');
  });
});

test('what was never recorded has no state', () => {
  expect(receipt.summary(receipt.initial)).toEqual({ state: 'none' });
});
