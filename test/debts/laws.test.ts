import fc from 'fast-check';
import type { DebtCommand } from '../../src/contexts/debts/commands.js';
import { debt } from '../../src/contexts/debts/debt.js';
import type { DebtEvent } from '../../src/contexts/debts/events.js';
import { balanceOf, type Debt, type DebtState } from '../../src/contexts/debts/state.js';
import type { Recorded } from '../../src/kernel/decider.js';
import type { Entry } from '../../src/kernel/entries.js';
import type { Actor } from '../../src/kernel/envelope.js';
import { isRefusal } from '../../src/kernel/refusal.js';
import { parseMoney } from '../../src/kernel/money.js';
import { id, SYSTEM } from '../given.js';
import {
  approve,
  approver,
  clerk,
  debtor,
  DEBTOR,
  decline,
  discard,
  draft,
  edit,
  editor,
  given,
  giveBack,
  PAYER,
  proceed,
  receive,
  register,
  REFS,
  REQUEST,
  requestCancellation,
  requestPayment,
  requestUpdate,
  slowly,
  stranger,
  takeBack,
  withdraw,
  type GivenDebt,
} from './cast.js';

/*
 * The money laws of domain.md §3, on one debt under commands at random: most are refused, and the ones that are not
 * reach every state. A command is made from the state, so that requests find the open one.
 */
type Make = (state: DebtState) => DebtCommand;

const amount = fc.integer({ min: 0, max: 150_00 }).map((cents) => (cents / 100).toFixed(2));
/** Near the figures of the debt itself, where the limits are. */
const near = fc.tuple(
  fc.constantFrom<keyof Figures>('amount', 'received', 'balance', 'approved'),
  fc.integer({ min: -1, max: 1 }),
);
type Figures = { amount: bigint; received: bigint; balance: bigint; approved: bigint };
const figure =
  ([name, by]: [keyof Figures, number]) =>
  (state: DebtState): string => {
    const minor = state === null ? 0n : { ...state, balance: balanceOf(state) }[name];
    return text(minor + BigInt(by) < 0n ? 0n : minor + BigInt(by));
  };
const text = (minor: bigint): string => `${minor / 100n}.${(minor % 100n).toString().padStart(2, '0')}`;
const someAmount: fc.Arbitrary<(state: DebtState) => string> = fc.oneof(
  amount.map((each) => () => each),
  near.map(figure),
);
const open = (state: DebtState) => state?.request?.id ?? REQUEST;
const receipt = fc.constantFrom('r1', 'r2', 'r3', 'r4', 'r5');
const ground = fc.constantFrom('fine', 'late-penalty', 'correction');

const command: fc.Arbitrary<Make> = fc.oneof(
  {
    weight: 1,
    arbitrary: someAmount.map(
      (of): Make =>
        (state) =>
          edit({ amount: of(state) }),
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom<Make>(discard, register, register) },
  {
    weight: 5,
    arbitrary: fc.tuple(someAmount, ground).map(
      ([of, why]): Make =>
        (state) =>
          requestUpdate({ amount: of(state), ground: why }),
    ),
  },
  {
    weight: 5,
    arbitrary: someAmount.map(
      (of): Make =>
        (state) =>
          requestPayment(of(state)),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Make>(() => requestCancellation()) },
  { weight: 8, arbitrary: fc.constant<Make>((state) => approve(open(state))) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Make>(
      (state) => decline(open(state)),
      (state) => withdraw(open(state)),
    ),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(receipt, someAmount, fc.constantFrom(DEBTOR, PAYER)).map(
      ([name, of, payer]): Make =>
        (state) =>
          receive(name, of(state), payer),
    ),
  },
  {
    weight: 3,
    arbitrary: receipt.map(
      (name): Make =>
        () =>
          takeBack(name),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Make>(
      () => giveBack(),
      () => proceed(),
    ),
  },
);

const PEOPLE: readonly Actor[] = [clerk, editor, approver, debtor, stranger, SYSTEM];
/** Mostly somebody who may. */
const somebody = (made: DebtCommand, pick: number): Actor => {
  if (pick >= 12) return PEOPLE[pick % PEOPLE.length] as Actor;
  if (made.type === 'ApplyReceipt' || made.type === 'ReverseReceipt' || made.type === 'GiveBack') return SYSTEM;
  if (made.type === 'RequestPayment' || made.type === 'WithdrawRequest') return debtor;
  return made.type === 'ApproveRequest' || made.type === 'RegisterDebt' ? approver : clerk;
};

const steps = fc.array(fc.tuple(command, fc.integer({ min: 0, max: 17 })), { minLength: 5, maxLength: 40 });

/** The debt after the steps; each refusal must leave it alone. */
function play(taken: readonly [Make, number][], see: (now: GivenDebt, before: GivenDebt) => void): GivenDebt {
  let now = slowly([draft(), clerk], [register(), approver]);
  for (const [make, pick] of taken) {
    const made = make(now.state);
    const by = somebody(made, pick);
    const { outcome } = now.when(made, by);
    const again = now.when(made, by).outcome;
    expect(again).toEqual(outcome); // the same command in the same state decides the same
    if (isRefusal(outcome) || 'earlier' in outcome) continue;
    const before = now;
    now = now.and([made, by]);
    see(now, before);
  }
  return now;
}

const sum = (amounts: Iterable<bigint>): bigint => [...amounts].reduce((total, each) => total + each, 0n);
const minor = (amountText: string): bigint => parseMoney({ amount: amountText, currency: 'SAR' }).minor;

/** Debits less credits of the postings that `of` names. */
const net = (events: readonly Recorded<DebtEvent>[], of: (leg: Entry['debit']) => boolean): bigint =>
  sum(
    events
      .flatMap(({ entries }) => entries)
      .map((each) => minor(each.amount) * (BigInt(of(each.debit)) - BigInt(of(each.credit)))),
  );

/** What was named as given back, part by part. */
const partsOf = (events: readonly Recorded<DebtEvent>[]) =>
  events
    .flatMap((event) => (event.type === 'debts.ReceiptsGivenBack' ? event.data.parts : []))
    .map((part) => ({ ...part, minor: minor(part.amount) }));

const reached = new Set<string>();

function lawful(state: Debt): void {
  const { amount: whole, received, waived, approved, receipts, status } = state;
  expect(approved).toBeGreaterThanOrEqual(0n);
  expect(approved).toBeLessThanOrEqual(received);
  expect(received + waived).toBeLessThanOrEqual(whole);
  expect(sum(receipts.map((each) => each.applied))).toBe(received);
  if (status === 'settled') expect([received, approved, state.request]).toEqual([whole, whole, null]);
  if (state.request !== null) expect(status).toBe('outstanding');
  if (status === 'outstanding') expect(approved === whole).toBe(false);
}

test('E6 0 ≤ approved ≤ received, received + waived ≤ amount; entries add up to the state', () => {
  fc.assert(
    fc.property(steps, (taken) => {
      play(taken, ({ state, events }) => {
        if (state === null) throw new Error('the debt is gone');
        lawful(state);
        const isOpen = state.status !== 'cancelled';
        expect(net(events, ({ account }) => account === '1200')).toBe(balanceOf(state));
        expect(net(events, ({ account }) => account === '4300')).toBe(isOpen ? -state.amount : 0n);
        for (const each of ['fine', 'late-penalty', 'correction']) {
          const here = state.revenue.find(({ ground: of }) => of === each)?.minor ?? 0n;
          expect(net(events, ({ account, dims }) => account === '4300' && dims.ground === each)).toBe(-here);
        }
        reached.add(state.status + (state.request?.kind ?? ''));
      });
    }),
    { numRuns: 300 },
  );
  // The random walk is worth something only where it gets everywhere.
  expect([...reached].toSorted()).toEqual([
    'cancelled',
    'outstanding',
    'outstandingcancellation',
    'outstandingpayment',
    'outstandingupdate',
    'settled',
  ]);
});

test('E8 every receipt is wholly applied, credited or reversed; what is given back adds up and waits in 2330', () => {
  fc.assert(
    fc.property(steps, (taken) => {
      const after = play(taken, () => {});
      for (const part of after.state?.receipts ?? []) {
        const came = after.events.flatMap((event) =>
          event.type === 'debts.ReceiptApplied' && event.data.receipt === part.receipt ? [event.data] : [],
        );
        expect(came).toHaveLength(1);
        const whole = minor(came[0]!.amount);
        expect(part.applied + part.credited).toBe(part.reversed ? 0n : whole);

        const named = partsOf(after.events).filter(({ receipt: of }) => of === part.receipt);
        const waiting = after.state!.returning.filter(({ receipt: of }) => of === part.receipt);
        if (part.reversed) expect(waiting).toEqual([]);
        const back = [...named, ...waiting].map((each) => each.minor);
        const reversals = after.events.flatMap((event) =>
          event.type === 'debts.ReceiptReversed' && event.data.receipt === part.receipt ? [event.data] : [],
        );
        expect(reversals).toHaveLength(part.reversed ? 1 : 0);
        const credited = minor(came[0]!.excess) + sum(back);
        expect(credited).toBe(part.reversed ? minor(reversals[0]!.credited) : part.credited);
        if (part.reversed) expect(minor(reversals[0]!.applied) + credited).toBe(whole);

        // 2310 of a receipt: what the debt took out of it, less what it put back for the reversal.
        const isOurs = ({ account, dims }: Entry['debit']) => account === '2310' && dims.receipt === part.receipt;
        const taken2310 = minor(came[0]!.applied) - (part.reversed ? minor(reversals[0]!.applied) : 0n);
        expect(net(after.events, isOurs)).toBe(taken2310);
      }
      for (const event of after.events) {
        if (event.type !== 'debts.DebtUpdated' && event.type !== 'debts.DebtCancelled') continue;
        const given2330 = -net([event], ({ account, dims }) => account === '2330' && dims.transit === event.id);
        expect(given2330).toBe(minor(event.type === 'debts.DebtUpdated' ? event.data.givenBack : event.data.received));
        expect(net([event], ({ account }) => account === '2330')).toBe(-given2330);
        const parts = [...partsOf(after.events), ...after.state!.returning].filter(
          ({ transit }) => transit === event.id,
        );
        expect(sum(parts.map((each) => each.minor))).toBe(given2330);
        expect(new Set(parts.map((each) => each.receipt)).size).toBe(parts.length);
      }
      const rest = after.events.flatMap((event) => (event.type === 'debts.ReceiptsGivenBack' ? [event.data.rest] : []));
      if (rest.length > 0 && after.events.at(-1)?.type === 'debts.ReceiptsGivenBack') {
        expect(minor(rest.at(-1)!)).toBe(sum(after.state!.returning.map((each) => each.minor)));
      }
    }),
    { numRuns: 200 },
  );
});

test('the same events always fold to the same state, from the stored text alone', () => {
  fc.assert(
    fc.property(steps, (taken) => {
      const { state, events } = play(taken, (now, before) => {
        expect(now.events.slice(0, before.events.length)).toEqual(before.events);
      });
      const stored = events.map((event) => JSON.parse(JSON.stringify(event)) as Recorded<DebtEvent>);
      expect(stored.reduce<DebtState>((before, event) => debt.evolve(before, event), debt.initial)).toEqual(state);
    }),
    { numRuns: 50 },
  );
});

test('every event names what a reader routes it by', () => {
  fc.assert(
    fc.property(steps, (taken) => {
      play(taken, ({ events }) => {
        const { id: eventId, type, refs, data } = events.at(-1)!;
        const { request, receipt: of, payer } = data as { request?: string; receipt?: string; payer?: string };
        expect(refs).toEqual({
          ...REFS,
          ...(request !== undefined && { request }),
          ...(of !== undefined && { receipt: of, payer: payer ?? refs.payer }),
        });
        if (type.endsWith('Requested')) expect(request).toBe(eventId);
        if (of !== undefined) expect(events.find((each) => each.refs.receipt === of)?.refs.payer).toBe(refs.payer);
      });
    }),
    { numRuns: 100 },
  );
});

test('folding never changes the state that it is given', () => {
  const frozen = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  };
  fc.assert(
    fc.property(steps, (taken) => {
      play(taken, ({ state }) => frozen(state));
    }),
    { numRuns: 50 },
  );
});

test('a proceeding leaves the state as it is, however many there are', () => {
  const before = given([draft(), clerk], [register(), approver], [receive('r1', '10'), SYSTEM]);
  expect(before.and([proceed(), clerk], [proceed('appeal-lodged'), clerk]).state).toBe(before.state);
  expect(id('debt')).toBe(before.state?.refs.debt);
});
