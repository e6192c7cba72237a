import Type from 'typebox';
import { Catalogue, defineEvent } from '../../src/event-store/catalogue.js';
import { balanceEvents } from '../../src/contexts/balances/events.js';
import { billingEvents } from '../../src/contexts/billing/events.js';
import { debtEvents } from '../../src/contexts/debts/events.js';
import { ledgerEvents } from '../../src/ledger/events.js';
import { describeGoldenEvents, expectGolden, wantedGolden } from './golden.js';

describeGoldenEvents(new Catalogue([...ledgerEvents, ...debtEvents, ...billingEvents, ...balanceEvents]));

describe('the check of golden events', () => {
  const names = { en: 'Thing done', ar: 'شيء', rule: 'Envelope' };
  const draft = (schema: Type.TSchema, version: number): Catalogue =>
    new Catalogue([
      defineEvent({
        type: 'debts.DraftDiscarded',
        schema,
        version,
        upcasters: Array.from({ length: version - 1 }, () => () => ({ reason: 'mistake' })),
        ...names,
      }),
    ]);

  test('wants a file for each version ever stored, and says how to add it', () => {
    const catalogue = draft(Type.Object({}), 3);
    expect([...wantedGolden(catalogue).keys()]).toEqual([1, 2, 3].map((n) => `debts.DraftDiscarded.v${n}`));
    expect(() => expectGolden(catalogue, 'debts.DraftDiscarded.v3')).toThrow(
      'debts.DraftDiscarded.v3 has no golden file. Write test/golden/events/debts.DraftDiscarded.v3.json',
    );
  });

  test('reads an old version through its upcasters', () => {
    const schema = Type.Object({ reason: Type.String() });
    expect(() => expectGolden(draft(schema, 2), 'debts.DraftDiscarded.v1')).not.toThrow();
  });

  test('fails where a schema was changed under stored events', () => {
    const schema = Type.Object({ reason: Type.String() });
    expect(() => expectGolden(draft(schema, 1), 'debts.DraftDiscarded.v1')).toThrow('reason');
  });
});
