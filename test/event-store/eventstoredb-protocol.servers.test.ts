/**
 * What a real server was measured to do, asked of the stand-in with the client itself; and of a real server where
 * ESDB_TEST_URL names one, as far as one can be asked without being killed.
 */
import { randomUUID } from 'node:crypto';
import {
  BACKWARDS,
  binaryEvent,
  END,
  EventStoreDBClient,
  eventTypeFilter,
  excludeSystemEvents,
  jsonEvent,
  NO_STREAM,
  START,
  streamNameFilter,
  type AllStreamSubscription,
  type AppendExpectedRevision,
  type Filter,
  type Position,
  type ReadPosition,
} from '@eventstore/db-client';
import { StandIn } from '../servers/eventstoredb/stand-in.js';

const cred = { credentials: { username: 'anybody', password: 'anything' } };
const nocred = {};
const NOWHERE = 2n ** 64n - 1n;

const event = (id: string = randomUUID(), data: object = { some: 'data' }, type = 'Tested') =>
  jsonEvent({ id, type, data: data as Record<string, unknown> });
const newStream = (category = 'protocol') => `${category}-${randomUUID()}`;
const ids = (count: number) => Array.from({ length: count }, () => randomUUID());
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no failure' as never,
    (error: unknown) => error as { type?: string; code?: number; message: string; actualVersion?: unknown },
  );

let standIn: StandIn | undefined;
let client: EventStoreDBClient;
const openClient = () => EventStoreDBClient.connectionString(process.env['ESDB_TEST_URL'] ?? standIn!.url);
beforeAll(async () => {
  if (process.env['ESDB_TEST_URL'] === undefined) standIn = await StandIn.start();
  client = openClient();
});
afterAll(async () => {
  await client.dispose();
  await standIn?.dispose();
});
beforeEach(() => standIn?.empty());
/** What only the stand-in lets be done to it. */
const testOfStandIn = process.env['ESDB_TEST_URL'] === undefined ? test : test.skip;

const append = (stream: string, revision: AppendExpectedRevision, of: readonly string[], how: object = cred) =>
  client.appendToStream(
    stream,
    of.map((id) => event(id)),
    { ...how, expectedRevision: revision },
  );

async function idsIn(stream: string): Promise<string[]> {
  const found = [];
  for await (const { event } of client.readStream(stream)) found.push(event!.id);
  return found;
}

describe.each([
  ['with credentials', cred],
  ['without', nocred],
])('appends %s', (_, how) => {
  test('answer the last revision and its position', async () => {
    const stream = newStream();
    const first = await append(stream, NO_STREAM, ids(3), how);
    expect(first).toEqual({
      success: true,
      nextExpectedRevision: 2n,
      position: { commit: expect.any(BigInt), prepare: expect.any(BigInt) },
    });
    const read = [];
    for await (const { event } of client.readStream(stream)) read.push(event?.position);
    expect(read[2]).toEqual(first.position);
    expect((await append(stream, 2n, ids(1), how)).nextExpectedRevision).toBe(3n);
  });

  test('tell a wrong revision in their own way', async () => {
    const stream = newStream();
    const wrong = { type: 'wrong-expected-version', message: '', name: 'Error', code: undefined };
    expect(await failure(append(stream, 0n, ids(1), how))).toMatchObject({
      ...wrong,
      expectedVersion: 0n,
      actualVersion: 'no_stream',
    });
    await append(stream, NO_STREAM, ids(1), how);
    expect(await failure(append(stream, NO_STREAM, ids(1), how))).toMatchObject({
      ...wrong,
      expectedVersion: 'no_stream',
      actualVersion: 0n,
    });
  });

  test('let one of 50 racing at one revision win', async () => {
    const stream = newStream();
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, () => append(stream, NO_STREAM, ids(1), how).catch((error: Error) => error)),
    );
    expect(outcomes.filter((outcome) => 'success' in outcome)).toHaveLength(1);
    expect(outcomes.filter((outcome) => 'type' in outcome && outcome.type === 'wrong-expected-version')).toHaveLength(
      49,
    );
  });

  test('answer a repeat of ids at their revision, whatever they carry, and write nothing', async () => {
    const stream = newStream();
    const [a, b, c, d] = ids(4) as [string, string, string, string];
    const first = await append(stream, NO_STREAM, [a, b], how);
    const second = await append(stream, 1n, [c, d], how);
    expect(await append(stream, NO_STREAM, [a, b], how)).toEqual(first);
    expect(await append(stream, 1n, [c, d], how)).toEqual(second);
    // Any run of stored ids at its own revision: a suffix, over two commits, a prefix.
    expect((await append(stream, 0n, [b], how)).position).toEqual(first.position);
    expect((await append(stream, 0n, [b, c, d], how)).position).toEqual(second.position);
    expect((await append(stream, NO_STREAM, [a], how)).nextExpectedRevision).toBe(0n);
    const other = client.appendToStream(stream, event(a, { other: true }), { ...how, expectedRevision: NO_STREAM });
    expect(await other).toMatchObject({ success: true, nextExpectedRevision: 0n });
    expect(await idsIn(stream)).toEqual([a, b, c, d]);
  });

  test('take a stored id for wrong at another revision, and for new at the current one', async () => {
    const stream = newStream();
    const [a, b, c] = ids(3) as [string, string, string];
    await append(stream, NO_STREAM, [a, b], how);
    expect(await failure(append(stream, NO_STREAM, [a, b, c], how))).toMatchObject({ type: 'wrong-expected-version' });
    expect(await failure(append(stream, NO_STREAM, [b], how))).toMatchObject({ type: 'wrong-expected-version' });
    expect(await idsIn(stream)).toEqual([a, b]);
    await append(stream, 1n, [a], how);
    await append(stream, 2n, [c, c], how);
    expect(await idsIn(stream)).toEqual([a, b, a, c, c]);
  });

  test('recognise a repeat at any revision', async () => {
    const stream = newStream();
    const [a] = ids(1) as [string];
    await append(stream, 'any', [a], how);
    await append(stream, 'any', [a], how);
    await append(stream, 'stream_exists', [a], how);
    expect(await idsIn(stream)).toEqual([a]);
    expect(await failure(append(newStream(), 'stream_exists', ids(1), how))).toMatchObject({
      type: 'wrong-expected-version',
    });
  });

  test('hold 1,048,576 bytes of data, metadata apart', async () => {
    const half = () => binaryEvent({ type: 'Tested', data: Buffer.alloc(524_288), metadata: Buffer.alloc(1_000) });
    const most = await client.appendToStream(newStream(), [half(), half()], { ...how, expectedRevision: NO_STREAM });
    expect(most.success).toBe(true);
    const one = binaryEvent({ type: 'Tested', data: Buffer.alloc(1) });
    const more = client.appendToStream(newStream(), [half(), half(), one], { ...how, expectedRevision: NO_STREAM });
    expect(await failure(more)).toMatchObject({ type: 'maximum-append-size-exceeded' });
  });

  test('hold 10,000 small events', async () => {
    expect(await append(newStream(), NO_STREAM, ids(10_000), how)).toMatchObject({ nextExpectedRevision: 9_999n });
  });

  test('refuse an id that is no UUID, and a stream without a name', async () => {
    expect(await failure(append(newStream(), NO_STREAM, ['no-uuid'], how))).toMatchObject({ type: 'unknown' });
    expect(await failure(append('', NO_STREAM, ids(1), how))).toMatchObject({ type: 'unknown' });
  });
});

test('an event of 17 MB does not get through', async () => {
  const huge = binaryEvent({ type: 'Tested', data: Buffer.alloc(17_000_000) });
  expect(await failure(client.appendToStream(newStream(), huge, cred))).toMatchObject({ type: 'unknown', code: 8 });
});

testOfStandIn(
  'a repeat is known by its revision after a kill -9 and a restart, and no longer without one',
  async () => {
    const [stream, loose] = [newStream(), newStream()];
    const [a, b] = ids(2) as [string, string];
    const first = await append(stream, NO_STREAM, [a, b]);
    await append(loose, 'any', [a]);
    await standIn!.restart();
    expect(await append(stream, NO_STREAM, [a, b])).toEqual(first);
    await append(loose, 'any', [a]);
    expect([await idsIn(stream), await idsIn(loose)]).toEqual([
      [a, b],
      [a, a],
    ]);
  },
);

testOfStandIn(
  'a repeat is dropped while the first is on its way, and wrong where the id is known elsewhere',
  async () => {
    const stream = newStream();
    const of = ids(2);
    await standIn!.fault({ on: 'append', kind: 'stall', ms: 300 });
    const original = append(stream, NO_STREAM, of);
    await standIn!.suffering('append', 'stall');
    const [repeat, withoutCredentials] = await Promise.all([
      failure(append(stream, NO_STREAM, of)),
      failure(append(stream, NO_STREAM, of, nocred)),
    ]);
    expect(repeat).toMatchObject({
      type: 'timeout',
      code: 10,
      message: expect.stringContaining('Commit phase timeout'),
    });
    expect(withoutCredentials).toMatchObject({ type: 'deadline-exceeded' });
    expect(await original).toMatchObject({ success: true });
    expect(await append(stream, NO_STREAM, of)).toEqual(await original);

    const second = newStream();
    await standIn!.fault({ on: 'append', kind: 'stall', ms: 300 });
    const elsewhere = append(second, NO_STREAM, of);
    await standIn!.suffering('append', 'stall');
    expect(await failure(append(second, NO_STREAM, of))).toMatchObject({ type: 'wrong-expected-version' });
    expect(await elsewhere).toMatchObject({ success: true });
  },
);

describe('reads', () => {
  test('of a stream that is missing say so, and beyond the end find nothing', async () => {
    expect(await failure(idsIn(newStream()))).toMatchObject({ type: 'stream-not-found' });
    const stream = newStream();
    await append(stream, NO_STREAM, ids(3));
    const revisions = async (options: Parameters<typeof client.readStream>[1]) => {
      const found = [];
      for await (const { event } of client.readStream(stream, options)) found.push(event!.revision);
      return found;
    };
    expect(await revisions({ fromRevision: 3n })).toEqual([]);
    expect(await revisions({ fromRevision: 1n, maxCount: 1 })).toEqual([1n]);
    expect(await revisions({ fromRevision: END, direction: BACKWARDS })).toEqual([2n, 1n, 0n]);
    expect(await revisions({ fromRevision: 99n, direction: BACKWARDS, maxCount: 1 })).toEqual([2n]);
  });

  test('of all begin at their position, inclusive', async () => {
    const stream = newStream();
    const { position } = await append(stream, NO_STREAM, ids(1));
    await append(stream, 0n, ids(2));
    const found = [];
    for await (const { event } of client.readAll({ fromPosition: position!, maxCount: 3 })) found.push(event!.revision);
    expect(found).toEqual([0n, 1n, 2n]);
    const inside = { commit: position!.commit + 1n, prepare: position!.prepare + 1n };
    await expect(positionsOf(client.readAll({ fromPosition: inside, maxCount: 1 }))).rejects.toMatchObject({ code: 3 });
  });
});

async function positionsOf(read: AsyncIterable<{ event?: { position?: Position } }>): Promise<unknown[]> {
  const found = [];
  for await (const { event } of read) found.push(event?.position);
  return found;
}

/** What a subscription says until it has caught up, and what until an event of the last stream. */
async function subscribed(fromPosition: ReadPosition, filter?: Filter, last?: string, live?: () => unknown) {
  const said: (string | { checkpoint: Position })[] = [];
  const checkpointReached = (_: AllStreamSubscription, checkpoint: Position) => void said.push({ checkpoint });
  const subscription = client.subscribeToAll({
    fromPosition,
    ...(filter !== undefined && { filter: { ...filter, checkpointReached } }),
  });
  subscription.on('confirmation', () => said.push('confirmation'));
  subscription.on('caughtUp', () => {
    said.push('caughtUp');
    live?.();
    if (last === undefined) subscription.push({ event: { streamId: 'end' } });
  });
  for await (const { event } of subscription) {
    if (event?.streamId === (last ?? 'end')) break;
    said.push(event?.streamId ?? '');
  }
  await subscription.unsubscribe();
  return said;
}

describe('subscriptions to all', () => {
  test('filter by prefix, type and pattern, from the start, the end and a position, exclusive', async () => {
    const [category, type] = [`c${randomUUID().slice(0, 8)}`, `T${randomUUID().slice(0, 8)}`];
    const [one, two] = [newStream(category), newStream(category)];
    const first = await append(one, NO_STREAM, ids(1));
    await client.appendToStream(two, [event(randomUUID(), {}, `${type}Appended`)], {
      ...cred,
      expectedRevision: NO_STREAM,
    });
    const events = async (from: ReadPosition, filter: Filter) =>
      (await subscribed(from, filter)).filter((each) => typeof each === 'string' && each.includes('-'));
    expect(await events(START, streamNameFilter({ prefixes: [`${category}-`] }))).toEqual([one, two]);
    expect(await events(START, streamNameFilter({ regex: `^${category}-` }))).toEqual([one, two]);
    expect(await events(START, eventTypeFilter({ prefixes: [type] }))).toEqual([two]);
    expect(await events(START, eventTypeFilter({ regex: `^${type}.*d$` }))).toEqual([two]);
    expect(await events(first.position!, streamNameFilter({ prefixes: [`${category}-`] }))).toEqual([two]);
    expect(await events(END, streamNameFilter({ prefixes: [`${category}-`] }))).toEqual([]);
    const all = await events(START, excludeSystemEvents());
    expect(all).toEqual(expect.arrayContaining([one, two]));
    expect(all.filter((stream) => typeof stream === 'string' && stream.startsWith('$'))).toEqual([]);
  });

  test('confirm, catch up, and go on with what comes', async () => {
    const category = `c${randomUUID().slice(0, 8)}`;
    const [before, after, last] = [newStream(category), newStream(category), newStream(category)];
    await append(before, NO_STREAM, ids(1));
    const filter = streamNameFilter({ prefixes: [category] });
    const said = await subscribed(START, filter, last, async () => {
      await append(after, NO_STREAM, ids(2));
      await append(last, NO_STREAM, ids(1));
    });
    const expected = ['confirmation', before, 'caughtUp', after, after];
    expect(said.filter((each) => typeof each === 'string')).toEqual(expected);
  });

  test('say how far they are about every 32 events, never before an event at or below it', async () => {
    const category = `c${randomUUID().slice(0, 8)}`;
    await append(newStream('noise'), NO_STREAM, ids(200));
    const wanted = await append(newStream(category), NO_STREAM, ids(1));
    const said = await subscribed(START, streamNameFilter({ prefixes: [category] }));
    const at = said.findIndex((each) => typeof each === 'string' && each.startsWith(category));
    const checkpoints = (from: number, to: number) =>
      said.slice(from, to).flatMap((each) => (typeof each === 'object' ? [each.checkpoint.commit] : []));
    expect(checkpoints(0, at).length).toBeGreaterThanOrEqual(5);
    expect(checkpoints(0, at).filter((commit) => commit >= wanted.position!.commit)).toEqual([]);
    expect(checkpoints(at, said.length).filter((commit) => commit < wanted.position!.commit)).toEqual([]);
  });

  test('from inside a record fail, and from beyond the end stay silent', async () => {
    const { position } = await append(newStream(), NO_STREAM, ids(1));
    const inside = { commit: position!.commit + 1n, prepare: position!.prepare + 1n };
    await expect(subscribed(inside)).rejects.toMatchObject({ type: 'unknown', code: 3 });
    const beyond = { commit: position!.commit + 10_000_000n, prepare: position!.prepare + 10_000_000n };
    expect((await subscribed(beyond)).filter((each) => each !== 'confirmation')).toEqual(['caughtUp']);
  });

  testOfStandIn('on a new database reach 2^64-1, and from there begin at the end', async () => {
    const said = await subscribed(START, streamNameFilter({ prefixes: ['nothing'] }));
    expect(said).toEqual(['confirmation', { checkpoint: { commit: NOWHERE, prepare: NOWHERE } }, 'caughtUp']);
    await append(newStream(), NO_STREAM, ids(1));
    const from = await subscribed({ commit: NOWHERE, prepare: NOWHERE }, streamNameFilter({ prefixes: ['protocol'] }));
    expect(from.filter((each) => typeof each === 'string' && each.startsWith('protocol'))).toEqual([]);
  });
});

describe('down and back', () => {
  testOfStandIn('a server that is down is unavailable, and the client finds it again by itself', async () => {
    await standIn!.kill();
    const [unary, read] = await Promise.all([
      failure(append(newStream(), NO_STREAM, ids(1))),
      failure(idsIn('any-thing')),
    ]);
    expect([unary, read]).toMatchObject(Array(2).fill({ type: 'unavailable', code: 14 }));
    await standIn!.start();
    expect(await append(newStream(), NO_STREAM, ids(1))).toMatchObject({ success: true });
  });

  testOfStandIn('what was on its way when the server was killed is unavailable, and a subscription ends', async () => {
    await standIn!.fault({ on: 'append', kind: 'hang-before' });
    const lost = failure(append(newStream(), NO_STREAM, ids(1)));
    const ended = failure(subscribed(END, undefined, 'none'));
    await standIn!.suffering('append', 'hang-before');
    await standIn!.restart();
    expect(await lost).toMatchObject({ type: 'unavailable', code: 14 });
    expect(await ended).toMatchObject({ type: 'unavailable', code: 14 });
  });

  testOfStandIn('a server that is told to stop says "internal" to whoever waits', async () => {
    await standIn!.fault({ on: 'append', kind: 'hang-after' });
    const unknown = failure(append(newStream(), NO_STREAM, ids(1)));
    await standIn!.suffering('append', 'hang-after');
    await standIn!.kill('SIGTERM');
    expect(await unknown).toMatchObject({ type: 'unknown', code: 13 });
    await standIn!.start();
  });

  testOfStandIn('a server that is starting, and one that does not lead, say so', async () => {
    await standIn!.fault({ on: 'append', kind: 'not-ready' });
    expect(await failure(append(newStream(), NO_STREAM, ids(1)))).toMatchObject({
      type: 'unavailable',
      message: expect.stringContaining('Server Is Not Ready'),
    });
    const own = openClient();
    await standIn!.fault({ on: 'append', kind: 'not-leader' });
    const options = { ...cred, requiresLeader: true, expectedRevision: NO_STREAM } as const;
    expect(await failure(own.appendToStream(newStream(), event(), options))).toMatchObject({ type: 'not-leader' });
    expect(await own.appendToStream(newStream(), event(), options)).toMatchObject({ success: true });
    await own.dispose();
  });

  testOfStandIn('a frozen server lets an append run into its deadline', async () => {
    await append(newStream(), NO_STREAM, ids(1));
    standIn!.freeze();
    const late = client.appendToStream(newStream(), event(), { ...cred, deadline: 300 });
    expect(await failure(late)).toMatchObject({ type: 'deadline-exceeded', code: 4 });
    standIn!.thaw();
    expect(await append(newStream(), NO_STREAM, ids(1))).toMatchObject({ success: true });
  });
});
