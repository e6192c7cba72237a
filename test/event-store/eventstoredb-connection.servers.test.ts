import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { EventStoreDBClient, jsonEvent, UnavailableError } from '@eventstore/db-client';
import type { EventStore, Position } from '../../src/event-store/event-store.js';
import { canonicalEvent } from '../../src/event-store/canonical.js';
import { connect } from '../../src/event-store/eventstoredb/connection.js';
import {
  BadEventStoreUrl,
  openEventStoreDb,
  openEventStoreDbReader,
} from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { StandIn } from '../servers/eventstoredb/stand-in.js';
import { envelope, newStream } from './envelopes.js';

test.each([
  ['mongodb://127.0.0.1', 'is not esdb://'],
  ['esdb://', 'is not esdb://'],
  ['esdb://127.0.0.1:2113', 'name a user'],
  ['esdb://127.0.0.1:2113?tls=true', 'name a user'],
  ['esdb+discover://127.0.0.1:2113?nodePreference=leader', 'name a user'],
  ['esdb://127.0.0.1:2113?tls=false&throwOnAppendFailure=false', 'throwOnAppendFailure'],
])('the URL %s is refused, and the message says why', (url, why) => {
  expect(() => openEventStoreDbReader(url)).toThrow(BadEventStoreUrl);
  expect(() => openEventStoreDbReader(url)).toThrow(why);
});

test.each(['esdb://somebody:secret@127.0.0.1:x', 'esdb://somebody:secret@127.0.0.1?unknown=1'])(
  'the URL %s is refused and never repeated: it holds a password',
  (url) => {
    const { warn } = console;
    const printed: unknown[] = [];
    console.warn = (...words) => printed.push(...words);
    try {
      expect(() => openEventStoreDbReader(url)).toThrow(BadEventStoreUrl);
      expect(() => openEventStoreDbReader(url)).not.toThrow('secret');
      expect(printed).toEqual([]);
    } finally {
      console.warn = warn;
    }
  },
);

/** What the client sends as headers with its first call. */
async function headersOfACall(open: (port: number) => { call: () => unknown; close: () => Promise<unknown> }) {
  const server = createServer();
  const sessions: ServerHttp2Session[] = [];
  server.on('session', (session) => sessions.push(session));
  const received = new Promise<IncomingHttpHeaders>((resolve) => {
    server.on('stream', (stream, headers) => {
      resolve(headers);
      stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '14' }, { endStream: true });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { call, close } = open((server.address() as AddressInfo).port);
  call();
  const headers = await received;
  await close();
  for (const session of sessions) session.destroy();
  server.close();
  return headers;
}

test('answers are asked for as they are, not gzipped: the client reads those many times slower', async () => {
  const ours = await headersOfACall((port) => {
    const reader = openEventStoreDbReader(`esdb://127.0.0.1:${port}?tls=false`);
    return { call: () => reader.head().catch(() => undefined), close: () => reader.close() };
  });
  expect(ours['grpc-accept-encoding']).toBe('identity');
  expect(ours['requires-leader']).toBe('true');
  // What the library does by itself; once this fails the detour can go.
  const plain = await headersOfACall((port) => {
    const client = EventStoreDBClient.connectionString(`esdb://127.0.0.1:${port}?tls=false`);
    const read = client.readAll({ maxCount: 1 }).on('error', () => undefined);
    return { call: () => read.resume(), close: () => client.dispose() };
  });
  expect(plain['grpc-accept-encoding']).toBe('identity,deflate,gzip');
});

test('thousands of looks for streams that do not exist break no connection', async () => {
  const server = await StandIn.start();
  const store = await openEventStoreDb(server.url);
  for (let round = 0; round < 25; round++) {
    expect(await Promise.all(Array.from({ length: 64 }, () => store.readStream(newStream())))).toEqual(
      Array(64).fill([]),
    );
  }
  await store.close();
  await server.dispose();
});

test('an append on a channel that the client is just closing fails or succeeds, and ends no process', async () => {
  const server = await StandIn.start();
  const { client, call, close } = connect(server.url);
  const append = () =>
    client.appendToStream(newStream(), jsonEvent({ type: 'Tested', data: {} }), { ...call, deadline: 5_000 });
  await append();
  // What the client does to a channel once a call has failed, while another one is about to begin.
  const channel = await (client as unknown as { getChannel(): Promise<{ close(): void }> }).getChannel();
  const [outcome] = await Promise.allSettled([append(), Promise.resolve(channel.close())]);
  expect(outcome).toMatchObject({ status: 'fulfilled', value: { success: true } });
  await close();
  await server.dispose();
});

test('a call that failed while no server of a cluster can be found ends no process', async () => {
  const { client, close } = connect('esdb://127.0.0.1:1,127.0.0.1:2?tls=false&maxDiscoverAttempts=1&gossipTimeout=1');
  const inside = client as unknown as Record<'getChannel' | 'handleError', (...call: unknown[]) => Promise<unknown>>;
  const lost = expect(inside.getChannel()).rejects.toThrow();
  const failed = { getChannel: () => ({}) };
  await expect(inside.handleError(failed, new UnavailableError())).resolves.toBeUndefined();
  await lost;
  await close();
});

describe('on a server', () => {
  let server: StandIn;
  let store: EventStore;
  let client: EventStoreDBClient;
  beforeAll(async () => {
    server = await StandIn.start();
    store = await openEventStoreDb(server.url);
    client = EventStoreDBClient.connectionString(server.url);
  });
  afterAll(async () => {
    await store.close();
    await client.dispose();
    await server.dispose();
  });

  test.each<[string, Envelope['data'], boolean]>([
    ['as JSON', { text: 'مديونية 🧾 \u2028 "\\/\u007f e\u0301', b: 1, a: [null, true, -1, { z: {}, y: [] }] }, true],
    ['as bytes, where JavaScript would put its keys in another order', { '10': 1, '9': 2, a: 3 }, false],
  ])('the canonical bytes are stored as they are: %s', async (_, data, isJson) => {
    const stream = newStream();
    const event = envelope(stream, 0, { data });
    await store.append(stream, 'none', [event]);
    for await (const { event: stored } of client.readStream(stream)) {
      expect(stored).toMatchObject({ isJson, type: event.type, metadata: undefined });
      const text = isJson ? JSON.stringify(stored!.data) : Buffer.from(stored!.data as Uint8Array).toString('utf8');
      expect(text).toBe(canonicalEvent(event));
      expect(stored!.id).not.toBe(event.id);
    }
    const [read] = await store.readStream(stream);
    expect(read?.event).toEqual(event);
    expect(canonicalEvent(read!.event)).toBe(canonicalEvent(event));
  });

  test('positions are texts that order by commit, then by prepare, beyond what a number holds', () => {
    const ordered = ['0/0', '9/9', '10/0', '10/10', '9007199254740993/0', '9007199254740993/1', `${2n ** 63n}/0`];
    for (let i = 0; i < ordered.length; i++) {
      for (let j = 0; j < ordered.length; j++) {
        const compared = store.comparePositions(ordered[i] as Position, ordered[j] as Position);
        expect(Math.sign(compared)).toBe(Math.sign(i - j));
      }
    }
    for (const wrong of ['', '1', '1/', '-1/0', '1/1/1', '1.0/1', ' 1/1']) {
      expect(() => store.comparePositions(wrong as Position, '1/1' as Position)).toThrow(RangeError);
    }
  });

  test('a position inside a record is none of this store', async () => {
    const stream = newStream();
    const { position } = await store.append(stream, 'none', [envelope(stream, 0)]);
    const [commit] = position.split('/').map(BigInt);
    const inside = { position: `${commit! + 1n}/${commit! + 1n}` as Position, count: 1 };
    await expect(store.readAll({ after: inside })).rejects.toThrow(RangeError);
    const following = store.follow({ after: inside }, new AbortController().signal)[Symbol.asyncIterator]();
    await expect(following.next()).rejects.toThrow(RangeError);
  });

  test('the position 0, which KurrentDB reaches on an empty database, is the start', async () => {
    const zero = { position: '0/0' as Position, count: 0 };
    expect(await store.readAll({ after: zero })).toEqual(await store.readAll());
    for await (const page of store.follow({ after: zero, limit: 1 }, new AbortController().signal)) {
      expect(page.events).toEqual((await store.readAll({ limit: 1 })).events);
      break;
    }
  });

  test('head counts from the best place it knows, and reads nothing twice', async () => {
    const reader = openEventStoreDbReader(server.url);
    const head = await reader.head();
    await server.fault({ on: 'read', kind: 'internal', after: 2 }); // dies if more comes than the event known and a new one
    const stream = newStream();
    await store.append(stream, 'none', [envelope(stream, 0)]);
    expect((await reader.head()).count).toBe(head.count + 1);
    await server.heal();
    await reader.close();
  });
});
