import { openEventStoreDb } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { LedgerUnavailable, type Outcome } from '../../src/ledger/outcome.js';
import { wholeLog } from '../contract/event-store/opened.js';
import { A, accepted, add, NOON, request, setup } from '../ledger/setup.js';
import { StandIn } from '../servers/eventstoredb/stand-in.js';

const COMMANDS = 60;

/** As a client does: an answer of 503 is asked for again. */
async function answer(send: () => Promise<Outcome>): Promise<Outcome> {
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof LedgerUnavailable)) throw error;
    }
  }
}

test('three processes handle the same commands at the same time on a failing server: each counts once', async () => {
  const server = await StandIn.start();
  const stores = await Promise.all([1, 2, 3].map(() => openEventStoreDb(server.url, { appendMs: 500 })));
  try {
    // Clocks that differ: what two of them make of one command has the same ids and other bytes.
    const ledgers = stores.map((store, i) => setup().process({ store, clock: { now: () => NOON + i } }));
    for (const kind of ['reset-before', 'reset-after', 'hang-after', 'wrong-after', 'internal', 'not-ready']) {
      await server.fault({ on: 'append', kind, skip: 15, times: 2 });
    }
    const asked = Array.from({ length: COMMANDS }, (_, i) => `command ${i}`);
    const restarted = (async () => {
      await server.suffering('append', 'reset-before');
      await server.restart();
    })();
    const answers = await Promise.all(
      asked.map((name) => Promise.all(ledgers.map((ledger) => answer(() => add(ledger, 1, request(name)))))),
    );
    await restarted;
    for (const [first, ...others] of answers) {
      const { state, revision, event } = await accepted(Promise.resolve(first!));
      for (const other of others) expect(other).toMatchObject({ kind: 'accepted', state, revision, event });
    }
    const log = await wholeLog(stores[0]!);
    expect(log.map(({ event }) => event.revision)).toEqual(asked.map((_, i) => i));
    expect(new Set(log.map(({ event }) => event.commandId)).size).toBe(COMMANDS);
    expect(log.filter(({ event }) => !event.stream.endsWith(A))).toEqual([]);
  } finally {
    await Promise.all(stores.map((store) => store.close()));
    await server.dispose();
  }
});
