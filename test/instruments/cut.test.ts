import type { EventReader, LogQuery, Position, StoredEvent } from '../../src/event-store/event-store.js';
import type { StreamName } from '../../src/kernel/ids.js';
import { Cuts } from '../../projections/instruments/cut.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { readGolden } from '../golden/golden.js';

const { event: SAMPLE } = readGolden<{ event: Envelope }>('base');
const EVENTS: readonly Envelope[] = Array.from({ length: 10 }, (_, revision) => ({ ...SAMPLE, revision }));

/** Ten events, at positions of every third; how often the log is read is counted. */
function reader(keepsSequences: boolean): { events: EventReader; readings: () => number } {
  const log = EVENTS.map((event, sequence): StoredEvent => ({
    event,
    sequence,
    position: `${sequence * 3}` as Position,
  }));
  let readings = 0;
  const number = (position: Position): number => Number(position);
  const events: Partial<EventReader> = {
    head: () => Promise.resolve({ position: log.at(-1)!.position, count: log.length }),
    comparePositions: (a, b) => number(a) - number(b),
    readAll({ after, limit = 256 }: LogQuery = {}) {
      if (limit > 1) readings++;
      const page = log.slice(after?.count ?? 0).slice(0, limit);
      const last = page.at(-1);
      const next = last && { position: last.position, count: last.sequence! + 1 };
      return Promise.resolve({ events: page, ...(next && { next }), atEnd: next?.count === log.length });
    },
    readStream: (stream: StreamName) =>
      Promise.resolve(
        log
          .filter(({ event }) => event.stream === stream)
          .map(({ sequence, ...stored }) => (keepsSequences ? { ...stored, sequence: sequence! } : stored)),
      ),
  };
  return { events: events as EventReader, readings: () => readings };
}

test.each([
  ['keeps sequences', true],
  ['only counts', false],
])('what is known of a stream up to a sequence is the same in a store that %s', async (_, keepsSequences) => {
  const { events } = reader(keepsSequences);
  const cuts = new Cuts(events);
  const stored = await events.readStream(EVENTS[0]!.stream);
  for (const cut of [await cuts.upTo(-1), await cuts.upTo(3), await cuts.upTo(8), await cuts.now()]) {
    expect(stored.filter((each) => cut.includes(each))).toHaveLength(cut.sequence + 1);
  }
  expect((await cuts.now()).sequence).toBe(9);
});

test('a store that only counts does so once for the pages of one answer, and never for what is known now', async () => {
  const { events, readings } = reader(false);
  const cuts = new Cuts(events);
  await cuts.now();
  expect(readings()).toBe(0);
  await cuts.upTo(4);
  await cuts.upTo(4);
  await cuts.upTo(9);
  expect(readings()).toBe(1);
  await expect(cuts.upTo(10)).rejects.toThrow('there is no event 10');
});
