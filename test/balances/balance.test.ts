import fc from 'fast-check';
import { balance } from '../../src/contexts/balances/balance.js';
import { balanceEvents } from '../../src/contexts/balances/events.js';
import type { BalanceCommand } from '../../src/contexts/balances/commands.js';
import { balanceId, type EventId } from '../../src/kernel/ids.js';
import { actor, givenFor, id, party, SYSTEM } from '../given.js';

const given = givenFor(balance, balanceEvents);

const PARTY = party('payer');
const ENTITY = party('entity');
const DEBT = id('debt');
const BALANCE = balanceId(PARTY, ENTITY, 'SAR');
const TRANSIT = id('cancellation') as unknown as EventId;

type Data<T extends BalanceCommand['type']> = Extract<BalanceCommand, { type: T }>['data'];

const credit = (amount: string, changes: Partial<Data<'CreditBalance'>> = {}): BalanceCommand => {
  const data: Data<'CreditBalance'> = {
    party: PARTY,
    entity: ENTITY,
    currency: 'SAR',
    sector: 'traffic',
    amount,
    receipt: id('r1'),
    debt: DEBT,
    reason: 'excess',
    transit: null,
    ...changes,
  };
  return { type: 'CreditBalance', target: balanceId(data.party, data.entity, data.currency), data };
};
const reverse = (amount: string, changes: Partial<Data<'ReverseCredit'>> = {}): BalanceCommand => ({
  type: 'ReverseCredit',
  target: BALANCE,
  data: { receipt: id('r1'), debt: DEBT, sector: 'traffic', amount, reference: 'R-1', ...changes },
});

const REFS = { balance: BALANCE, party: PARTY, entity: ENTITY, sector: 'traffic', receipt: id('r1'), debt: DEBT };
const REFUNDABLE = { account: '2300', dims: { entity: ENTITY, party: PARTY, sector: 'traffic' } } as const;
const UNMATCHED = { account: '2310', dims: { entity: ENTITY, party: PARTY, receipt: id('r1') } } as const;

describe('a balance is credited (E4)', () => {
  test('an excess comes from its receipt', () => {
    const command = credit('30.00');
    const after = given()
      .when(command, SYSTEM)
      .then({
        type: 'balances.BalanceCredited',
        data: { ...command.data, available: '30.00', total: '30.00' },
        refs: REFS,
        entries: [{ debit: UNMATCHED, credit: REFUNDABLE, amount: '30.00', currency: 'SAR' }],
      });
    expect(balance.summary(after.state)).toEqual({ state: 'open' });
  });

  test.each(['reduction', 'cancellation'] as const)('what a %s gives back comes through 2330', (reason) => {
    given()
      .when(credit('30', { reason, transit: TRANSIT }), SYSTEM)
      .then({
        type: 'balances.BalanceCredited',
        entries: [
          {
            debit: { account: '2330', dims: { entity: ENTITY, transit: TRANSIT } },
            credit: REFUNDABLE,
            amount: '30.00',
            currency: 'SAR',
          },
        ],
      });
  });

  test('available is the sector’s, total that of all sectors', () => {
    const third = credit('0.50', { receipt: id('r3') });
    given([credit('30.00'), SYSTEM], [credit('5.00', { sector: 'health', receipt: id('r2') }), SYSTEM])
      .when(third, SYSTEM)
      .then({ type: 'balances.BalanceCredited', data: { ...third.data, available: '30.50', total: '35.50' } });
  });

  test('one receipt may credit it more than once', () => {
    given([credit('30.00'), SYSTEM])
      .and([credit('12.00', { reason: 'cancellation', transit: TRANSIT }), SYSTEM])
      .when(reverse('42.00'), SYSTEM)
      .then({ type: 'balances.CreditReversed' });
  });

  test('never with nothing, and never under another id than its party’s, entity’s and currency’s', () => {
    given().when(credit('0.00'), SYSTEM).refuses('AMOUNT', { amount: '0.00', currency: 'SAR' });
    expect(() => given().when({ ...credit('1.00', { currency: 'EUR' }), target: BALANCE }, SYSTEM)).toThrow(
      /not the balance's id/,
    );
  });

  test('sums may be larger than any single amount', () => {
    const most = '90071992547409.91';
    const after = given([credit(most), SYSTEM])
      .when(credit(most), SYSTEM)
      .then({ type: 'balances.BalanceCredited' });
    expect(after.events[1]?.data).toMatchObject({ amount: most, total: '180143985094819.82' });
  });
});

describe('a credit is reversed when the bank takes the receipt back (E4, E8)', () => {
  test('the money returns to the receipt', () => {
    const command = reverse('12.50');
    given([credit('30.00'), SYSTEM], [credit('5.00', { sector: 'health', receipt: id('r2') }), SYSTEM])
      .when(command, SYSTEM)
      .then({
        type: 'balances.CreditReversed',
        data: { ...command.data, currency: 'SAR', available: '17.50', total: '22.50' },
        refs: REFS,
        entries: [{ debit: REFUNDABLE, credit: UNMATCHED, amount: '12.50', currency: 'SAR' }],
      });
  });

  test('never more than that receipt’s credits hold in the sector, whatever else is available', () => {
    const before = given([credit('30.00'), SYSTEM], [credit('100.00', { receipt: id('r2') }), SYSTEM]);
    before.when(reverse('30.01'), SYSTEM).refuses('INSUFFICIENT', { amount: '30.01', held: '30.00' });
    before
      .when(reverse('1.00', { sector: 'health' }), SYSTEM)
      .refuses('INSUFFICIENT', { amount: '1.00', held: '0.00' });
    before.when(reverse('1.00', { receipt: id('r3') }), SYSTEM).refuses('INSUFFICIENT');
    before
      .and([reverse('30.00'), SYSTEM])
      .when(reverse('0.01'), SYSTEM)
      .refuses('INSUFFICIENT', { amount: '0.01', held: '0.00' });
  });

  test('never of nothing, and never from a balance that was never credited', () => {
    given([credit('30.00'), SYSTEM])
      .when(reverse('0.00'), SYSTEM)
      .refuses('AMOUNT');
    given().when(reverse('1.00'), SYSTEM).refuses('INSUFFICIENT', { amount: '1.00', held: '0' });
  });
});

test('a change copies little of a balance that tens of thousands of receipts have credited', () => {
  const credits = Array.from(
    { length: 2_000 },
    (_, n) => [credit('1.00', { receipt: id(`many ${n}`) }), SYSTEM] as const,
  );
  const credited = given(...credits);
  const before = credited.state!.credits;
  const after = credited.and([credit('1.00', { receipt: id('one more') }), SYSTEM]).state!.credits;
  const changed = [...after.keys()].filter((bucket) => after.get(bucket) !== before.get(bucket));
  expect(changed).toEqual([id('one more').slice(0, 2)]);
  expect(Math.max(...[...after.values()].map(({ size }) => size))).toBeLessThan(30);
});

test('only the ledger itself moves a balance; to anyone else it is not there', () => {
  for (const other of [
    actor('clerk', 'clerk', ENTITY),
    actor('payer', 'debtor', PARTY),
    actor('teller', 'bank', PARTY),
  ]) {
    given().when(credit('1.00'), other).refuses('NOT_FOUND', {});
    given([credit('1.00'), SYSTEM])
      .when(reverse('1.00'), other)
      .refuses('NOT_FOUND', {});
  }
});

const riyals = (halalas: number): string => `${Math.trunc(halalas / 100)}.${String(halalas % 100).padStart(2, '0')}`;

test('never negative, and the total is the sum of the sectors, whatever is sent (domain.md §3)', () => {
  const sectors = ['traffic', 'health', 'general'];
  const step = fc.record({
    credit: fc.boolean(),
    receipt: fc.nat(3),
    sector: fc.nat(2),
    halalas: fc.integer({ min: 1, max: 300 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const held = new Map<string, number>();
      let state = given();
      for (const { credit: isCredit, receipt: r, sector: s, halalas } of steps) {
        const where = { receipt: id(`r${r}`), sector: sectors[s] as string };
        const amount = riyals(halalas);
        const key = `${r} ${s}`;
        const before = held.get(key) ?? 0;
        const when = state.when(isCredit ? credit(amount, where) : reverse(amount, where), SYSTEM);
        if (!isCredit && halalas > before) {
          when.refuses('INSUFFICIENT');
          continue;
        }
        held.set(key, before + (isCredit ? halalas : -halalas));
        const sum = (of: (key: string) => boolean) =>
          [...held].reduce((total, [k, minor]) => (of(k) ? total + minor : total), 0);
        state = when.then({ type: isCredit ? 'balances.BalanceCredited' : 'balances.CreditReversed' });
        expect(state.events.at(-1)?.data).toMatchObject({
          available: riyals(sum((k) => k.endsWith(` ${s}`))),
          total: riyals(sum(() => true)),
        });
        for (const minor of state.state?.available.values() ?? []) expect(minor).toBeGreaterThanOrEqual(0n);
      }
    }),
    { numRuns: 150 },
  );
});
