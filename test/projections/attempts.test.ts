import { readFileSync } from 'node:fs';
import { attempts } from '../../projections/attempts/projection.js';
import type { Envelope } from '../../src/kernel/envelope.js';

const file = new URL('../golden/events/debts.RegisterDebtRejected.v1.json', import.meta.url);
const event = JSON.parse((JSON.parse(readFileSync(file, 'utf8')) as { canonical: string }).canonical) as Envelope;

test('a refusal is one document: who wanted what, and which rule stopped it (DESIGN.md, Refusals)', () => {
  expect(attempts.types).toContain(event.type);
  expect(attempts.identify(event)).toEqual([event.id]);
  expect(attempts.evolve(null, { sequence: 41, event }, event.id)).toEqual({
    id: event.id,
    code: 'PENDING',
    rule: 'E7',
    ruleVersion: 1,
    kind: 'state',
    command: 'RegisterDebt',
    context: 'debts',
    actor: event.actor.id,
    role: 'clerk',
    actingFor: event.actor.actingFor,
    target: 'd8fd5063-468b-5318-bc5b-cde7f676c444',
    targetRevision: 3,
    facts: { state: 'underReview', open: 1, own: true },
    recordedAt: '2026-11-23T09:34:56.789Z',
    effectiveOn: '2026-11-23',
    sequence: 41,
  });
});

test('only refusals are attempts', () => {
  expect(attempts.types.length).toBeGreaterThan(10);
  expect([...attempts.types].filter((type) => !type.endsWith('Rejected'))).toEqual([]);
});
