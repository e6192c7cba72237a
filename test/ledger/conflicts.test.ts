import { IdempotencyConflict, LedgerUnavailable, PreconditionFailed } from '../../src/ledger/outcome.js';
import { FaultyStore } from './faulty-store.js';
import { A, accepted, add, log, refused, request, setup, stream, typesOf } from './setup.js';
import { Peek, tally } from './tally.js';

/** A process that looked before the other one had written: it sees none of the attempts that are there. */
class Blind extends FaultyStore {
  override async readStream(...query: Parameters<FaultyStore['readStream']>) {
    return this.appends.length === 0 ? [] : super.readStream(...query);
  }
}

describe('If-Match: the revision that the caller saw (DESIGN.md, One action)', () => {
  test('decides at that revision and at no other', async () => {
    const { store, ledger } = setup();
    await add(ledger, 5, request(undefined, { expectedRevision: 'none' }));
    await add(ledger, 5, request(undefined, { expectedRevision: 0n }));
    for (const expectedRevision of ['none', 0n, 2n, 2n ** 60n] as const) {
      await expect(add(ledger, 5, request(undefined, { expectedRevision }))).rejects.toMatchObject({
        name: 'PreconditionFailed',
        actualRevision: 1,
      });
    }
    expect(await typesOf(store)).toHaveLength(2);
  });

  test('says -1 where the aggregate does not exist, and makes none', async () => {
    const { store, ledger } = setup();
    await expect(add(ledger, 5, request(undefined, { expectedRevision: 0n }))).rejects.toMatchObject({
      actualRevision: -1,
    });
    expect(await log(store)).toEqual([]);
  });

  test('comes after the look for an earlier outcome: a repeat is answered although the revision has moved', async () => {
    const { ledger } = setup();
    await add(ledger, 5);
    const first = await accepted(add(ledger, 5, request('k', { expectedRevision: 0n })));
    const stopped = await refused(add(ledger, -50, request('l', { expectedRevision: 1n })));
    await add(ledger, 5);
    expect(await add(ledger, 5, request('k', { expectedRevision: 0n }))).toMatchObject({ ...first, repeated: true });
    expect(await add(ledger, -50, request('l', { expectedRevision: 1n }))).toMatchObject({
      ...stopped,
      repeated: true,
    });
  });

  test('comes before the rules: a command at an old revision is no refusal, and nothing is recorded', async () => {
    const { store, ledger } = setup();
    await add(ledger, 5);
    await expect(add(ledger, -50, request('k', { expectedRevision: 'none' }))).rejects.toBeInstanceOf(
      PreconditionFailed,
    );
    expect(await typesOf(store)).toEqual(['TallyAdded']);
    // 412 is no outcome: with the right revision the same id is decided.
    expect(await add(ledger, -50, request('k', { expectedRevision: 0n }))).toMatchObject({ code: 'BELOW_ZERO' });
  });
});

test('whoever may not see an aggregate is not told its revision by If-Match, nor that there is one', async () => {
  const { store, ledger } = setup();
  await add(ledger, 5);
  for (const expectedRevision of ['none', 0n, 7n] as const) {
    const peek = ledger.execute(tally, new Peek(A, {}, request(undefined, { expectedRevision })));
    expect(await peek).toMatchObject({ kind: 'refused', code: 'HIDDEN' });
  }
  expect(await typesOf(store)).toEqual(['TallyAdded', 'PeekRejected', 'PeekRejected', 'PeekRejected']);
});

describe('another process writes to the same aggregate', () => {
  /** A ledger that knows the aggregate at revision 0, and another one that has moved it on since. */
  async function stale() {
    const context = setup();
    const { ledger, process } = context;
    await add(ledger, 5);
    const other = process();
    await add(other, 5);
    return { ...context, other };
  }

  test('what is recalled is as it was here; what is loaded is as it stands now', async () => {
    const { ledger } = await stale();
    expect(await ledger.recall(tally, A)).toMatchObject({ state: { total: 5 }, revision: 0 });
    expect(await ledger.load(tally, A)).toMatchObject({ state: { total: 10 }, revision: 1 });
    expect(await ledger.recall(tally, A)).toMatchObject({ revision: 1 });
  });

  test('a command without If-Match is decided again on what is there', async () => {
    const { store, ledger } = await stale();
    expect(await add(ledger, 1, request('k'), 2)).toMatchObject({ revision: 3, state: { state: '12' } });
    expect((await log(store)).map(({ event }) => event.revision)).toEqual([0, 1, 2, 3]);
    expect(store.appends.map(({ expected }) => expected)).toEqual(['none', 0n, 0n, 1n]);
  });

  test('a command with If-Match fails, and what the caller saw decides, not what the cache holds', async () => {
    const { ledger } = await stale();
    await expect(add(ledger, 1, request(undefined, { expectedRevision: 0n }))).rejects.toMatchObject({
      actualRevision: 1,
    });
    const again = await stale();
    // The caller saw more than this process knows.
    expect(await add(again.ledger, 1, request(undefined, { expectedRevision: 1n }))).toMatchObject({ revision: 2 });
  });

  test('a refusal that an old state would give is not given', async () => {
    const { store, ledger } = await stale();
    expect(await add(ledger, -8)).toMatchObject({ kind: 'accepted', state: { state: '2' } });
    expect(await typesOf(store)).not.toContain('AddRejected');
  });

  test('a refusal names the revision that it was decided at', async () => {
    const { store, ledger } = await stale();
    expect(await add(ledger, -11)).toMatchObject({ kind: 'refused', facts: { total: 10 } });
    expect((await log(store)).at(-1)?.event.data).toMatchObject({ targetRevision: 1 });
  });

  test('an acceptance without events answers the state of now', async () => {
    const { ledger } = await stale();
    expect(await add(ledger, 0)).toMatchObject({ revision: 1, state: { state: '10' } });
  });

  test('`load` reads what is there now', async () => {
    const { ledger } = await stale();
    expect(await ledger.load(tally, A)).toEqual({ state: { total: 10, events: 2 }, revision: 1 });
  });

  test('the same command handled by both is handled once', async () => {
    const { store, clock, ledger, process } = setup();
    const [one, two] = [process(), process()];
    await add(one, 5);
    await add(two, 0); // both know revision 0
    const first = await accepted(add(one, 1, request('k')));
    clock.time += 1;
    const second = await accepted(add(two, 1, request('k')));
    expect(second).toEqual({ ...first, repeated: true });
    expect(await typesOf(store)).toHaveLength(2);
    expect(await add(ledger, 1, request('k'))).toMatchObject({ ...first, repeated: true });
  });

  test('another body under the id of a command that the other process handled is a conflict, and does no harm', async () => {
    const { ledger, process } = setup();
    const other = process();
    await add(ledger, 5);
    await add(other, 0);
    await add(other, 1, request('k'));
    // This process still knows revision 0: what it would append has the ids of what is stored there.
    const changed = add(ledger, 100, request('k', { digest: '2'.repeat(64) }));
    await expect(changed).rejects.toBeInstanceOf(IdempotencyConflict);
    expect(await ledger.load(tally, A)).toEqual({ state: { total: 6, events: 2 }, revision: 1 });
  });

  test('a refusal that the other process recorded first is the answer; with another body it is a conflict', async () => {
    const { store, ledger, process } = setup();
    const rule = { code: 'HIDDEN', rule: 'test', version: 1, kind: 'hidden', en: '', ar: '' } as const;
    const refuse = (by: typeof ledger, digest: string) =>
      by.refuse({ context: 'tallies', command: 'View', target: A, rule, request: request('k', { digest }) });
    const first = await refuse(ledger, '1'.repeat(64));
    // The read of the second comes before the first is there; its append after.
    const blind = process({ store: new Blind(store) });
    expect(await refuse(blind, '1'.repeat(64))).toMatchObject({ attempt: first.attempt });
    await expect(refuse(process({ store: new Blind(store) }), '2'.repeat(64))).rejects.toBeInstanceOf(
      IdempotencyConflict,
    );
    expect(await typesOf(store)).toEqual(['ViewRejected']);
  });

  /** Another process adds 1 just before each of this one's next appends. @returns at which revisions those were tried */
  async function crowded(times: number) {
    const { store, ledger, process } = setup();
    const busy = process();
    await add(ledger, 1);
    const tried: unknown[] = [];
    let writing = false;
    store.onAppend = async ({ stream: written, expected }) => {
      if (writing || written !== stream) return;
      tried.push(expected);
      if (tried.length > times) return;
      writing = true;
      await add(busy, 1);
      writing = false;
    };
    return { store, ledger, tried };
  }

  test('sixteen conflicts in a row are no reason to give up: each time it is decided on what is there then', async () => {
    const { ledger, tried } = await crowded(16);
    expect(await add(ledger, 1)).toMatchObject({ revision: 17, state: { state: '18' } });
    expect(tried).toEqual(Array.from({ length: 17 }, (_, revision) => BigInt(revision)));
  });

  test('the seventeenth is: 503, no outcome, safe to repeat', async () => {
    const { store, ledger, tried } = await crowded(17);
    await expect(add(ledger, 1, request('k'))).rejects.toThrow(LedgerUnavailable);
    expect(tried).toHaveLength(17);
    expect(await typesOf(store)).toHaveLength(18);
    expect(await add(ledger, 1, request('k'))).toMatchObject({ kind: 'accepted', repeated: false, revision: 18 });
  });

  test('what is refused after a conflict was read after it, and is not read once more', async () => {
    const { store, ledger, process } = setup();
    const other = process();
    await add(ledger, 1);
    await add(other, 0);
    let reads: number | undefined;
    store.onAppend = async () => {
      if (reads !== undefined) return;
      reads = 0;
      await add(other, -1);
      reads = store.reads.filter((read) => read === stream).length;
    };
    expect(await add(ledger, -1)).toMatchObject({ kind: 'refused', facts: { total: 0 } });
    expect(store.reads.filter((read) => read === stream)).toHaveLength(reads! + 1);
  });
});

describe('many commands at once', () => {
  test('64 on one aggregate are all handled, one after the other, without a conflict', async () => {
    const { store, ledger } = setup();
    const outcomes = await Promise.all(Array.from({ length: 64 }, () => accepted(add(ledger, 1))));
    expect(outcomes.map(({ revision }) => revision)).toEqual(Array.from({ length: 64 }, (_, i) => i));
    expect(outcomes.map(({ state }) => state.state)).toEqual(Array.from({ length: 64 }, (_, i) => String(i + 1)));
    expect(store.appends).toHaveLength(64);
  });

  test('64 of four processes on one aggregate are all handled, and nothing is lost or doubled', async () => {
    const { store, process } = setup();
    const processes = Array.from({ length: 4 }, () => process());
    const persistent = async (i: number, asked = request()): Promise<unknown> =>
      add(processes[i % 4]!, 1, asked).catch((error) => {
        if (error instanceof LedgerUnavailable) return persistent(i, asked); // 503: safe to repeat
        throw error;
      });
    await Promise.all(Array.from({ length: 64 }, (_, i) => persistent(i)));
    const events = await log(store);
    expect(events.map(({ event }) => event.data)).toEqual(
      Array.from({ length: 64 }, (_, i) => ({ by: 1, total: i + 1 })),
    );
    expect(new Set(events.map(({ event }) => event.commandId)).size).toBe(64);
  });

  test('those on different aggregates do not wait for each other', async () => {
    const { store, ledger } = setup();
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    store.onAppend = ({ stream: written }) => (written === stream ? held.then(() => undefined) : undefined);
    const waiting = add(ledger, 1);
    const elsewhere = ledger.load(tally, request().id);
    expect(await elsewhere).toMatchObject({ revision: -1 });
    release();
    expect(await waiting).toMatchObject({ revision: 0 });
  });
});
