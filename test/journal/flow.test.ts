import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { catalogue } from '../../src/composition.js';
import type { EventReader, LogQuery } from '../../src/event-store/event-store.js';
import { exported, FORMATS } from '../../src/journal/journal.js';
import { namesIn } from '../../src/journal/names.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { party, id } from '../given.js';
import { envelope, newStream } from '../event-store/envelopes.js';

/** A log of any length, that says how many events were read of it. */
class LongLog implements Pick<EventReader, 'readAll'> {
  read = 0;

  constructor(private readonly length: number) {}

  readAll({ after, limit = 256 }: LogQuery = {}) {
    const from = after?.count ?? 0;
    const to = Math.min(this.length, from + limit);
    this.read += to - from;
    const events = Array.from({ length: to - from }, (_, i) => ({ event: EVENT, sequence: from + i }));
    const page = { events, next: { position: String(to), count: to }, atEnd: to === this.length };
    return Promise.resolve(page) as unknown as ReturnType<EventReader['readAll']>;
  }
}

const dims = { entity: party('city'), party: party('sami'), sector: 'general', debt: id('debt') };
const EVENT = envelope(newStream(), 1, {
  type: 'debts.DebtRegistered',
  entries: [
    {
      debit: { account: '1200', dims },
      credit: { account: '4300', dims: { ...dims, ground: 'fine' } },
      amount: '115.00',
      currency: 'SAR',
    },
  ],
} as unknown as Partial<Envelope>);
const NAMES = namesIn('en', catalogue.definitions);
const textOf = (log: LongLog, length: number) => exported(log, FORMATS.ledger, NAMES, { sequence: length - 1 });

test('of a reader who takes nothing no more is read than fits between', async () => {
  const log = new LongLog(1_000_000);
  const slow = new Writable({ highWaterMark: 16 * 1024, write: () => undefined }); // never says that it is done
  const leaving = new AbortController();
  const sent = pipeline(textOf(log, 1_000_000), slow, { signal: leaving.signal });
  sent.catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const { read } = log;
  expect(read).toBeLessThan(5_000);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(log.read).toBe(read);
  leaving.abort();
  await expect(sent).rejects.toThrow('abort');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(log.read).toBe(read);
});

test('a log of a hundred thousand events takes no more memory than one of a tenth', async () => {
  const heapOf = async (length: number): Promise<number> => {
    let peak = 0;
    for await (const _ of textOf(new LongLog(length), length)) peak = Math.max(peak, process.memoryUsage().heapUsed);
    return peak;
  };
  await heapOf(10_000); // compiled by then
  const [short, long] = [await heapOf(10_000), await heapOf(100_000)];
  expect(long - short).toBeLessThan(64 * 2 ** 20); // its text alone has more than 60 MB; garbage comes and goes
});
