import type { CommandRequest } from '../../src/kernel/decider.js';
import { streamName, type CommandId, type Uuid } from '../../src/kernel/ids.js';
import { IdempotencyConflict } from '../../src/ledger/outcome.js';
import { id } from '../given.js';
import { FaultyStore } from './faulty-store.js';
import { A, accepted, add, attemptOf, log, refused, request, setup, stream, typesOf } from './setup.js';
import { Again, tally } from './tally.js';

/** The same command id with another body. */
const other = (name: string) => request(name, { digest: '2'.repeat(64) });

describe('a command is handled once (DESIGN.md, Ids)', () => {
  test('a repeat of an accepted one gets the first acknowledgement, with the state of then', async () => {
    const { store, ledger } = setup();
    await add(ledger, 1);
    const first = await accepted(add(ledger, 5, request('k'), 3));
    await add(ledger, 100);
    const again = await accepted(add(ledger, 5, request('k'), 3));
    expect(first).toMatchObject({ revision: 3, state: { state: '16' }, repeated: false });
    expect(again).toEqual({ ...first, repeated: true });
    expect(await typesOf(store)).toHaveLength(5);
  });

  test('a repeat of a refused one gets the first refusal, even when the rule would no longer refuse', async () => {
    const { store, ledger } = setup();
    const first = await refused(add(ledger, -1, request('k')));
    await add(ledger, 10);
    const again = await refused(add(ledger, -1, request('k')));
    expect(first).toMatchObject({ code: 'BELOW_ZERO', version: 3, facts: { total: 0 }, repeated: false });
    expect(again).toEqual({ ...first, repeated: true });
    expect(await typesOf(store)).toEqual(['AddRejected', 'TallyAdded']);
  });

  test.each([
    ['after a restart', setup],
    ['after the cache has given it up', () => setup({ cacheBytes: 1 })],
  ])('also %s', async (_, prepare) => {
    const { process, ledger } = prepare();
    const first = await accepted(add(ledger, 5, request('accepted'), 2));
    const stopped = await refused(add(ledger, -50, request('refused')));
    await add(ledger, 100);
    for (const later of [ledger, process()]) {
      const repeats = [add(later, 5, request('accepted'), 2), add(later, -50, request('refused'))];
      expect(await Promise.all(repeats)).toMatchObject([
        { ...first, repeated: true },
        { ...stopped, repeated: true },
      ]);
    }
  });

  test('the same id with another body is a conflict, whatever the first outcome was, and no outcome itself', async () => {
    const { store, process, ledger } = setup();
    await accepted(add(ledger, 5, request('accepted')));
    await refused(add(ledger, -50, request('refused')));
    const before = await log(store);
    for (const each of [ledger, process()]) {
      await expect(add(each, 6, other('accepted'))).rejects.toBeInstanceOf(IdempotencyConflict);
      await expect(add(each, -60, other('refused'))).rejects.toBeInstanceOf(IdempotencyConflict);
      await expect(add(each, 6, other('refused'))).rejects.toBeInstanceOf(IdempotencyConflict);
    }
    expect(await log(store)).toEqual(before);
  });

  test('sent twice at the same time it is handled once', async () => {
    const { store, ledger } = setup();
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => accepted(add(ledger, 5, request('k')))));
    expect(outcomes.map(({ repeated }) => repeated)).toEqual([false, ...Array(7).fill(true)]);
    expect(new Set(outcomes.map(({ event }) => event?.id)).size).toBe(1);
    expect(await typesOf(store)).toHaveLength(1);
  });

  test('the answer carries the sequence where the store knows it at once', async () => {
    const { store, process } = setup();
    class Counting extends FaultyStore {
      override append = async (...call: Parameters<FaultyStore['append']>) => ({
        ...(await store.append(...call)),
        sequence: 41,
      });
    }
    const ledger = process({ store: new Counting(store) });
    expect([await add(ledger, 1), await add(ledger, -9)]).toMatchObject([
      { kind: 'accepted', sequence: 41 },
      { kind: 'refused', sequence: 41 },
    ]);
  });

  test('an acceptance without events is no outcome: a repeat is decided again', async () => {
    const { store, ledger } = setup();
    expect(await add(ledger, 0, request('k'))).toEqual({
      kind: 'accepted',
      id: A,
      revision: -1,
      state: { state: '0' },
      repeated: false,
    });
    await add(ledger, 7);
    expect(await add(ledger, 0, request('k'))).toMatchObject({ revision: 0, state: { state: '7' }, repeated: false });
    expect(await typesOf(store)).toHaveLength(1);
  });

  test('a decider may answer with an earlier command of the aggregate', async () => {
    const { ledger } = setup();
    const first = await accepted(add(ledger, 5, request('first'), 2));
    await add(ledger, 100);
    const again = await ledger.execute(tally, new Again(A, { of: request('first').id }, request('second')));
    expect(again).toEqual({ ...first, repeated: true });
    await expect(
      ledger.execute(tally, new Again(A, { of: request('never sent').id }, request('third'))),
    ).rejects.toThrow('holds no event of command');
  });

  test('commands whose ids begin alike are told apart', async () => {
    const { store, process, ledger } = setup();
    const alike = (end: string): CommandRequest =>
      request(undefined, { id: `0123abcd-0000-5000-8000-${end.padStart(12, '0')}` as Uuid as CommandId });
    const firsts = [];
    for (const [i, end] of ['a', 'b', 'c'].entries()) {
      firsts.push(await accepted(add(ledger, 1, alike(end), i + 1)));
      await add(ledger, 10);
    }
    expect(firsts.map(({ revision, repeated }) => [revision, repeated])).toEqual([
      [0, false],
      [3, false],
      [7, false],
    ]);
    for (const each of [ledger, process()]) {
      for (const [i, end] of ['a', 'b', 'c'].entries()) {
        expect(await add(each, 1, alike(end), i + 1)).toEqual({ ...firsts[i], repeated: true });
      }
      await expect(each.execute(tally, new Again(A, { of: alike('d').id }, request()))).rejects.toThrow(
        'holds no event of command',
      );
    }
    expect(await typesOf(store)).toHaveLength(9);
    expect(await add(ledger, -99, alike('d'))).toMatchObject({ kind: 'refused', code: 'BELOW_ZERO' });
  });

  test('what was accepted stays accepted where a refusal of the same id stands beside it', async () => {
    // The edge refuses by role before it knows of any outcome.
    const { ledger } = setup();
    const first = await accepted(add(ledger, 5, request('k')));
    const rule = { code: 'FORBIDDEN', rule: 'test', version: 1, kind: 'forbidden', en: '', ar: '' } as const;
    await ledger.refuse({ context: 'tallies', command: 'Add', target: A, rule, request: request('k') });
    expect(await add(ledger, 5, request('k'))).toEqual({ ...first, repeated: true });
  });

  test('a repeat is answered by the one event that it needs, however long the stream is', async () => {
    const { store, ledger } = setup();
    await add(ledger, 1, request('k'));
    await add(ledger, 1, request(), 900);
    store.reads.length = 0;
    expect(await add(ledger, 1, request('k'))).toMatchObject({ revision: 0, state: { state: '1' } });
    expect(store.reads).toEqual([attemptOf('k'), stream]);
    expect(store.eventsRead).toBe(1);
  });
});

describe('a refusal at the edge (DESIGN.md, Refusals)', () => {
  const rule = { code: 'HIDDEN', rule: 'test', version: 2, kind: 'hidden', en: '', ar: '' } as const;
  const attempt = { context: 'tallies', command: 'View', target: A, rule, facts: { route: 'x' } } as const;

  test('is recorded once, in a stream of its own, without a look at the aggregate', async () => {
    const { store, ledger } = setup();
    const first = await ledger.refuse({ ...attempt, request: request('k') });
    expect(await ledger.refuse({ ...attempt, request: request('k') })).toEqual({
      ...first,

      repeated: true,
    });
    expect(first).toMatchObject({ kind: 'refused', code: 'HIDDEN', version: 2, of: 'hidden', repeated: false });
    const [stored, ...more] = await log(store);
    expect(more).toEqual([]);
    expect(stored?.event).toMatchObject({
      id: first.attempt,
      stream: streamName('attempt', id('k')),
      type: 'tallies.ViewRejected',
      data: { target: A, targetRevision: -1, command: 'View', code: 'HIDDEN', kind: 'hidden', facts: { route: 'x' } },
      refs: { target: A },
    });
    expect(store.reads).not.toContain(stream);
  });

  test('another body under its id is a conflict', async () => {
    const { ledger } = setup();
    await ledger.refuse({ ...attempt, request: request('k') });
    await expect(ledger.refuse({ ...attempt, request: other('k') })).rejects.toBeInstanceOf(IdempotencyConflict);
  });
});
