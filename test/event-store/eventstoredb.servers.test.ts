import type { EventReader, EventStore, LogQuery, Place } from '../../src/event-store/event-store.js';
import { OutcomeUnknown } from '../../src/event-store/event-store.js';
import {
  openEventStoreDb,
  openEventStoreDbReader,
} from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { eventStoreContract } from '../contract/event-store.contract.js';
import { appendAt } from '../contract/event-store/killing.js';
import type { OpenKillable, OpenStore } from '../contract/event-store/opened.js';
import { StandIn } from '../servers/eventstoredb/stand-in.js';
import { envelopes, newStream } from './envelopes.js';

const url = process.env['ESDB_TEST_URL'];

let server: StandIn;
beforeAll(async () => {
  server = await StandIn.start();
});
afterAll(() => server.dispose());

/** A log of its own for each test. */
const onStandIn: OpenStore = async () => {
  await server.empty();
  const readers: EventReader[] = [];
  let store: EventStore = await openEventStoreDb(server.url);
  return {
    store,
    async reader() {
      const reader = openEventStoreDbReader(server.url);
      readers.push(reader);
      return reader;
    },
    async reopen() {
      await store.close();
      await server.forget();
      store = await openEventStoreDb(server.url);
      return store;
    },
    async dispose() {
      await Promise.all([...readers, store].map((open) => open.close()));
    },
  };
};

/** The server is killed; its writers learn of it as clients do. */
const killableStandIn: OpenKillable = async () => {
  await server.empty();
  return {
    async start(count) {
      const store = await openEventStoreDb(server.url);
      const writers = Array.from({ length: count }, (_, number) => new Writer(store, number));
      await Promise.race(writers.map((writer) => writer.begun));
      return {
        async kill() {
          await server.kill();
          await Promise.all(writers.map((writer) => writer.ended));
          await store.close();
          return {
            tried: writers.flatMap(({ tried }) => tried),
            acknowledged: writers.flatMap(({ acknowledged }) => acknowledged),
            failures: writers.flatMap(({ failures }) => failures),
          };
        },
      };
    },
    async open() {
      await server.start();
      return openEventStoreDb(server.url);
    },
    dispose: () => server.start(),
  };
};

/** Appends without rest, some to streams that stay short, until the server gives no answer. */
class Writer {
  readonly tried: Envelope[][] = [];
  readonly acknowledged: string[] = [];
  readonly failures: string[] = [];
  readonly begun: Promise<void>;
  readonly ended: Promise<void>;

  constructor(store: EventStore, number: number) {
    let begin: () => void;
    this.begun = new Promise((resolve) => (begin = resolve));
    this.ended = this.#write(store, number, () => begin());
  }

  async #write(store: EventStore, number: number, begin: () => void): Promise<void> {
    for (;;) {
      const stream = newStream(number % 8 === 7 ? '_own' : 'debt');
      const length = 1 + number * 4;
      for (let revision = 0, count = 1; revision < length; revision += count) {
        count = 1 + (revision % 3);
        const events = envelopes(stream, revision, count);
        this.tried.push(events);
        try {
          await appendAt(store, events);
        } catch (error) {
          if (!(error instanceof OutcomeUnknown)) this.failures.push(String(error));
          return;
        }
        this.acknowledged.push(...events.map(({ id }) => id));
        begin();
      }
    }
  }
}

eventStoreContract('EventStoreDB (protocol-level)', onStandIn, killableStandIn);

/** A real server keeps what earlier tests wrote: each test's log begins where the log ended before. */
const onServer =
  (url: string): OpenStore =>
  async () => {
    const opened: EventReader[] = [];
    const keep = <R extends EventReader>(reader: R): R => (opened.push(reader), reader);
    let store = keep(await openEventStoreDb(url));
    const { position } = await store.head();
    const begin = position && { position, count: 0 };
    return {
      store: beginningAt(store, begin),
      reader: async () => beginningAt(keep(openEventStoreDbReader(url) as EventStore), begin),
      async reopen() {
        await store.close();
        store = keep(await openEventStoreDb(url));
        return beginningAt(store, begin);
      },
      async dispose() {
        await Promise.all(opened.map((each) => each.close()));
      },
    };
  };

function beginningAt(store: EventStore, begin: Place | undefined): EventStore {
  if (begin === undefined) return store;
  const from = (query: LogQuery = {}): LogQuery => ({ after: begin, ...query });
  return {
    append: (...append) => store.append(...append),
    readStream: (...query) => store.readStream(...query),
    readAll: (query) => store.readAll(from(query)),
    readTexts: (query) => store.readTexts(from(query)),
    follow: (query, signal) => store.follow(from(query), signal),
    head: (place = begin) => store.head(place),
    last: () => store.last(),
    comparePositions: (a, b) => store.comparePositions(a, b),
    close: () => store.close(),
  };
}

if (url !== undefined) {
  eventStoreContract('EventStoreDB (a real server)', onServer(url));
} else {
  describe('EventStoreDB (a real server)', () => {
    test.skip('is not tested here: ESDB_TEST_URL names no server', () => undefined);
  });
}
