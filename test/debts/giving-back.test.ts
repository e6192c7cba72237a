import type { DebtCommand } from '../../src/contexts/debts/commands.js';
import type { DebtEvent } from '../../src/contexts/debts/events.js';
import { GIVEN_BACK_AT_ONCE } from '../../src/contexts/debts/giving-back.js';
import type { EventId } from '../../src/kernel/ids.js';
import { canonicalEvent } from '../../src/event-store/canonical.js';
import { id, party, SYSTEM, type Past } from '../given.js';
import {
  approve,
  approver,
  clerk,
  DEBTOR,
  draft,
  given,
  giveBack,
  openRequest,
  PAYER,
  receive,
  REFS,
  register,
  requestCancellation,
  requestUpdate,
  slowly,
  takeBack,
  type GivenDebt,
} from './cast.js';
import { registered } from './states.js';

const cancel = (debt: GivenDebt): GivenDebt => {
  const asked = debt.and([requestCancellation(), clerk]);
  return asked.and([approve(openRequest(asked)), approver]);
};
const reduceTo = (debt: GivenDebt, amount: string): GivenDebt => {
  const asked = debt.and([requestUpdate({ amount }), clerk]);
  return asked.and([approve(openRequest(asked)), approver]);
};
/** The last approval that gave something back. */
const approval = ({ events }: GivenDebt): EventId =>
  events.findLast(({ type }) => type === 'debts.DebtUpdated' || type === 'debts.DebtCancelled')!.id;

/** As the policy does it: asks until nothing waits. */
function giveAllBack(debt: GivenDebt): GivenDebt {
  let now = debt;
  while (now.state!.returning.length > 0) now = now.and([giveBack(), SYSTEM]);
  return now;
}

const partsOf = ({ events }: GivenDebt) =>
  events.flatMap((event) => (event.type === 'debts.ReceiptsGivenBack' ? event.data.parts : []));

describe('any number of receipts can be given back (E7, docs/adr/0004)', () => {
  const MANY = 10_000;
  let paid: GivenDebt;
  beforeAll(() => {
    const receipts = Array.from({ length: MANY }, (_, n) => receive(`r${n}`, '0.01', party(`payer ${n}`)));
    paid = registered().and(...receipts.map((each) => [each, SYSTEM] as const));
  });

  test('E7 10,000 receipts of as many payers: each gets its own, in events of the permitted size', () => {
    const cancelled = cancel(paid);
    expect(cancelled.events.at(-2)).toMatchObject({ data: { received: '100.00' }, entries: [{ amount: '100.00' }] });
    const after = giveAllBack(cancelled);
    expect(after.events.length - cancelled.events.length).toBe(MANY / GIVEN_BACK_AT_ONCE - 1);
    const expected = Array.from({ length: MANY }, (_, n) => ({
      transit: approval(cancelled),
      reason: 'cancellation',
      receipt: id(`r${MANY - 1 - n}`),
      payer: party(`payer ${MANY - 1 - n}`),
      amount: '0.01',
    }));
    expect(partsOf(after)).toEqual(expected);
    const rests = after.events.flatMap((event) => (event.type === 'debts.ReceiptsGivenBack' ? [event.data.rest] : []));
    expect([rests[0], rests.at(-1)]).toEqual(['98.00', '0.00']);
  });

  test('E7 10,000 receipts: a reduction gives back the latest, and leaves what is still due', () => {
    const after = giveAllBack(reduceTo(paid, '0.03'));
    const parts = partsOf(after);
    expect(parts).toHaveLength(MANY - 3);
    expect(parts.at(-1)).toMatchObject({ receipt: id('r3'), reason: 'reduction' });
    expect(after.state?.receipts.filter(({ applied }) => applied > 0n).map(({ receipt }) => receipt)).toEqual(
      ['r0', 'r1', 'r2'].map(id),
    );
  });

  test('a full event of the largest amounts and names is far from 60,000 bytes', () => {
    const most = '90071992547409.91';
    const [longest, parts] = ['x'.repeat(64), GIVEN_BACK_AT_ONCE];
    const huge = given(
      [draft({ amount: most, sector: longest, ground: longest }), clerk],
      [register(), approver],
      ...Array.from({ length: parts }, (_, n) => [receive(`r${n}`, '450359962737.04'), SYSTEM] as const),
    );
    const event = giveAllBack(cancel(huge)).events.at(-1)!;
    expect(event.data).toMatchObject({ rest: '0.00' });
    expect(partsOf({ events: [event] } as unknown as GivenDebt)).toHaveLength(parts);
    const largest = { ...event, data: { ...event.data, rest: most } };
    expect(Buffer.byteLength(canonicalEvent(largest)) + parts * (most.length - '450359962737.04'.length)).toBeLessThan(
      50_000,
    );
  });
});

describe('while a part of it is still to be named', () => {
  /** 60.00 received in r1, then what the test adds. */
  const paid = (...more: readonly Past<DebtCommand, DebtEvent>[]): GivenDebt =>
    slowly([draft(), clerk], [register(), approver], [receive('r1', '60'), SYSTEM], ...more);
  const named = (transit: EventId, reason: string, receipt: string, amount: string, payer = DEBTOR) => ({
    transit,
    reason,
    receipt: id(receipt),
    payer,
    amount,
  });

  test('E8 a receipt that the bank takes back is named first, so that its credit comes before the reversal', () => {
    const waiting = cancel(paid([receive('r2', '10', PAYER), SYSTEM], [receive('r3', '5'), SYSTEM]));
    const of = approval(waiting);
    const after = waiting.when(takeBack('r1'), SYSTEM).then(
      {
        type: 'debts.ReceiptsGivenBack',
        data: { parts: [named(of, 'cancellation', 'r1', '60.00')], rest: '10.00', currency: 'SAR' },
        refs: REFS,
        entries: [],
      },
      { type: 'debts.ReceiptReversed', entries: [] },
    );
    expect(after.events.at(-1)?.data).toMatchObject({ applied: '0.00', credited: '60.00' });
    after.when(giveBack(), SYSTEM).then({
      type: 'debts.ReceiptsGivenBack',
      data: { parts: [named(of, 'cancellation', 'r2', '10.00', PAYER)], rest: '0.00', currency: 'SAR' },
    });
  });

  test('E7 what several decisions took of one receipt is told apart, in their order', () => {
    const reduced = reduceTo(paid([receive('r2', '20'), SYSTEM], [receive('r3', '20'), SYSTEM]), '30');
    const again = reduceTo(reduced, '20');
    const cancelled = cancel(again);
    const [t1, t2, t3] = [reduced, again, cancelled].map(approval) as [EventId, EventId, EventId];
    expect(partsOf(cancelled)).toEqual([
      named(t1, 'reduction', 'r3', '20.00'),
      named(t1, 'reduction', 'r2', '20.00'),
      named(t1, 'reduction', 'r1', '30.00'),
    ]);
    const rest = [named(t2, 'reduction', 'r1', '10.00'), named(t3, 'cancellation', 'r1', '20.00')];
    expect(partsOf(giveAllBack(cancelled)).slice(3)).toEqual(rest);

    const after = cancelled
      .when(takeBack('r1'), SYSTEM)
      .then(
        { type: 'debts.ReceiptsGivenBack', data: { parts: [rest[0]], rest: '20.00', currency: 'SAR' } },
        { type: 'debts.ReceiptsGivenBack', data: { parts: [rest[1]], rest: '0.00', currency: 'SAR' } },
        { type: 'debts.ReceiptReversed' },
      );
    expect(after.events.at(-1)?.data).toMatchObject({ applied: '0.00', credited: '60.00' });
    after.when(giveBack(), SYSTEM).then();
  });

  test('E7 an approval that gives nothing back names nothing of what waits', () => {
    const reduced = reduceTo(paid([receive('r2', '20'), SYSTEM]), '50');
    const asked = reduced.and([requestUpdate({ amount: '70' }), clerk]);
    asked.when(approve(openRequest(asked)), approver).then({ type: 'debts.DebtUpdated' });
  });

  test('E7 the least that can be given back is', () => {
    expect(partsOf(reduceTo(paid(), '59.99'))).toMatchObject([{ receipt: id('r1'), amount: '0.01' }]);
  });

  test('E7 a receipt that arrives meanwhile pays what is still due, and is none of what goes back', () => {
    const reduced = reduceTo(paid([receive('r2', '20'), SYSTEM]), '50').and([receive('r3', '5'), SYSTEM]);
    expect(reduced.events.at(-1)?.data).toMatchObject({ applied: '0.00', excess: '5.00' });
    expect(partsOf(giveAllBack(reduced))).toMatchObject([
      { receipt: id('r2'), amount: '20.00' },
      { receipt: id('r1'), amount: '10.00' },
    ]);
  });
});
