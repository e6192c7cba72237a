import type { Envelope } from '../../kernel/envelope.js';
import type { StreamName } from '../../kernel/ids.js';
import { inspectFile } from '../../sqlite/database.js';
import { own } from '../../sqlite/ownership.js';
import {
  OutcomeUnknown,
  StoreUnavailable,
  WrongRevision,
  type Appended,
  type EventStore,
  type Expected,
  type Position,
} from '../event-store.js';
import { checkedAppend } from '../checked-append.js';
import { AbsentStreams } from './absent-streams.js';
import { SqliteEventReader } from './reader.js';
import { APPLICATION_ID, openForWriting } from './schema.js';
import { Writer } from './writer.js';

export { openSqliteEventReader } from './reader.js';
export { StoreOwned } from '../../sqlite/ownership.js';
export { ForeignFile } from '../../sqlite/database.js';

/**
 * The embedded event store. Until it is closed no other one can open the file; readers can, from any process.
 * @param path of the file; created where it is missing, its directory must exist
 * @param seldom categories of streams that are mostly looked for in vain: which of them are absent is kept in memory
 * @throws StoreOwned, ForeignFile (another program's file, or a damaged one: left untouched)
 */
export async function openSqliteEventStore(path: string, seldom: readonly string[] = []): Promise<EventStore> {
  inspectFile(path, APPLICATION_ID);
  const disown = own(path);
  try {
    // Here, and again in the committing thread: this thread's errors keep their class.
    openForWriting(path).close();
    return new SqliteEventStore(path, await Writer.start(path), disown, seldom);
  } catch (error) {
    disown();
    throw error;
  }
}

export class SqliteEventStore extends SqliteEventReader implements EventStore {
  readonly #writer: Writer;
  readonly #disown: () => void;
  readonly #absent: AbsentStreams;
  readonly #closed = new AbortController();
  #closing: Promise<void> | undefined;

  constructor(path: string, writer: Writer, disown: () => void, seldom: readonly string[] = []) {
    super(path);
    this.#writer = writer;
    this.#disown = disown;
    this.#absent = new AbsentStreams(seldom);
    const list = this.streamNames.bind(this);
    // Where the file cannot be read, nothing is known to be absent, and who looks gets the error.
    this.#absent.fill(list, this.#closed.signal).catch(() => undefined);
  }

  /** This process owns the file: no other one can append what it does not know of. */
  isAbsent(stream: StreamName): boolean {
    return this.#absent.knows(stream);
  }

  async append(stream: StreamName, expected: Expected, events: readonly Envelope[]): Promise<Appended> {
    const head = expected === 'none' ? -1 : Number(expected);
    const checked = checkedAppend(stream, expected, events);
    this.#absent.expect(stream);
    const outcome = await this.#writer.append(stream, head, checked);
    switch (outcome.kind) {
      case 'appended':
        return {
          revision: BigInt(outcome.revision),
          position: String(outcome.position) as Position,
          ...(outcome.sequence >= 0 && { sequence: outcome.sequence }),
        };
      case 'conflict':
        throw new WrongRevision(stream, expected, outcome.revision < 0 ? 'none' : BigInt(outcome.revision));
      case 'unavailable':
        throw new StoreUnavailable(outcome.message);
      case 'unknown':
        throw new OutcomeUnknown(outcome.message);
    }
  }

  override close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** The file is given up last: whoever takes it next finds no commit under way. */
  async #close(): Promise<void> {
    this.#closed.abort();
    await this.#writer.close();
    await super.close();
    this.#disown();
  }
}
