import { canonicalEvent } from '../../event-store/canonical.js';
import type { Catalogue } from '../../event-store/catalogue.js';
import {
  WrongRevision,
  type Appended,
  type EventReader,
  type EventStore,
  type Place,
  type StoredEvent,
} from '../../event-store/event-store.js';
import { wholeHead } from '../../event-store/whole-head.js';
import type { Envelope } from '../../kernel/envelope.js';
import type { StreamName } from '../../kernel/ids.js';
import { PatientStore } from '../../ledger/patient-store.js';
import { progressOf, type Output } from '../progress.js';
import { stopAt } from './check-file.js';
import { LogFile, type FiledEvent, type Summary } from './file.js';
import { DamagedLog, firstDigest, nextDigest } from '../../event-store/log-format.js';

/** The store is not empty, and what it has is not where the file begins. It was left as it was. */
export class OtherEvents extends Error {
  override readonly name = 'OtherEvents';
}

/** The store does not have what was written, in the order in which it was. */
export class NotAsWritten extends Error {
  override readonly name = 'NotAsWritten';
}

/** Bounds of what is appended to a stream at once; and of what is on its way at once, in UTF-16 units. */
const RUN = { events: 256, size: 256 * 1_024 };
const UNDER_WAY = 1_024 * 1_024;

const PAGE = 1_024;

/** What is appended at once: consecutive events of one stream. */
interface Run {
  readonly stream: StreamName;
  readonly events: Envelope[];
  /** Of the last event. */
  sequence: number;
  size: number;
}

export interface ImportOptions {
  readonly catalogue: Catalogue;
  /** Appends that may be on their way to the store so that it still keeps the order in which they were sent. */
  readonly inOrder: number;
  readonly signal: AbortSignal;
  readonly output?: Output;
}

/**
 * Writes a file that was checked into an empty store; into one that an import which ended early has left, what is
 * missing. Afterwards the store's log is read back and must have the file's digest.
 * @param checked what `checkFile` answered
 * @returns how many events the store had already
 * @throws OtherEvents; Stopped; NotAsWritten; DamagedLog; LedgerUnavailable; StoreUnavailable
 */
export async function importLog(
  path: string,
  checked: Summary,
  store: EventStore,
  { catalogue, inOrder, signal, output }: ImportOptions,
): Promise<number> {
  const had = await holdsBeginningOf(path, checked, store, signal);
  const file = new LogFile(path);
  const progress = progressOf(checked.events, 'events', output);
  const door = new OrderedDoor(store, catalogue);
  let underWay: Promise<void> = Promise.resolve();
  try {
    for await (const runs of batchesOf(file.events(), had, inOrder)) {
      await underWay;
      stopAt(signal);
      underWay = door.append(runs);
      underWay.catch(() => undefined); // awaited before the next
      progress.update(runs.at(-1)?.sequence ?? 0);
    }
    await underWay;
  } finally {
    await underWay.catch(() => undefined);
    progress.stop();
  }
  if (file.summary.digest !== checked.digest) throw new DamagedLog('the file was changed while it was read');
  await readBack(store, checked, signal, output);
  return had;
}

/** @throws OtherEvents; Stopped */
async function holdsBeginningOf(
  path: string,
  { ledger, events: total }: Summary,
  store: EventReader,
  signal: AbortSignal,
): Promise<number> {
  const { count } = await wholeHead(store);
  const untouched = 'nothing was written: import into an empty store';
  const events = new LogFile(path).events();
  try {
    for await (const { event, sequence } of logOf(store)) {
      stopAt(signal);
      if (event.ledger !== ledger) {
        throw new OtherEvents(
          `the store holds the ledger ${event.ledger}, the file the ledger ${ledger}; ${untouched}`,
        );
      }
      if (count > total) {
        throw new OtherEvents(`the store has ${count} events of this ledger, the file ${total}; ${untouched}`);
      }
      const filed = (await events.next()).value as FiledEvent;
      if (canonicalEvent(event) !== filed.text) {
        throw new OtherEvents(
          `event ${sequence} of the store is another one than event ${sequence} of the file; ${untouched}`,
        );
      }
    }
    return count;
  } finally {
    await events.return();
  }
}

/** @returns what is appended at once, in the order of the file, from an event on */
async function* batchesOf(events: AsyncIterable<FiledEvent>, from: number, most: number): AsyncGenerator<Run[], void> {
  let runs: Run[] = [];
  let size = 0;
  for await (const { text, sequence } of events) {
    if (sequence < from) continue;
    const event = JSON.parse(text) as Envelope;
    const last = runs.at(-1);
    if (last?.stream === event.stream && last.events.length < RUN.events && last.size + text.length <= RUN.size) {
      last.events.push(event);
      last.size += text.length;
      last.sequence = sequence;
    } else {
      if (runs.length === most || size > UNDER_WAY) {
        yield runs;
        [runs, size] = [[], 0];
      }
      runs.push({ stream: event.stream, events: [event], sequence, size: text.length });
    }
    size += text.length;
  }
  if (runs.length > 0) yield runs;
}

/** Appends what it is given, and holds the store to its order. */
class OrderedDoor {
  readonly #patient: PatientStore;
  #last: Appended | undefined;

  constructor(
    private readonly store: EventStore,
    catalogue: Catalogue,
  ) {
    this.#patient = new PatientStore(store, catalogue);
  }

  /** @throws NotAsWritten; LedgerUnavailable: all of it that follows is not written either */
  async append(runs: readonly Run[]): Promise<void> {
    const answers = await Promise.allSettled(
      runs.map(({ stream, events }) => this.#patient.append(stream, (events[0] as Envelope).revision - 1, events)),
    );
    for (const [i, answer] of answers.entries()) {
      const run = runs[i] as Run;
      if (answer.status === 'rejected') throw failure(answer.reason);
      const { position, sequence = run.sequence } = answer.value;
      const isLater = this.#last === undefined || this.store.comparePositions(this.#last.position, position) < 0;
      if (!isLater || sequence !== run.sequence) {
        throw new NotAsWritten(`event ${run.sequence} does not stand behind event ${run.sequence - 1}; ${START_ANEW}`);
      }
      this.#last = answer.value;
    }
  }
}

const START_ANEW = 'the store cannot be used: empty it, see that nothing else writes to it, and import again';

const failure = (reason: unknown): unknown =>
  reason instanceof WrongRevision ? new NotAsWritten(`${reason.message}; ${START_ANEW}`, { cause: reason }) : reason;

/** Reads the whole log of the store. @throws NotAsWritten where it is not the file's; Stopped */
async function readBack(store: EventReader, { ledger, events, digest }: Summary, signal: AbortSignal, output?: Output) {
  const progress = progressOf(events, 'events read back', output);
  let read = firstDigest(ledger);
  let count = 0;
  try {
    for await (const { event } of logOf(store)) {
      stopAt(signal);
      read = nextDigest(read, canonicalEvent(event));
      progress.update(++count);
    }
  } finally {
    progress.stop();
  }
  if (read !== digest)
    throw new NotAsWritten(`the store's ${count} events are not the file's ${events}; ${START_ANEW}`);
}

async function* logOf(reader: EventReader): AsyncGenerator<StoredEvent & { readonly sequence: number }, void> {
  let sequence = 0;
  for (let after: Place | undefined; ;) {
    const page = await reader.readAll({ limit: PAGE, ...(after !== undefined && { after }) });
    for (const stored of page.events) yield { ...stored, sequence: sequence++ };
    if (page.atEnd) return;
    after = page.next;
  }
}
