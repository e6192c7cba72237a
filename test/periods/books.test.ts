import { books, type Books } from '../../src/contexts/periods/books.js';
import type { ClosingCommand, Result } from '../../src/contexts/periods/commands.js';
import { closingEvents, type ClosingEvent } from '../../src/contexts/periods/events.js';
import type { Actor } from '../../src/kernel/envelope.js';
import { eventId, periodsId, type CommandId, type EventId } from '../../src/kernel/ids.js';
import { actor, givenFor, id, party, SYSTEM, type Given } from '../given.js';

/* The tests' today is 1 March 2026. */
const given = givenFor(books, closingEvents);
const ENTITY = party('ministry');
const target = periodsId(ENTITY);
const clerk = actor('clerk', 'clerk', ENTITY);
const approver = actor('approver', 'approver', ENTITY);
const stranger = actor('stranger', 'approver', party('another entity'));

const ASKED = { id: id('asked') as string as CommandId };
const REQUEST = eventId(ASKED.id, 0);
const ask = (period: string): ClosingCommand => ({ type: 'RequestClosing', target, data: { entity: ENTITY, period } });
const approve = (request: EventId = REQUEST): ClosingCommand => ({ type: 'ApproveClosing', target, data: { request } });
const decline: ClosingCommand = { type: 'DeclineClosing', target, data: { request: REQUEST, reason: 'unreconciled' } };
const withdraw: ClosingCommand = { type: 'WithdrawClosing', target, data: { request: REQUEST } };
const close: ClosingCommand = { type: 'ClosePeriod', target, data: { request: REQUEST } };
const RESULTS: readonly Result[] = [
  { account: '4300', currency: 'SAR', side: 'credit', amount: '115.00' },
  { account: '5100', currency: 'SAR', side: 'debit', amount: '15.00' },
];
const carry: ClosingCommand = { type: 'CloseYear', target, data: { request: REQUEST, results: RESULTS } };

type Stage = Given<Books, ClosingCommand, ClosingEvent>;
const requested = (period = '2025'): Stage => given([ask(period), clerk, ASKED]);
const approved = (period = '2025'): Stage => requested(period).and([approve(), approver]);
const STATES = {
  none: () => given(),
  requested: () => requested(),
  approved: () => approved(),
  settling: () => approved().and([close, SYSTEM]),
  open: () => approved().and([close, SYSTEM], [carry, SYSTEM]),
} as const;

const N = '✗NONE';
const F = '✗NOT_FOUND';
const P = '✗PENDING';
// prettier-ignore
const TABLE: readonly (readonly [ClosingCommand, Actor, none: string, requested: string, approved: string, settling: string, open: string])[] = [
  [ask('2026-01'), clerk, 'ClosingRequested → requested', P, P, P, 'ClosingRequested → requested'],
  [ask('2026-01'), stranger, F, F, F, F, F],
  [approve(), approver, F, 'ClosingApproved → approved', N, N, N],
  [approve(), clerk, F, '✗SELF_APPROVAL', N, N, N],
  [approve(), stranger, F, F, F, F, F],
  [decline, approver, F, 'ClosingDeclined → open', N, N, N],
  [decline, clerk, F, '✗SELF_APPROVAL', N, N, N],
  [decline, stranger, F, F, F, F, F],
  [withdraw, clerk, F, 'ClosingWithdrawn → open', N, N, N],
  [withdraw, approver, F, '✗NOT_REQUESTER', N, N, N],
  [withdraw, stranger, F, F, F, F, F],
  [close, SYSTEM, '–', '–', 'PeriodClosed → settling', '–', '–'],
  [carry, SYSTEM, '–', '–', '–', 'YearClosed → open', '–'],
];

const CELLS = TABLE.flatMap(([command, by, ...cells]) =>
  (Object.keys(STATES) as (keyof typeof STATES)[]).map((state, index) => {
    const cell = cells[index] as string;
    return [
      `closing of a year ${state} × ${command.type} by ${by.role} ${by.id.slice(6, 10)}: ${cell}`,
      state,
      command,
      by,
      cell,
    ] as const;
  }),
);

test.each(CELLS)('%s', (_, state, command, by, cell) => {
  const before = STATES[state]();
  if (cell.startsWith('✗')) {
    expect(before.when(command, by).refuses(cell.slice(1)).state).toBe(before.state);
  } else if (cell === '–') {
    before.when(command, by).then();
  } else {
    const [type, after] = cell.split(' → ') as [string, string];
    const then = before.when(command, by).then({ type: `periods.${type}` });
    expect(books.summary(then.state)).toMatchObject({ state: after });
  }
});

test('a month is closed at once when the clock says so: it has no result to carry over', () => {
  const closed = approved('2026-01')
    .when(close, SYSTEM)
    .then({
      type: 'periods.PeriodClosed',
      data: { request: REQUEST, period: '2026-01', through: '2026-01-31' },
      refs: { entity: ENTITY, request: REQUEST },
      entries: [],
    });
  expect(closed.state).toMatchObject({ through: '2026-01-31', year: null, closing: null });
});

test('from the approval on nothing counts in the period: the last closed day moves on then', () => {
  expect(requested().state).toMatchObject({ through: null, year: null });
  expect(approved().state).toMatchObject({ through: '2025-12-31', year: '2025' });
});

test('a period is closed only when it is over', () => {
  given()
    .when(ask('2026-03'), clerk)
    .refuses('NOT_OVER', { period: '2026-03', through: '2026-03-31', today: '2026-03-01' });
  given().when(ask('2026'), clerk).refuses('NOT_OVER');
  given().when(ask('2026-02'), clerk).then({ type: 'periods.ClosingRequested' });
  given().when(ask('2026-02'), clerk, { today: '2026-02-28' }).refuses('NOT_OVER');
});

test('closing a period closes all before it; what is closed is not closed again', () => {
  const closed = approved('2026-01').and([close, SYSTEM]);
  for (const period of ['2026-01', '2025-12', '1999-03']) {
    closed.when(ask(period), clerk).refuses('ALREADY_CLOSED', { period, closedThrough: '2026-01-31' });
  }
  closed.when(ask('2026-02'), clerk).then({ type: 'periods.ClosingRequested' });
});

test('a year whose months are closed still has its result to carry over, once', () => {
  const months = approved('2026-01').and([close, SYSTEM]);
  const again = { id: id('the year') as string as CommandId };
  const request = eventId(again.id, 0);
  const year = months.and(
    [ask('2025'), clerk, again],
    [approve(request), approver],
    [{ ...close, data: { request } } as ClosingCommand, SYSTEM],
    [{ ...carry, data: { request, results: RESULTS } } as ClosingCommand, SYSTEM],
  );
  expect(year.state).toMatchObject({ through: '2026-01-31', year: '2025', closing: null });
  year.when(ask('2025'), clerk).refuses('ALREADY_CLOSED');
  year.when(ask('2024'), clerk).refuses('ALREADY_CLOSED');
});

test('§4 year closed: 4xxx / 3000, 3000 / 5xxx, each account as a whole', () => {
  const dims = { entity: ENTITY, closing: '2025' };
  const line = (debit: string, credit: string, amount: string) => ({
    debit: { account: debit, dims },
    credit: { account: credit, dims },
    amount,
    currency: 'SAR',
  });
  STATES.settling()
    .when(carry, SYSTEM, { effectiveOn: '2025-12-31' })
    .then({
      type: 'periods.YearClosed',
      data: { request: REQUEST, period: '2025', through: '2025-12-31', results: RESULTS },
      entries: [line('4300', '3000', '115.00'), line('3000', '5100', '15.00')] as never,
    });
});
