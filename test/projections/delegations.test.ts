import { delegations } from '../../projections/delegations/projection.js';
import type { DelegationCommand } from '../../src/contexts/delegations/commands.js';
import { delegation } from '../../src/contexts/delegations/delegation.js';
import { delegationEvents } from '../../src/contexts/delegations/events.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import { actor, givenFor, id, party } from '../given.js';
import { foldAll } from './life.js';

const ENTITY = party('ministry');
const ID = id('delegation');
const clerk = actor('clerk', 'clerk', ENTITY);
const second = actor('second', 'approver', ENTITY);
const register: DelegationCommand = {
  type: 'RegisterDelegation',
  target: ID,
  data: {
    approver: actor('minister', 'approver').id,
    entity: ENTITY,
    kind: 'exemption',
    amount: '500000',
    currency: 'SAR',
    from: '2026-01-01' as BusinessDate,
    to: '2026-12-31' as BusinessDate,
  },
};
const approve: DelegationCommand = { type: 'ApproveDelegation', target: ID, data: {} };
const revoke: DelegationCommand = { type: 'RevokeDelegation', target: ID, data: { reason: 'replaced' } };
const on = (today: string) => ({ today });

test('§5, 14: the register says on which days a delegation had force, and through whom', () => {
  const pending = givenFor(delegation, delegationEvents)([register, clerk, on('2026-03-01')]);
  const active = pending.and([approve, second, on('2026-03-05')]);
  const revoked = active.and([revoke, clerk, on('2026-04-10')]);
  const shown = ({ events }: typeof pending) => foldAll(delegations, events).get(ID);
  expect(shown(pending)).toMatchObject({ state: 'pending', registeredBy: clerk.id, approvedBy: null, liveFrom: null });
  expect(shown(active)).toMatchObject({ state: 'active', approvedBy: second.id, liveFrom: '2026-03-05', revision: 1 });
  expect(shown(active)).toMatchObject({ liveTo: '2026-12-31', upTo: { amount: '500000.00', currency: 'SAR' } });
  expect(shown(revoked)).toMatchObject({ state: 'revoked', liveTo: '2026-04-10', revokedBecause: 'replaced' });
  const grant = {
    type: 'debts.ExemptionGranted',
    refs: { delegation: ID },
  } as unknown as (typeof active.events)[number];
  const decided = foldAll(delegations, [...active.events, grant, ...revoked.events.slice(2), grant]).get(ID);
  expect(decided).toMatchObject({ decisions: 2, decisionsAfterRevocation: 1, revision: 2 });
  expect(shown(pending.and([revoke, clerk, on('2026-04-10')]))).toMatchObject({ liveFrom: null, liveTo: null });
});
