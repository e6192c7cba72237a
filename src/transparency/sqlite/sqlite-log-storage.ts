import { closeSync, openSync } from 'node:fs';
import type { Place, Position } from '../../event-store/event-store.js';
import type { Database, Statement } from '../../sqlite/database.js';
import { hashOf, treeSize } from '../hashes.js';
import {
  continues,
  TileConflict,
  type LogReader,
  type LogStorage,
  type Signed,
  type SignedTree,
  type StoredTile,
} from '../log-storage.js';
import type { TreeHead } from '../proofs.js';
import { availableOf, openOwned, openToRead, type FileFormat } from './log-file.js';
import { ENTRIES, tilePath, type TileName } from '../tiles.js';

/** "SjTl" at byte 68 of the file. */
export const APPLICATION_ID = 0x536a546c;
const LAYOUT = 1;

/**
 * `level` −1: bundles of entries. `signed` and `witnessed` have one row at most; without `position` it was made of the
 * first event.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS tile (
    level INTEGER NOT NULL,
    at    INTEGER NOT NULL,
    width INTEGER NOT NULL CHECK (width BETWEEN 1 AND 256),
    bytes BLOB NOT NULL,
    UNIQUE (level, at)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS signed (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    size     INTEGER NOT NULL,
    root     BLOB NOT NULL,
    note     TEXT NOT NULL,
    position TEXT,
    count    INTEGER
  ) STRICT;
  CREATE TABLE IF NOT EXISTS witnessed (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    note TEXT NOT NULL
  ) STRICT;
  PRAGMA user_version = ${LAYOUT};
`;

const FORMAT: FileFormat = {
  applicationId: APPLICATION_ID,
  layout: LAYOUT,
  schema: SCHEMA,
  synchronous: 'FULL', // what was signed is known after a power cut, before anybody sees it
  foreign: (path, found) =>
    `${path} holds a transparency log in layout ${String(found)}, this program writes ${LAYOUT}: start the one that wrote it`,
};

/** Opens or creates the file; one process owns it. @throws ForeignFile (left untouched), StoreOwned */
export const openSqliteLogStorage = (path: string): LogStorage =>
  openOwned(
    path,
    FORMAT,
    (database, release) => new SqliteLogStorage(database, release),
    () => createPrivately(path),
  );

/** Another connection, of any thread or process. @throws ForeignFile */
export const openSqliteLogReader = (path: string): LogReader => new SqliteLogReader(openToRead(path, FORMAT));

class SqliteLogReader implements LogReader {
  readonly #tile;
  readonly #signed;
  #witnessed: Statement | undefined;

  constructor(protected readonly database: Database) {
    this.#tile = database.prepare('SELECT width, bytes FROM tile WHERE level = ? AND at = ?');
    this.#signed = database.prepare('SELECT size, root, note, position, count FROM signed');
  }

  async read(tile: Omit<TileName, 'width'>): Promise<StoredTile | undefined> {
    return available(() => this.tile(tile));
  }

  async signed(): Promise<Signed | undefined> {
    return available(() => this.last());
  }

  async witnessed(): Promise<SignedTree | undefined> {
    return available(() => {
      // Prepared late: a log that was written before there were witnesses has no such table until it is opened to write.
      this.#witnessed ??= this.database.prepare('SELECT size, root, note FROM witnessed');
      const row = this.#witnessed.get();
      if (row === undefined) return undefined;
      const [size, root, note] = row as [number, Uint8Array, string];
      return { size: treeSize(size), root: hashOf(Buffer.from(root)), note };
    });
  }

  async close(): Promise<void> {
    this.database.close();
  }

  protected tile({ level, index }: Omit<TileName, 'width'>): StoredTile | undefined {
    const row = this.#tile.get(numberOf(level), index);
    return row && { level, index, width: row[0] as number, bytes: Buffer.from(row[1] as Uint8Array) };
  }

  protected last(): Signed | undefined {
    const row = this.#signed.get();
    if (row === undefined) return undefined;
    const [size, root, note, position, count] = row as [number, Uint8Array, string, string | null, number | null];
    const before: Place | undefined =
      position === null ? undefined : { position: position as Position, count: count ?? 0 };
    return { size: treeSize(size), root: hashOf(Buffer.from(root)), note, ...(before !== undefined && { before }) };
  }
}

class SqliteLogStorage extends SqliteLogReader implements LogStorage {
  readonly #put;
  readonly #sign;
  readonly #cosign;
  readonly #witness;

  constructor(
    database: Database,
    private readonly release: () => void,
  ) {
    super(database);
    this.#put = database.prepare(
      'INSERT INTO tile VALUES (?, ?, ?, ?) ON CONFLICT (level, at) DO UPDATE SET width = excluded.width, bytes = excluded.bytes',
    );
    this.#sign = database.prepare(
      'INSERT INTO signed VALUES (1, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET size = excluded.size, ' +
        'root = excluded.root, note = excluded.note, position = excluded.position, count = excluded.count',
    );
    this.#cosign = database.prepare('UPDATE signed SET note = ? WHERE size = ? AND root = ? AND note = ?');
    this.#witness = database.prepare(
      'INSERT INTO witnessed VALUES (1, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET size = excluded.size, ' +
        'root = excluded.root, note = excluded.note WHERE excluded.size >= size',
    );
  }

  async write(tiles: readonly StoredTile[]): Promise<void> {
    available(() => this.database.transaction(() => tiles.forEach((tile) => this.#grow(tile))));
  }

  async sign({ size, root, note, before }: Signed, previous: TreeHead | undefined): Promise<boolean> {
    return available(() =>
      this.database.transaction(() => {
        const last = this.last();
        if (last?.size !== previous?.size || last?.root.equals(previous!.root) === false) return false;
        this.#sign.run(size, root, note, before?.position ?? null, before?.count ?? null);
        return true;
      }),
    );
  }

  async cosign(note: string, before: SignedTree): Promise<boolean> {
    return available(() => this.#cosign.run(note, before.size, before.root, before.note) === 1);
  }

  async witness({ size, root, note }: SignedTree): Promise<void> {
    available(() => this.#witness.run(size, root, note));
  }

  override async close(): Promise<void> {
    this.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    await super.close();
    this.release();
  }

  #grow(tile: StoredTile): void {
    const stored = this.tile(tile);
    if (stored !== undefined && continues(stored.bytes, tile.bytes)) return;
    if (stored !== undefined && !continues(tile.bytes, stored.bytes)) {
      throw new TileConflict(`tile ${tilePath(tile)} is stored otherwise`);
    }
    this.#put.run(numberOf(tile.level), tile.index, tile.width, tile.bytes);
  }
}

const numberOf = (level: TileName['level']): number => (level === ENTRIES ? -1 : level);

/** Its entries are public; who may write it is not. SQLite gives its side files the permissions of the file. */
function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

const available = <T>(work: () => T): T => availableOf('the transparency log', work);
