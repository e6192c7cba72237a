import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Schema } from 'mongoose';
import { catalogue } from '../../src/composition.js';
import type { EventStore } from '../../src/event-store/event-store.js';
import { openSqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import type { Projection } from '../../src/feed/consumers.js';
import { Feed } from '../../src/feed/feed.js';
import { streamName, type StreamName } from '../../src/kernel/ids.js';
import type { Document } from '../../src/read-models/read-models.js';
import { envelope, uuid } from '../event-store/envelopes.js';
import { InMemoryReadModels } from '../read-models/in-memory.js';

type Count = Document & { readonly events: number };

/** Counts the proceedings of each debt; throws at the kind `poison` where `allergic`. */
const counter = (name: string, allergic: boolean): Projection<Count> => ({
  name,
  model: { name: name.replaceAll('-', ''), version: 1, schema: new Schema({ _id: String }) },
  types: ['debts.ProceedingRecorded'],
  identify: ({ refs }) => [refs.debt as string],
  evolve(document, { event }, id) {
    if (allergic && (event.data as { kind: string }).kind === 'poison') throw new Error('cannot digest');
    return { id, events: (document?.events ?? 0) + 1 };
  },
});

const folder = mkdtempSync(join(tmpdir(), 'sijill-feed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const openStore = (): Promise<EventStore> => openSqliteEventStore(join(folder, `${++files}.db`));

function proceeding(stream: StreamName, revision: number, kind = 'notice') {
  return envelope(stream, revision, { data: { kind, on: '2026-03-01' }, refs: { debt: 'the-debt' } });
}

async function settle(feed: Feed, head: number): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    const { consumers } = feed.status();
    if (consumers.every(({ state, count }) => state === 'stopped' || count === head)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('the feed did not come to rest');
}

const feedOf = (store: EventStore, readModels: InMemoryReadModels, projections: Projection[], log: string[]): Feed =>
  new Feed({
    reader: store,
    readModels,
    catalogue,
    projections,
    policies: [],
    send: () => Promise.reject(new Error('no policy here')),
    listener: { status: () => undefined, alarm: () => undefined, log: (_, message) => log.push(message) },
  });

describe('the feed', () => {
  test('a poison event stops that one consumer, loudly, and is never skipped', async () => {
    const store = await openStore();
    const readModels = new InMemoryReadModels();
    const [healthy, allergic] = [counter('healthy', false), counter('allergic', true)];
    const stream = streamName('debt', uuid());
    await store.append(stream, 'none', [proceeding(stream, 0), proceeding(stream, 1, 'poison'), proceeding(stream, 2)]);
    const log: string[] = [];
    const feed = feedOf(store, readModels, [healthy, allergic], log);
    await feed.start();
    await settle(feed, 3);
    await feed.stop();

    expect(feed.status().consumers).toMatchObject([
      { name: 'healthy', state: 'running', count: 3 },
      { name: 'allergic', state: 'stopped', error: expect.stringContaining('event 1') },
    ]);
    expect(log).toEqual([expect.stringContaining('allergic stopped')]);
    expect(await readModels.get(healthy.model, 'the-debt')).toMatchObject({ events: 3 });
    // Everything before it is folded, and the checkpoint stands just before it.
    expect(await readModels.get(allergic.model, 'the-debt')).toMatchObject({ events: 1 });
    expect(await readModels.checkpoint('allergic')).toMatchObject({ count: 1 });

    const mended = feedOf(store, readModels, [counter('allergic', false)], []);
    await mended.start();
    await settle(mended, 3);
    await mended.stop();
    expect(await readModels.get(allergic.model, 'the-debt')).toMatchObject({ events: 3 });
    await store.close();
  });

  test('a rebuild equals the live documents, and events that come meanwhile are folded once', async () => {
    const store = await openStore();
    const readModels = new InMemoryReadModels();
    const projection = counter('counts', false);
    const stream = streamName('debt', uuid());
    const feed = feedOf(store, readModels, [projection], []);
    await feed.start();
    await store.append(stream, 'none', [proceeding(stream, 0)]);
    const rebuilt = feed.rebuild(['counts']);
    for (let revision = 1; revision < 50; revision++) {
      await store.append(stream, BigInt(revision - 1), [proceeding(stream, revision)]);
    }
    await rebuilt;
    await settle(feed, 50);
    await feed.stop();
    expect(await readModels.get(projection.model, 'the-debt')).toMatchObject({ events: 50 });
    await store.close();
  });
});
