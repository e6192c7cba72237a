import type { AddressInfo } from 'node:net';
import { StoreUnavailable } from '../../src/event-store/event-store.js';
import { streamName, type Uuid } from '../../src/kernel/ids.js';
import { envelope, envelopes, uuid } from '../event-store/envelopes.js';
import { InMemoryEventStore } from '../event-store/in-memory.js';
import { DEBT, Outside, startEdge, type Edge } from './edge.js';
import { Listener } from './listener.js';

/** DESIGN.md, The edge: Server-Sent Events with Last-Event-ID. A real socket; the store behind it is in memory. */
describe('a stream of events', () => {
  const outside = new Outside();
  const opened: Listener[] = [];
  let edge: Edge;
  let url: string;
  let auditor: string;

  const start = async (options: Parameters<typeof startEdge>[0] = {}): Promise<void> => {
    edge = await startEdge({ outside, streamTimes: { heartbeatMs: 40, patienceMs: 200 }, ...options });
    await edge.app.getHttpAdapter().getInstance().listen({ host: '127.0.0.1', port: 0 });
    url = `http://127.0.0.1:${(edge.app.getHttpServer().address() as AddressInfo).port}/v1/debts`;
    auditor = await edge.token(['auditor']);
  };
  beforeEach(async () => {
    outside.events = new InMemoryEventStore();
    await start();
  });
  afterEach(async () => {
    for (const each of opened.splice(0)) each.close();
    await edge.close();
  });

  const listen = async (id: Uuid, options: Parameters<typeof Listener.open>[2] = {}, token = auditor) => {
    const listener = await Listener.open(`${url}/${id}/events`, token, options);
    opened.push(listener);
    return listener;
  };
  /** A debt with so many events. */
  const debtOf = async (count: number): Promise<Uuid> => {
    const id = uuid();
    const stream = streamName('debt', id);
    await outside.events.append(stream, 'none', envelopes(stream, 0, count));
    return id;
  };
  const record = (id: Uuid, revision: number, bytes = 10) => {
    const stream = streamName('debt', id);
    const event = envelope(stream, revision, { data: { text: 'x'.repeat(bytes) } });
    return outside.events.append(stream, BigInt(revision - 1), [event]);
  };
  const ids = ({ heard }: Listener) => heard.map(({ id }) => Number(id));
  const upTo = (last: number, first = 0) => Array.from({ length: last + 1 - first }, (_, i) => first + i);
  const metric = async (name: string): Promise<number> => {
    const { body } = await edge.app.inject({ url: '/metrics' });
    return Number(
      body
        .split('\n')
        .find((line) => line.startsWith(name))
        ?.split(' ')
        .at(-1) ?? 0,
    );
  };

  test('gives what is there, then what is recorded, each with its revision, its type and its data', async () => {
    const id = await debtOf(2);
    const listener = await listen(id);
    expect(listener.status).toBe(200);
    expect(listener.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
      'x-accel-buffering': 'no',
    });
    await listener.until(({ heard }) => heard.length === 2);
    await record(id, 2);
    await listener.until(({ heard }) => heard.length === 3);
    expect(ids(listener)).toEqual([0, 1, 2]);
    expect(listener.heard[1]).toMatchObject({
      type: 'debts.ProceedingRecorded',
      data: { revision: 1, data: { number: 1 } },
    });
  });

  test('says that it is alive while nothing happens', async () => {
    const listener = await listen(await debtOf(1));
    await listener.until(({ comments }) => comments.length >= 3);
    expect(listener.heard).toHaveLength(1);
  });

  test('goes on after Last-Event-ID, from any place, however many events there are', async () => {
    const id = await debtOf(50);
    for (const last of [0, 15, 16, 31, 48]) {
      const listener = await listen(id, { last: String(last) });
      await listener.until(({ heard }) => heard.length === 49 - last);
      expect(ids(listener)).toEqual(upTo(49, last + 1));
      listener.close();
    }
    const atTheEnd = await listen(id, { last: '49' });
    await record(id, 50);
    expect(ids(await atTheEnd.until(({ heard }) => heard.length > 0))).toEqual([50]);
    const empty = await listen(id, { last: '' }); // an EventSource that has seen none
    await empty.until(({ heard }) => heard.length === 51);
  });

  test('a Last-Event-ID that the stream did not give is refused', async () => {
    const id = await debtOf(3);
    for (const last of ['3', '-1', '1.5', '01', 'x', '99999999999999999']) {
      const listener = await listen(id, { last });
      await listener.until(({ ended }) => ended !== undefined);
      expect([last, listener.status, JSON.parse(listener.body).code]).toEqual([last, 400, 'LAST_EVENT_ID_INVALID']);
    }
  });

  test('wakes only at the events of its own stream, and one reader follows the log for all', async () => {
    const [mine, other] = [await debtOf(1), await debtOf(1)];
    let followers = 0;
    const follow = outside.events.follow.bind(outside.events);
    outside.events.follow = (...args) => {
      followers++;
      return follow(...args);
    };
    const [first, second] = [await listen(mine), await listen(other)];
    await record(mine, 1);
    await first.until(({ heard }) => heard.length === 2);
    await record(other, 1);
    await second.until(({ heard }) => heard.length === 2);
    expect([ids(first), ids(second), followers]).toEqual([[0, 1], [0, 1], 1]);
  });

  test('no gap and no double at the seam, however reading and writing fall together', async () => {
    const id = await debtOf(1);
    const total = 400;
    const writing = (async () => {
      for (let revision = 1; revision <= total; revision++) {
        await record(id, revision);
        if (revision % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const readers = Array.from({ length: 4 }, async (_, reader) => {
      const heard: number[] = [];
      for (let round = 0; heard.at(-1) !== total; round++) {
        const listener = await listen(id, { last: heard.at(-1)?.toString() });
        const enough = 1 + ((7 * round + 13 * reader) % 40);
        await listener.until((each) => each.heard.length >= enough || each.lastId === String(total));
        listener.close();
        heard.push(...ids(listener));
      }
      return heard;
    });
    await writing;
    for (const heard of await Promise.all(readers)) expect(heard).toEqual(upTo(total));
  });

  test('a reader that takes nothing is dropped, holds nothing here meanwhile, and resumes by Last-Event-ID', async () => {
    const id = await debtOf(1);
    const listener = await listen(id);
    await listener.until(({ heard }) => heard.length === 1);
    listener.pause();
    const big = 300;
    for (let revision = 1; revision <= big; revision++) await record(id, revision, 50_000);
    while ((await metric('sijill_event_streams_ended_total{reason="slow"}')) === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    // Most of it was never taken from the store: what is sent is what the sockets hold.
    expect(await metric('sijill_event_stream_events_total')).toBeLessThan(big);
    listener.resume();
    await listener.until(({ ended }) => ended !== undefined);
    expect(listener.ended).toBe('cut');
    const again = await listen(id, { last: listener.lastId });
    await again.until(({ lastId }) => lastId === String(big));
    expect([...ids(listener), ...ids(again)]).toEqual(upTo(big));
  });

  test('ends when the token expires', async () => {
    const id = await debtOf(1);
    const listener = await listen(id);
    outside.now += 12 * 3_600_000; // a development token's life
    await listener.until(({ ended }) => ended !== undefined);
    expect([listener.ended, listener.comments.at(-1)]).toEqual(['end', 'the token has expired']);
    outside.now -= 12 * 3_600_000;
    expect(await metric('sijill_event_streams_ended_total{reason="expired"}')).toBe(1);
  });

  test('ends when the server stops, which does not wait for it', async () => {
    await edge.close();
    await start({ drainMs: 3_600_000 }); // longer than the test may take
    const id = await debtOf(40);
    const [listener, stalled] = [await listen(id), await listen(id)];
    await listener.until(({ heard }) => heard.length === 40);
    stalled.pause();
    await edge.close();
    await listener.until(({ ended }) => ended !== undefined);
    expect([listener.ended, listener.comments.at(-1)]).toEqual(['end', 'the server is stopping']);
  });

  test('a subject may have so many open, and all together so many', async () => {
    await edge.close();
    await start({ streams: 3, streamsPerSubject: 2 });
    const id = await debtOf(1);
    const other = await edge.token(['auditor'], { sub: 'another' });
    const [first] = [await listen(id), await listen(id)];
    const third = await listen(id);
    await third.until(({ ended }) => ended !== undefined);
    expect([third.status, third.headers['retry-after'], JSON.parse(third.body)]).toEqual([
      429,
      '5',
      expect.objectContaining({ code: 'TOO_MANY_STREAMS' }),
    ]);
    await listen(id, {}, other);
    const beyond = await listen(id, {}, other);
    await beyond.until(({ ended }) => ended !== undefined);
    expect([beyond.status, JSON.parse(beyond.body).code]).toEqual([503, 'STREAMS_TAKEN']);
    expect(await metric('sijill_event_streams_open')).toBe(3);
    first.close();
    while ((await metric('sijill_event_streams_open')) > 2) await new Promise((resolve) => setTimeout(resolve, 10));
    expect((await listen(id)).status).toBe(200);
  });

  test('the store does not answer: 503 at the beginning; later an end, from which the reader goes on', async () => {
    const id = await debtOf(1);
    const listener = await listen(id);
    await listener.until(({ heard }) => heard.length === 1);
    const readStream = outside.events.readStream.bind(outside.events);
    outside.events.readStream = () => Promise.reject(new StoreUnavailable('down'));
    const refused = await listen(id);
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1']);
    await record(id, 1);
    await listener.until(({ ended }) => ended !== undefined);
    expect(listener.comments.at(-1)).toBe('the ledger cannot be read now');
    outside.events.readStream = readStream;
    const again = await listen(id, { last: listener.lastId });
    expect(ids(await again.until(({ heard }) => heard.length === 1))).toEqual([1]);
  });

  test('a stream that lost sight of the log finds it again, and has missed nothing', async () => {
    const id = await debtOf(1);
    const follow = outside.events.follow.bind(outside.events);
    let failures = 0;
    outside.events.follow = async function* (query, signal) {
      if (failures++ === 0) {
        await record(id, 1); // while nobody follows
        throw new StoreUnavailable('down');
      }
      yield* follow(query, signal);
    };
    const listener = await listen(id);
    expect(ids(await listener.until(({ heard }) => heard.length === 2))).toEqual([0, 1]);
  });

  test('only who names the type gets a stream; HEAD gets the head alone; a wait for nothing is not counted', async () => {
    const id = await debtOf(1);
    for (const accept of ['*/*', 'application/json', 'text/*', 'text/event-stream;q=0, application/json']) {
      const page = await listen(id, { headers: { accept } });
      expect([accept, page.headers['content-type']]).toEqual([accept, 'application/json; charset=utf-8']);
    }
    for (const accept of ['application/json;q=0.1, text/event-stream', 'TEXT/event-stream; q=0.5']) {
      expect((await listen(id, { headers: { accept } })).headers['content-type']).toBe('text/event-stream');
    }
    const headers = { authorization: `Bearer ${auditor}`, accept: 'text/event-stream' };
    const head = await edge.app.inject({ method: 'HEAD', url: `/v1/debts/${id}/events`, headers });
    expect([head.statusCode, head.headers['content-type'], head.body]).toEqual([200, 'text/event-stream', '']);
    expect(await metric('sijill_http_request_duration_seconds_sum{route="/v1/debts/:id/events"')).toBeLessThan(1);
    expect((await listen(DEBT)).status).toBe(404);
  });
});
