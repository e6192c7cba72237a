import type { CorrectionCommand } from '../../src/contexts/periods/commands.js';
import { correction } from '../../src/contexts/periods/correction.js';
import { correctionEvents } from '../../src/contexts/periods/events.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { Actor } from '../../src/kernel/envelope.js';
import type { CommandId } from '../../src/kernel/ids.js';
import { actor, givenFor, id, party } from '../given.js';

const given = givenFor(correction, correctionEvents);
const ENTITY = party('ministry');
const target = id('correction');
const DEBT = id('debt');
const clerk = actor('clerk', 'clerk', ENTITY);
const approver = actor('approver', 'approver', ENTITY);
const stranger = actor('stranger', 'approver', party('another entity'));
const on = (day: string) => day as BusinessDate;
type DataOf<T extends CorrectionCommand['type']> = Extract<CorrectionCommand, { type: T }>['data'];

const ask = (more: Partial<DataOf<'RequestCorrection'>> = {}): CorrectionCommand => ({
  type: 'RequestCorrection',
  target,
  data: { entity: ENTITY, period: '2026-01', reason: 'late-document', about: DEBT, command: 'RegisterDebt', ...more },
});
const approve: CorrectionCommand = { type: 'ApproveCorrection', target, data: {} };
const decline: CorrectionCommand = { type: 'DeclineCorrection', target, data: { reason: 'mistake' } };
const withdraw: CorrectionCommand = { type: 'WithdrawCorrection', target, data: {} };
const take = (more: Partial<DataOf<'TakeCorrection'>> = {}): CorrectionCommand => ({
  type: 'TakeCorrection',
  target,
  data: {
    id: id('the command') as string as CommandId,
    command: 'RegisterDebt',
    about: DEBT,
    on: on('2026-01-31'),
    entities: [ENTITY],
    ...more,
  },
});

const requested = () => given([ask(), clerk]);
const approved = () => requested().and([approve, approver]);
const STATES = {
  none: () => given(),
  requested,
  approved,
  declined: () => requested().and([decline, approver]),
  withdrawn: () => requested().and([withdraw, clerk]),
  taken: () => approved().and([take({ id: id('another command') as string as CommandId }), clerk]),
} as const;
const F = '✗NOT_FOUND';
const N = '✗NOT_PENDING';
const A = '✗NOT_APPROVED';
// prettier-ignore
const TABLE: readonly (readonly [CorrectionCommand, Actor, none: string, requested: string, approved: string, declined: string, withdrawn: string, taken: string])[] = [
  [ask(), clerk, 'CorrectionRequested → requested', '✗EXISTS', '✗EXISTS', '✗EXISTS', '✗EXISTS', '✗EXISTS'],
  [ask(), stranger, F, F, F, F, F, F],
  [approve, approver, F, 'CorrectionApproved → approved', N, N, N, N],
  [approve, clerk, F, '✗SELF_APPROVAL', N, N, N, N],
  [approve, stranger, F, F, F, F, F, F],
  [decline, approver, F, 'CorrectionDeclined → declined', N, N, N, N],
  [decline, clerk, F, '✗SELF_APPROVAL', N, N, N, N],
  [withdraw, clerk, F, 'CorrectionWithdrawn → withdrawn', N, N, N, N],
  [withdraw, approver, F, '✗NOT_REQUESTER', N, N, N, N],
  [take(), clerk, F, A, 'CorrectionTaken → taken', A, A, A],
];
const CELLS = TABLE.flatMap(([command, by, ...cells]) =>
  (Object.keys(STATES) as (keyof typeof STATES)[]).map((state, index) => {
    const cell = cells[index] as string;
    return [
      `correction ${state} × ${command.type} by ${by.role} ${by.id.slice(6, 10)}: ${cell}`,
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
    return;
  }
  const [type, after] = cell.split(' → ') as [string, string];
  const then = before.when(command, by).then({ type: `periods.${type}` });
  expect(correction.summary(then.state)).toEqual({ state: after });
});

test('a correction serves one command; the same again takes nothing', () => {
  approved().and([take(), clerk]).when(take(), clerk).then();
});

test.each([
  ['another command', { command: 'ApproveRequest' }],
  ['another debt', { about: id('another debt') }],
  ['a day before its period', { on: on('2025-12-31') }],
  ['a day after its period', { on: on('2026-02-01') }],
  ['the books of another entity', { entities: [ENTITY, party('another entity')] }],
])('a correction is not for %s', (_, more) => {
  approved().when(take(more), clerk).refuses('OTHER');
});

test('a correction can be used until its last day, by default for thirty days', () => {
  approved().when(take(), clerk, { today: '2026-03-31' }).then({ type: 'periods.CorrectionTaken' });
  approved().when(take(), clerk, { today: '2026-04-01' }).refuses('OVER', { until: '2026-03-31' });
  given()
    .when(ask({ until: on('2026-02-28') }), clerk)
    .refuses('VALIDITY');
  given()
    .when(ask({ until: on('2026-03-01') }), clerk)
    .then({ type: 'periods.CorrectionRequested' });
});
