import { checkedAppend } from '../../src/event-store/checked-append.js';
import {
  StoreUnavailable,
  WrongRevision,
  type Appended,
  type EventStore,
  type EventText,
  type Expected,
  type Head,
  type LogPage,
  type LogQuery,
  type Place,
  type Position,
  type StoredEvent,
  type StreamQuery,
} from '../../src/event-store/event-store.js';
import { textsOf } from '../../src/event-store/texts-of.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { categoryOf, isBookkeeping, type StreamName } from '../../src/kernel/ids.js';

interface Row {
  readonly position: number;
  readonly sequence: number | undefined;
  readonly type: string;
  readonly stream: StreamName;
  readonly text: string;
}

/** What an in-memory store writes to, and another one finds when the first is closed. */
export class Memory {
  readonly rows: Row[] = [];
  readonly streams = new Map<StreamName, Row[]>();
  count = 0;
  #waiting: (() => void)[] = [];

  add(stream: StreamName, texts: readonly string[]): Row {
    const rows = this.streams.get(stream) ?? [];
    this.streams.set(stream, rows);
    for (let i = 0; i < texts.length; i += 3) {
      const [type, text] = texts.slice(i + 1, i + 3) as [string, string];
      const sequence = isBookkeeping(stream) ? undefined : this.count++;
      // Sparse, as a server's positions are: nobody may count with them.
      const position = 1 + (this.rows.at(-1)?.position ?? 0) + 37 * (this.rows.length % 3);
      const row = { position, sequence, type, stream, text };
      this.rows.push(row);
      rows.push(row);
    }
    for (const wake of this.#waiting.splice(0)) wake();
    return rows.at(-1) as Row;
  }

  /** Resolves at the next append, or when the signal aborts. */
  change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}

/**
 * The obvious event store, for tests: an array. It passes the contract suite; like a server, it knows the sequence of
 * an event only to who reads the whole log, and its positions tell nothing but the order.
 */
export class InMemoryEventStore implements EventStore {
  #open = true;

  constructor(readonly memory = new Memory()) {}

  async append(stream: StreamName, expected: Expected, events: readonly Envelope[]): Promise<Appended> {
    const texts = checkedAppend(stream, expected, events);
    if (!this.#open) throw new StoreUnavailable('the store is closed');
    const rows = this.memory.streams.get(stream) ?? [];
    const from = expected === 'none' ? 0 : Number(expected) + 1;
    if (rows.length === from) return answer(from + events.length, this.memory.add(stream, texts));
    const repeated = events.every((_, i) => rows[from + i]?.text === texts[3 * i + 2]);
    if (repeated) return answer(from + events.length, rows[from + events.length - 1] as Row);
    throw new WrongRevision(stream, expected, rows.length === 0 ? 'none' : BigInt(rows.length - 1));
  }

  async readStream(stream: StreamName, { from, direction, limit }: StreamQuery = {}): Promise<readonly StoredEvent[]> {
    const most = limitOf(limit);
    const rows = this.memory.streams.get(stream) ?? [];
    const start = from === undefined ? undefined : Number(from);
    const chosen =
      direction === 'backwards' ? rows.slice(0, (start ?? rows.length) + 1).toReversed() : rows.slice(start ?? 0);
    return chosen.slice(0, most).map((row) => ({ position: positionOf(row), event: eventOf(row) }));
  }

  async readAll({ after, filter = {}, limit }: LogQuery = {}): Promise<LogPage> {
    const { rows } = this.memory;
    const most = limitOf(limit);
    const from = after === undefined ? 0 : firstAfter(rows, numberOf(after.position));
    const { categories, types } = filter;
    const page: Row[] = [];
    let at = from;
    for (; at < rows.length && page.length < most; at++) {
      const row = rows[at] as Row;
      const wanted =
        categories === undefined ? row.sequence !== undefined : categories.includes(categoryOf(row.stream));
      if (wanted && (types === undefined || types.includes(row.type))) page.push(row);
    }
    const next = at === 0 ? undefined : placeOf(rows, at - 1);
    return { events: page.map(stored), ...(next !== undefined && { next }), atEnd: at >= rows.length };
  }

  async readTexts(query: LogQuery = {}): Promise<LogPage<EventText>> {
    return textsOf(await this.readAll(query));
  }

  async *follow(query: LogQuery, signal: AbortSignal): AsyncGenerator<LogPage, void> {
    let after = query.after;
    while (!signal.aborted && this.#open) {
      const change = this.memory.change(signal); // before looking, so that nothing is missed
      const page = await this.readAll(after === undefined ? query : { ...query, after });
      if (page.next !== undefined && page.next.position !== after?.position) {
        after = page.next;
        yield page;
      }
      if (page.atEnd) await change;
    }
  }

  async head(): Promise<Head> {
    const last = this.memory.rows.at(-1);
    return { ...(last !== undefined && { position: positionOf(last) }), count: this.memory.count };
  }

  async last(): Promise<StoredEvent | undefined> {
    const row = this.memory.rows.findLast(({ sequence }) => sequence !== undefined);
    return row && stored(row);
  }

  comparePositions(a: Position, b: Position): number {
    return numberOf(a) - numberOf(b);
  }

  async close(): Promise<void> {
    this.#open = false;
  }
}

const answer = (revisions: number, row: Row): Appended => ({
  revision: BigInt(revisions - 1),
  position: positionOf(row),
});

const stored = (row: Row): StoredEvent => ({
  position: positionOf(row),
  ...(row.sequence !== undefined && { sequence: row.sequence }),
  event: eventOf(row),
});

const eventOf = ({ text }: Row): Envelope => JSON.parse(text) as Envelope;

/** The place at a row: every business event up to there counts. */
function placeOf(rows: readonly Row[], at: number): Place {
  const last = rows.slice(0, at + 1).findLast(({ sequence }) => sequence !== undefined);
  return { position: positionOf(rows[at] as Row), count: (last?.sequence ?? -1) + 1 };
}

const positionOf = ({ position }: Row): Position => `at:${position}` as Position;

function numberOf(position: Position): number {
  if (!/^at:\d+$/.test(position)) throw new RangeError(`"${position}" is no position of this store`);
  return Number(position.slice(3));
}

function firstAfter(rows: readonly Row[], position: number): number {
  const index = rows.findIndex((row) => row.position > position);
  return index < 0 ? rows.length : index;
}

function limitOf(limit = 256): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= 4096) return limit;
  throw new RangeError(`limit must be an integer from 1 to 4096, not ${limit}`);
}
