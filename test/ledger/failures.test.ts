import { jest } from '@jest/globals';
import { InvalidEvent } from '../../src/event-store/event-store.js';
import { LedgerUnavailable, type Outcome } from '../../src/ledger/outcome.js';
import { inOrder, type Fault } from './faulty-store.js';
import { A, accepted, add, attemptOf, log, refused, request, setup, stream, typesOf } from './setup.js';
import { Spoil, tally } from './tally.js';

/** Lets all the waiting between tries pass in no time. */
async function hurried<T>(work: () => Promise<T>): Promise<T> {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
  try {
    const [settled] = await Promise.all([Promise.allSettled([work()]), jest.advanceTimersByTimeAsync(60_000)]);
    if (settled[0].status === 'rejected') throw settled[0].reason;
    return settled[0].value;
  } finally {
    jest.useRealTimers();
  }
}

const always = (fault: Fault) => () => fault;

describe('an append whose outcome is unknown (DESIGN.md, Event store)', () => {
  test.each<[string, Fault[]]>([
    ['that was not written', ['lost', 'lost']],
    ['that was written', ['written']],
    ['that was written at the second try', ['lost', 'written', 'lost']],
  ])('%s is found out by appending the same events at the same revision', async (_, faults) => {
    const { store, ledger } = setup();
    await add(ledger, 5);
    store.onAppend = inOrder(...faults);
    const outcome = await hurried(() => accepted(add(ledger, 1, request('k'), 2)));
    expect(outcome).toMatchObject({ revision: 2, state: { state: '7' }, repeated: false });
    const [, first, ...again] = store.appends;
    expect(again).toHaveLength(faults.length);
    for (const call of again) expect(call).toEqual(first);
    expect(await typesOf(store)).toHaveLength(3);
    expect(await add(ledger, 1)).toMatchObject({ revision: 3, state: { state: '8' } });
  });

  test.each<Fault>(['lost', 'written'])('and stays so (%s) is no outcome: 503, and safe to repeat', async (fault) => {
    const { store, ledger } = setup();
    await add(ledger, 5);
    store.onAppend = always(fault);
    await expect(hurried(() => add(ledger, 1, request('k')))).rejects.toBeInstanceOf(LedgerUnavailable);
    store.onAppend = () => undefined;
    const outcome = await accepted(add(ledger, 1, request('k')));
    expect(outcome).toMatchObject({ revision: 1, state: { state: '6' }, repeated: fault === 'written' });
    expect(await typesOf(store)).toHaveLength(2);
  });

  test('that is written late, after its command was sent again, is written once', async () => {
    const { store, clock, ledger } = setup();
    await add(ledger, 5);
    store.onAppend = always('lost');
    await expect(hurried(() => add(ledger, 1, request('k')))).rejects.toBeInstanceOf(LedgerUnavailable);
    const [, late] = store.appends;
    clock.time += 60_000;
    // The first try reaches the store just before the repeat does.
    store.onAppend = async () => {
      store.onAppend = () => undefined;
      await store.append(late!.stream, late!.expected, late!.events);
    };
    expect(await add(ledger, 1, request('k'))).toMatchObject({ revision: 1, state: { state: '6' }, repeated: true });
    expect(await log(store)).toHaveLength(2);
  });
});

describe('a store that is down', () => {
  test.each(['append', 'read'])('at its %s means 503, no outcome, and nothing written', async (what) => {
    const { store, ledger } = setup();
    await add(ledger, 5);
    if (what === 'append') store.onAppend = always('unavailable');
    else store.onRead = () => 'unavailable';
    const outcomes: Outcome[] = [];
    await expect(add(ledger, 1, request('k')).then((outcome) => outcomes.push(outcome))).rejects.toMatchObject({
      name: 'LedgerUnavailable',
      message: 'the store is down',
      cause: { name: 'StoreUnavailable' },
    });
    store.onAppend = () => undefined;
    store.onRead = () => undefined;
    expect(await typesOf(store)).toHaveLength(1);
    expect(await add(ledger, 1, request('k'))).toMatchObject({ revision: 1, state: { state: '6' }, repeated: false });
  });

  test('when a repeat is read means 503, and the same repeat is answered later', async () => {
    const { store, ledger } = setup();
    const first = await accepted(add(ledger, 5, request('k')));
    store.onRead = (read) => (read === stream ? 'unavailable' : undefined);
    await expect(add(ledger, 5, request('k'))).rejects.toBeInstanceOf(LedgerUnavailable);
    store.onRead = () => undefined;
    expect(await add(ledger, 5, request('k'))).toMatchObject({ event: first.event, repeated: true });
  });

  test('leaves the commands that wait for the same aggregate alone', async () => {
    const { store, ledger } = setup();
    store.onAppend = inOrder('unavailable');
    const [failed, ...others] = await Promise.allSettled(Array.from({ length: 4 }, () => add(ledger, 1)));
    expect(failed?.status).toBe('rejected');
    expect(others.map((other) => other.status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    expect(await typesOf(store)).toHaveLength(3);
  });
});

describe('a refusal that cannot be recorded (DESIGN.md, Refusals)', () => {
  test.each<Fault>(['unavailable', 'lost'])(
    '(%s) is no outcome: 503, and decided anew when repeated',
    async (fault) => {
      const outcomes: Outcome[] = [];
      const { store, ledger } = setup({ onOutcome: (_, outcome) => outcomes.push(outcome) });
      store.onAppend = ({ stream: written }) => (written === attemptOf('k') ? fault : undefined);
      await expect(hurried(() => add(ledger, -1, request('k')))).rejects.toBeInstanceOf(LedgerUnavailable);
      expect(outcomes).toEqual([]);
      expect(await log(store)).toEqual([]);
      await add(ledger, 10);
      expect(await add(ledger, -1, request('k'))).toMatchObject({ kind: 'accepted', state: { state: '9' } });
    },
  );

  test('but was, without anybody knowing, is the answer to the repeat', async () => {
    const { store, ledger } = setup();
    store.onAppend = always('written');
    await expect(hurried(() => add(ledger, -1, request('k')))).rejects.toBeInstanceOf(LedgerUnavailable);
    store.onAppend = () => undefined;
    await add(ledger, 10);
    expect(await refused(add(ledger, -1, request('k')))).toMatchObject({ facts: { total: 0 }, repeated: true });
    expect(await typesOf(store)).toEqual(['AddRejected', 'TallyAdded']);
  });

  test('at the edge is no outcome either', async () => {
    const { store, ledger } = setup();
    const rule = { code: 'HIDDEN', rule: 'test', version: 1, kind: 'hidden', en: '', ar: '' } as const;
    store.onAppend = always('unavailable');
    const attempt = { context: 'tallies', command: 'View', target: A, rule, request: request('k') };
    await expect(ledger.refuse(attempt)).rejects.toBeInstanceOf(LedgerUnavailable);
    expect(await log(store)).toEqual([]);
  });
});

test("a decider's fault is an error, changes nothing, and does not stop the aggregate", async () => {
  const { store, ledger } = setup();
  await add(ledger, 5);
  const spoilt = ledger.execute(tally, new Spoil(A, { with: { by: 0.5, total: 1 } }, request('k')));
  await expect(spoilt).rejects.toBeInstanceOf(InvalidEvent);
  const huge = ledger.execute(tally, new Spoil(A, { with: { by: 1, total: 2, more: 'x' } }, request('l')));
  await expect(huge).rejects.toThrow('tallies.TallyAdded');
  expect(await typesOf(store)).toHaveLength(1);
  expect(await add(ledger, 1)).toMatchObject({ revision: 1, state: { state: '6' } });
});
