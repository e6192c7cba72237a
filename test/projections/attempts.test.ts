import { readFileSync } from 'node:fs';
import { attempts } from '../../projections/attempts/projection.js';
import { RECEIPT_CONFLICT } from '../../src/contexts/billing/receipt-conflict.js';
import { catalogue } from '../../src/composition.js';
import { isRejection } from '../../src/event-store/catalogue.js';
import type { Envelope } from '../../src/kernel/envelope.js';

function golden(name: string): Envelope {
  const file = new URL(`../golden/events/${name}.v1.json`, import.meta.url);
  return JSON.parse((JSON.parse(readFileSync(file, 'utf8')) as { canonical: string }).canonical) as Envelope;
}
const event = golden('debts.RegisterDebtRejected');

test('a refusal is one document: who wanted what, and which rule stopped it (DESIGN.md, Refusals)', () => {
  expect(attempts.types).toContain(event.type);
  expect(attempts.identify(event, 41)).toEqual([event.id]);
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

test('E8 a conflicting receipt is one, too, under the id that the bank was told', () => {
  const conflict = golden('billing.ReceiptConflictRecorded');
  expect(attempts.types).toContain(conflict.type);
  expect(attempts.identify(conflict, 7)).toEqual([conflict.id]);
  expect(attempts.evolve(null, { sequence: 7, event: conflict }, conflict.id)).toMatchObject({
    id: conflict.id,
    code: RECEIPT_CONFLICT.code,
    rule: RECEIPT_CONFLICT.rule,
    ruleVersion: RECEIPT_CONFLICT.version,
    kind: RECEIPT_CONFLICT.kind,
    command: 'RecordReceipt',
    context: 'billing',
    target: conflict.refs.receipt,
    targetRevision: conflict.revision - 1,
    facts: {},
    sequence: 7,
  });
});

test('every refusal that may be stored is one, of whatever context', () => {
  const stored = catalogue.definitions.filter(isRejection).map(({ type }) => type);
  expect(attempts.types).toEqual(expect.arrayContaining(stored));
});

test('only what was refused is an attempt', () => {
  expect(attempts.types.length).toBeGreaterThan(10);
  expect((attempts.types as readonly string[]).filter((type) => !type.endsWith('Rejected'))).toEqual([
    'billing.ReceiptConflictRecorded',
  ]);
});
