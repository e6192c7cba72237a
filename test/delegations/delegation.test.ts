import type { DelegationCommand } from '../../src/contexts/delegations/commands.js';
import { delegation } from '../../src/contexts/delegations/delegation.js';
import { delegationEvents } from '../../src/contexts/delegations/events.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { Actor } from '../../src/kernel/envelope.js';
import { actor, givenFor, id, party } from '../given.js';

const given = givenFor(delegation, delegationEvents);

const MINISTRY = party('ministry');
const ID = id('delegation');
const REFS = { delegation: ID, entity: MINISTRY };
const clerk = actor('clerk', 'clerk', MINISTRY);
const second = actor('second', 'approver', MINISTRY);
const minister = actor('minister', 'approver', MINISTRY);
const stranger = actor('stranger', 'approver', party('another entity'));
const on = (day: string) => day as BusinessDate;

type Terms = Extract<DelegationCommand, { type: 'RegisterDelegation' }>['data'];
const register = (changes: Partial<Terms> = {}): DelegationCommand => ({
  type: 'RegisterDelegation',
  target: ID,
  data: {
    approver: minister.id,
    entity: MINISTRY,
    kind: 'exemption',
    amount: '500000',
    currency: 'SAR',
    from: on('2026-01-01'),
    to: on('2026-12-31'),
    ...changes,
  },
});
const approve: DelegationCommand = { type: 'ApproveDelegation', target: ID, data: {} };
const revoke: DelegationCommand = { type: 'RevokeDelegation', target: ID, data: { reason: 'left-office' } };

const pending = () => given([register(), clerk]);
const active = () => pending().and([approve, second]);
const STATES = { none: () => given(), pending, active, revoked: () => active().and([revoke, clerk]) } as const;

// prettier-ignore
const TABLE: readonly (readonly [DelegationCommand, Actor, none: string, pending: string, active: string, revoked: string])[] = [
  [register(), clerk, 'DelegationRegistered → pending', '✗EXISTS', '✗EXISTS', '✗EXISTS'],
  [approve, second, '✗NOT_FOUND', 'DelegationApproved → active', '✗NOT_PENDING', '✗NOT_PENDING'],
  [approve, stranger, '✗NOT_FOUND', '✗NOT_FOUND', '✗NOT_FOUND', '✗NOT_FOUND'],
  [revoke, clerk, '✗NOT_FOUND', 'DelegationRevoked → revoked', 'DelegationRevoked → revoked', '✗REVOKED'],
  [revoke, minister, '✗NOT_FOUND', 'DelegationRevoked → revoked', 'DelegationRevoked → revoked', '✗REVOKED'],
  [revoke, stranger, '✗NOT_FOUND', '✗NOT_FOUND', '✗NOT_FOUND', '✗NOT_FOUND'],
];

const CELLS = TABLE.flatMap(([command, by, ...cells]) =>
  (Object.keys(STATES) as (keyof typeof STATES)[]).map((state, index) => {
    const cell = cells[index] as string;
    return [`E2i ${state} × ${command.type} by the ${by.role}: ${cell}`, state, command, by, cell] as const;
  }),
);

test.each(CELLS)('%s', (_, state, command, by, cell) => {
  const before = STATES[state]();
  if (cell.startsWith('✗')) {
    expect(before.when(command, by).refuses(cell.slice(1)).state).toBe(before.state);
    return;
  }
  const [type, after] = cell.split(' → ') as [string, string];
  const then = before.when(command, by).then({ type: `delegations.${type}` });
  expect(delegation.summary(then.state)).toEqual({ state: after });
});

test('E2i what is registered is who may decide on what, for whom, up to which amount, on which days', () => {
  given()
    .when(register(), clerk)
    .then({
      type: 'delegations.DelegationRegistered',
      data: {
        approver: minister.id,
        entity: MINISTRY,
        kind: 'exemption',
        upTo: '500000.00',
        currency: 'SAR',
        from: '2026-01-01',
        to: '2026-12-31',
      },
      refs: REFS,
      entries: [],
    });
});

test('E2i four eyes: neither who registered a delegation nor who gains by it approves it', () => {
  pending().when(approve, clerk).refuses('SELF_APPROVAL');
  pending().when(approve, minister).refuses('SELF_APPROVAL');
});

test('E2i nobody registers authority of their own', () => {
  given()
    .when(register({ approver: clerk.id }), clerk)
    .refuses('SELF_APPROVAL');
});

test('E2i only who acts for the entity delegates its authority', () => {
  given().when(register(), stranger).refuses('NOT_ENTITY');
});

test('E2i nothing is delegated up to zero', () => {
  given()
    .when(register({ amount: '0.00' }), clerk)
    .refuses('AMOUNT', { amount: '0.00', currency: 'SAR' });
});

test.each([
  ['ends before it begins', '2026-05-02', '2026-05-01'],
  ['is over', '2026-01-01', '2026-02-28'],
])('E2i a delegation that %s is none', (_, from, to) => {
  given()
    .when(register({ from: on(from), to: on(to) }), clerk)
    .refuses('PERIOD', { from, to, today: '2026-03-01' });
});

test('E2i a delegation of one day, today, is one', () => {
  given()
    .when(register({ from: on('2026-03-01'), to: on('2026-03-01') }), clerk)
    .then({ type: 'delegations.DelegationRegistered' });
});
