import { createHash, hash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { StreamName } from '../kernel/ids.js';
import { Database, ForeignFile, isDamage, type Statement } from '../sqlite/database.js';
import type { Aggregate } from './aggregate.js';

/** An aggregate as it was at its revision. */
export interface Snapshot {
  readonly aggregate: Aggregate;
  /** What tells the event at that revision from every other one that could stand there. */
  readonly at: string;
}

/** Spares a cold start the fold of a long stream. Losing one, or all, costs time only (docs/adr/0005-snapshots.md, 0037). */
export interface Snapshots {
  load(stream: StreamName): Snapshot | undefined;
  /** Keeps it, or not: that is not an error. */
  save(stream: StreamName, snapshot: Snapshot): void;
}

/** "SjSn" */
const APPLICATION_ID = 0x536a536e;
const SCHEMA = 'CREATE TABLE IF NOT EXISTS snapshots (stream TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT';
const DIGEST_BYTES = 32;

/** Written in one transaction: so many, or so many bytes, or what has waited for so many milliseconds. */
const MOST_WAITING = 32;
const MOST_WAITING_BYTES = 2 ** 20;
const WAITING_MS = 100;

/**
 * Snapshots in a file of their own, named after the program: for each stream V8's serialisation behind its SHA-256. It
 * is never synced: what a power cut spoils is not what its digest says, or no database any more, and counts for nothing.
 */
export class SnapshotFile implements Snapshots {
  readonly #path: string;
  readonly #database: Database;
  readonly #find: Statement;
  readonly #put: Statement;
  readonly #waiting = new Map<StreamName, Buffer>();
  #waitingBytes = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param directory created where it is missing; what else is in it is removed
   * @param program what folds (`programVersion`)
   * @param warn told of what could not be written
   */
  constructor(
    directory: string,
    program: string,
    private readonly warn: (message: string) => void,
  ) {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    const name = `${program}.db`;
    for (const other of fs.readdirSync(directory)) {
      if (!namesOf(name).includes(other)) fs.rmSync(join(directory, other), { recursive: true });
    }
    this.#path = join(directory, name);
    this.#database = openAnew(this.#path);
    this.#find = this.#database.prepare('SELECT content FROM snapshots WHERE stream = ?');
    this.#put = this.#database.prepare(
      'INSERT INTO snapshots VALUES (?, ?) ON CONFLICT (stream) DO UPDATE SET content = excluded.content',
    );
  }

  load(stream: StreamName): Snapshot | undefined {
    try {
      const bytes = this.#waiting.get(stream) ?? (this.#find.get(stream)?.[0] as Uint8Array | undefined);
      if (bytes === undefined) return undefined;
      const content = bytes.subarray(DIGEST_BYTES);
      return digestOf(content).equals(bytes.subarray(0, DIGEST_BYTES)) ? (deserialize(content) as Snapshot) : undefined;
    } catch {
      return undefined; // a damaged page, for one
    }
  }

  save(stream: StreamName, snapshot: Snapshot): void {
    const content = serialize(snapshot);
    const bytes = Buffer.concat([digestOf(content), content]);
    this.#waitingBytes += bytes.length - (this.#waiting.get(stream)?.length ?? 0);
    this.#waiting.set(stream, bytes);
    if (this.#waiting.size >= MOST_WAITING || this.#waitingBytes >= MOST_WAITING_BYTES) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), WAITING_MS).unref();
  }

  /** Writes what waits. */
  close(): void {
    this.#write();
    this.#database.close();
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.size === 0) return;
    try {
      this.#database.transaction(() => {
        for (const [stream, bytes] of this.#waiting) this.#put.run(stream, bytes);
      });
    } catch (error) {
      this.warn(`snapshots of ${this.#waiting.size} streams were not written: ${(error as Error).message}`);
      if (isDamage(error)) remove(this.#path); // the next start makes a new one
    }
    this.#waiting.clear();
    this.#waitingBytes = 0;
  }
}

/** What is no database, or a damaged one, is made anew. */
function openAnew(path: string): Database {
  try {
    return open(path);
  } catch (error) {
    if (!(error instanceof ForeignFile || isDamage(error))) throw error;
    remove(path);
    return open(path);
  }
}

function open(path: string): Database {
  if (!fs.existsSync(path)) remove(path); // what may be left of its log
  fs.closeSync(fs.openSync(path, 'a', 0o600));
  const database = Database.open(path, APPLICATION_ID);
  try {
    // The log is small, so that folding it into the file does not hold the thread for long.
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 128; ${SCHEMA}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

const namesOf = (file: string): readonly string[] => [file, `${file}-wal`, `${file}-shm`];

const remove = (path: string): void => namesOf(path).forEach((each) => fs.rmSync(each, { force: true }));

const digestOf = (content: Uint8Array): Buffer => hash('sha256', content, 'buffer');

/** Names the program that folds: what its files hold, and the V8 that serialises. @param root of its files */
export function programVersion(root: URL): string {
  const digest = createHash('sha256').update(process.versions.v8);
  for (const file of fs.readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()) {
    if (/\.[jt]s$/.test(file)) digest.update(`\n${file}\n`).update(fs.readFileSync(new URL(file, root)));
  }
  return digest.digest('hex').slice(0, 32);
}
