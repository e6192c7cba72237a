import type { Envelope } from '../../src/kernel/envelope.js';
import type { EventReader, LogQuery } from '../../src/event-store/event-store.js';
import type { ReadModelReader } from '../../src/read-models/read-models.js';
import { replayed, type Report, type Row } from '../../projections/report.js';
import { Makers, type Making } from '../../projections/reports/makers.js';
import { make, type Made } from '../../projections/reports/making.js';
import type { Places, Progress } from '../../projections/reports/replaying.js';
import { nothingClosed } from './reporting.js';

/** A log of `length` events in pages of two, each page handed out when the test says so. */
class SlowLog {
  read = 0;
  #open: () => void = () => {};
  #gate: Promise<void> = Promise.resolve();
  constructor(readonly length: number) {}

  shut(): void {
    this.#gate = new Promise((resolve) => (this.#open = resolve));
  }
  open(): void {
    this.#open();
  }

  readonly places: Places = {
    events: {
      readAll: async ({ after }: LogQuery = {}) => {
        const from = after?.count ?? 0;
        if (from > 0) await this.#gate;
        this.read += 2;
        const events = [from, from + 1].map((sequence) => ({
          event: { entries: [] } as unknown as Envelope,
          sequence,
        }));
        return { events, next: { count: from + 2 }, atEnd: from + 2 >= this.length };
      },
    } as unknown as EventReader,
    models: {} as ReadModelReader,
    closingsOf: nothingClosed,
    upcast: (event) => event,
  };
}

/** A row for each event, of `size` characters. */
const listing = (size = 1): Report =>
  replayed({
    name: 'listing',
    number: 0,
    title: { en: 'Listing', ar: 'قائمة' },
    about: { en: 'Listing', ar: 'قائمة' },
    takes: {},
    columns: [{ name: 'sequence', kind: 'sequence', en: 'Sequence', ar: 'التسلسل' }],
    key: ['sequence'],
    boundBy: {},
    initial: (): Row[] => [],
    fold: (rows, { sequence }) => void rows.push({ sequence, text: 'x'.repeat(size) }),
    rows: (rows) => rows,
  });

const order =
  (log: SlowLog, report = listing(), places = log.places) =>
  (progress: Progress) =>
    make(report, {}, log.length - 1, places, progress);

test('whoever does not wait is told how far it has come, and gets the same report later', async () => {
  const [log, makers] = [new SlowLog(6), new Makers()];
  log.shut();
  const making = makers.of('a', order(log)) as Making<Made>;
  expect(await making.within(0)).toBeUndefined();
  expect(await making.within(5)).toBeUndefined();
  expect(making.done).toBe(2); // of 6
  log.open();
  const made = await making.within(5_000);
  expect(made?.rows).toHaveLength(6);
  expect(making.done).toBe(4); // the last page completes it
  expect(makers.of('a', order(log))).toBe(making);
  expect(await making.within(0)).toBe(made);
  expect(log.read).toBe(6); // once
});

test('one is made after the other, and no more than sixteen wait', async () => {
  const [log, makers] = [new SlowLog(4), new Makers()];
  log.shut();
  const all = Array.from({ length: 64 }, (_, i) => makers.of(`${i}`, order(log)) as Making<Made>);
  expect(makers.of('one more', order(log))).toBeUndefined();
  await all[0]?.within(1);
  expect(log.read).toBe(2); // the others have not begun
  log.open();
  await Promise.all(all.map((making) => making.within(5_000)));
  expect(makers.of('one more', order(log))).toBeDefined();
});

test('a log that cannot be read now is tried again by the next question', async () => {
  const [log, makers] = [new SlowLog(4), new Makers()];
  const gone: Places = { ...log.places, events: { readAll: () => Promise.reject(new Error('gone')) } as never };
  await expect(makers.of('a', order(log, listing(), gone))?.within(5_000)).rejects.toThrow('gone');
  expect((await makers.of('a', order(log))?.within(5_000))?.rows).toHaveLength(4);
});

test('a report that is larger than memory should hold is refused, also to who asks later', async () => {
  const [log, makers] = [new SlowLog(80), new Makers()];
  const huge = order(log, listing(1_000_000));
  const making = makers.of('huge', huge) as Making<Made>;
  await expect(making.within(30_000)).rejects.toMatchObject({ code: 'REPORT_TOO_LARGE', facts: { rows: 67 } });
  expect(makers.of('huge', huge)).toBe(making);
  await expect(making.within(0)).rejects.toMatchObject({ code: 'REPORT_TOO_LARGE' });
});

test('the oldest are forgotten where all together are too large', async () => {
  const [log, makers] = [new SlowLog(30), new Makers()];
  const large = order(log, listing(1_000_000)); // 30 MB
  const made: Making<Made>[] = [];
  for (const key of ['a', 'b', 'c']) {
    made.push(makers.of(key, large) as Making<Made>);
    await made.at(-1)?.within(30_000);
  }
  expect(makers.of('c', large)).toBe(made[2]);
  expect(makers.of('b', large)).toBe(made[1]);
  expect(makers.of('a', large)).not.toBe(made[0]);
});
