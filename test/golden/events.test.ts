import { spawnSync } from 'node:child_process';
import Type from 'typebox';
import { Catalogue, defineEvent } from '../../src/event-store/catalogue.js';
import { catalogue } from '../../src/composition.js';
import { describeGoldenEvents, expectGolden, GOLDEN, wantedGolden } from './golden.js';

describeGoldenEvents(catalogue);

const hasPython = spawnSync('python3', ['--version']).error === undefined;
(hasPython ? test : test.skip)('a second program, in Python, works out the same bytes and hashes', () => {
  const { status, stderr } = spawnSync('python3', [`${GOLDEN}/pin.py`, '--check'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

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

  test('fails where a field was added under stored events, though it be optional', () => {
    const schema = Type.Object({ more: Type.Optional(Type.Array(Type.Object({ inner: Type.String() }))) });
    const check = () => expectGolden(draft(schema, 1), 'debts.DraftDiscarded.v1');
    expect(check).toThrow('debts.DraftDiscarded.v1 leaves out more. A sample shows every field');
  });
});
