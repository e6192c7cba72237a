import type { Place, Position } from '../../event-store/event-store.js';
import type { Database } from '../../sqlite/database.js';
import { HASH_BYTES, type Hash } from '../hashes.js';
import { LogUnavailable } from '../log-storage.js';
import { availableOf, openOwned, openToRead, type FileFormat } from '../sqlite/log-file.js';
import type { ReadTile } from '../tile-tree.js';
import { tilePath } from '../tiles.js';
import type { Posting } from './line.js';

const LAYOUT = 1;

/**
 * `account`: what each holds as of `folded`. The rest is of a root: its leaves while it is made, its tiles, and what
 * parties held then; `root` names those that are published, by the events that they count.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS account (
    key    TEXT PRIMARY KEY,
    entity TEXT NOT NULL,
    party  TEXT,
    minor  TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS folded (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    position TEXT NOT NULL,
    count    INTEGER NOT NULL,
    before   TEXT,
    last     TEXT NOT NULL,
    day      TEXT NOT NULL,
    closes   INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS leaf (
    root INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (root, hash)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS held (
    root   INTEGER NOT NULL,
    party  TEXT NOT NULL,
    key    TEXT NOT NULL,
    entity TEXT NOT NULL,
    minor  TEXT NOT NULL,
    PRIMARY KEY (root, party, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS tile (
    root  INTEGER NOT NULL,
    level INTEGER NOT NULL,
    at    INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (root, level, at)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS root (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    events INTEGER NOT NULL,
    note   TEXT NOT NULL
  ) STRICT;
  PRAGMA user_version = ${LAYOUT};
`;

const FORMAT: FileFormat = {
  applicationId: 0x536a426c, // "SjBl"
  layout: LAYOUT,
  schema: SCHEMA,
  synchronous: 'NORMAL', // all of it can be made again
  foreign: (path, found) =>
    `${path} has layout ${String(found)}, this program writes ${LAYOUT}: remove it, it is made again`,
};

/** How far the accounts have been folded. */
export interface Folded extends Place {
  /** Where to read on so that the last event that was folded comes first; absent: from the beginning. */
  readonly before?: Position;
  /** The id of that event: another one there means that the log was put back. */
  readonly last: string;
  /** The latest day on which any of the events was recorded, in Riyadh. */
  readonly day: string;
  /** Whether that event closed a period: then a root is due. */
  readonly closes: boolean;
}

export interface Account {
  readonly key: string;
  readonly entity: string;
  readonly party: string | null;
  readonly minor: bigint;
}

/** A root that is published. */
export interface Published {
  readonly events: number;
  readonly note: string;
}

/** What those see who prove a balance. */
export interface BalancesReader {
  /** @throws LogUnavailable, as all of them do */
  published(): Published | undefined;
  /** What a party held on the accounts behind one, as of a root; of one entity, or of all. In the order of their keys. */
  heldBy(party: string, of: { events: number; entity?: string; after: string; limit: number }): readonly Account[];
  /** Tiles of a root. @throws where there is none: a later root took its place */
  tilesOf(events: number): ReadTile;
  close(): void;
}

/**
 * Opens or creates the file; one process owns it. All that is in it follows from the events: it needs no back-up.
 * @throws ForeignFile (left untouched), StoreOwned
 */
export const openBalancesFile = (path: string): BalancesFile =>
  openOwned(path, FORMAT, (database, release) => new BalancesFile(database, release));

/** Another connection, of any thread, once somebody has opened the file. @throws ForeignFile */
export const openBalancesReader = (path: string): BalancesReader => new Reader(openToRead(path, FORMAT));

class Reader implements BalancesReader {
  readonly #root;
  readonly #held;
  readonly #tile;

  constructor(protected readonly database: Database) {
    this.#root = database.prepare('SELECT events, note FROM root');
    this.#held = database.prepare(
      'SELECT key, entity, party, minor FROM held WHERE root = ? AND party = ? AND key > ? AND entity = coalesce(?, entity) ' +
        'ORDER BY key LIMIT ?',
    );
    this.#tile = database.prepare('SELECT bytes FROM tile WHERE root = ? AND level = ? AND at = ?');
  }

  published(): Published | undefined {
    const row = available(() => this.#root.get());
    return row && { events: row[0] as number, note: row[1] as string };
  }

  heldBy(
    party: string,
    { events, entity, after, limit }: { events: number; entity?: string; after: string; limit: number },
  ): readonly Account[] {
    return available(() => this.#held.all(events, party, after, entity ?? null, limit)).map(accountOf);
  }

  tilesOf(events: number): ReadTile {
    return async (tile) => {
      const row = available(() => this.#tile.get(events, tile.level as number, tile.index));
      const bytes = Buffer.from((row?.[0] as Uint8Array | undefined) ?? []).subarray(0, tile.width * HASH_BYTES);
      if (bytes.length === tile.width * HASH_BYTES) return bytes;
      throw new LogUnavailable(`tile ${tilePath(tile)} of the root at ${events} is not stored any more`);
    };
  }

  close(): void {
    this.database.close();
  }
}

/** Rows that are removed at once. */
const AT_ONCE = 2_000;

export class BalancesFile extends Reader {
  readonly #account;
  readonly #put;
  readonly #drop;
  readonly #folded;
  readonly #fold;
  readonly #accounts;
  readonly #leaf;
  readonly #hold;
  readonly #leaves;
  readonly #putTile;
  readonly #publish;

  constructor(
    database: Database,
    private readonly release: () => void,
  ) {
    super(database);
    this.#account = database.prepare('SELECT minor FROM account WHERE key = ?');
    this.#put = database.prepare(
      'INSERT INTO account VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET minor = excluded.minor',
    );
    this.#drop = database.prepare('DELETE FROM account WHERE key = ?');
    this.#folded = database.prepare('SELECT position, count, before, last, day, closes FROM folded');
    this.#fold = database.prepare('INSERT OR REPLACE INTO folded VALUES (1, ?, ?, ?, ?, ?, ?)');
    this.#accounts = database.prepare(
      'SELECT key, entity, party, minor FROM account WHERE key > ? ORDER BY key LIMIT ?',
    );
    this.#leaf = database.prepare('INSERT INTO leaf VALUES (?, ?)');
    this.#hold = database.prepare('INSERT INTO held VALUES (?, ?, ?, ?, ?)');
    this.#leaves = database.prepare('SELECT hash FROM leaf WHERE root = ? AND hash > ? ORDER BY hash LIMIT ?');
    this.#putTile = database.prepare('INSERT OR REPLACE INTO tile VALUES (?, ?, ?, ?)');
    this.#publish = database.prepare('INSERT OR REPLACE INTO root VALUES (1, ?, ?)');
  }

  folded(): Folded | undefined {
    const row = available(() => this.#folded.get());
    if (row === undefined) return undefined;
    const [position, count, before, last, day, closes] = row as [
      Position,
      number,
      Position | null,
      string,
      string,
      number,
    ];
    return { position, count, last, day, closes: closes === 1, ...(before !== null && { before }) };
  }

  /** Adds what some events post; an account that comes to nothing is there no more. */
  fold(postings: readonly Posting[], { position, count, before, last, day, closes }: Folded): void {
    const moved = new Map<string, { readonly first: Posting; minor: bigint }>();
    for (const posting of postings) {
      const known = moved.get(posting.key);
      if (known === undefined) moved.set(posting.key, { first: posting, minor: posting.minor });
      else known.minor += posting.minor;
    }
    this.#atomically(() => {
      for (const [key, { first, minor }] of moved) {
        const held = BigInt((this.#account.get(key)?.[0] as string | undefined) ?? 0) + minor;
        if (held === 0n) this.#drop.run(key);
        else this.#put.run(key, first.entity, first.party ?? null, String(held));
      }
      this.#fold.run(position, count, before ?? null, last, day, Number(closes));
    });
  }

  /** Those behind one, in the order of their keys. */
  accounts(after: string, limit: number): readonly Account[] {
    return available(() => this.#accounts.all(after, limit)).map(accountOf);
  }

  /** Some leaves of a root that is being made, with the accounts that they are of. */
  stage(root: number, staged: readonly { readonly account: Account; readonly leaf: Hash }[]): void {
    this.#atomically(() => {
      for (const { account, leaf } of staged) {
        this.#leaf.run(root, leaf);
        const { key, party, entity, minor } = account;
        if (party !== null) this.#hold.run(root, party, key, entity, String(minor));
      }
    });
  }

  /** Staged leaves behind one, in their order. */
  leaves(root: number, after: Buffer, limit: number): readonly Hash[] {
    return available(() => this.#leaves.all(root, after, limit)).map(
      ([hash]) => Buffer.from(hash as Uint8Array) as Hash,
    );
  }

  putTiles(root: number, tiles: readonly { readonly level: number; readonly index: number; readonly bytes: Buffer }[]) {
    this.#atomically(() => tiles.forEach(({ level, index, bytes }) => this.#putTile.run(root, level, index, bytes)));
  }

  publish({ events, note }: Published): void {
    this.#atomically(() => this.#publish.run(events, note));
  }

  /** Removes some of what is of no published root, nor needed any more. @returns whether that was all */
  tidy(): boolean {
    const kept = this.published()?.events ?? -1;
    const some = (table: string, key: string, where: string): number =>
      this.database
        .prepare(`DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE ${where} LIMIT ${AT_ONCE})`)
        .run();
    return available(() => {
      const gone = [
        some('leaf', 'root, hash', 'true'),
        some('held', 'root, party, key', `root <> ${kept}`),
        some('tile', 'root, level, at', `root <> ${kept}`),
      ];
      return gone.every((count) => count < AT_ONCE);
    });
  }

  /** Begins anew: the events are not those that were folded. What is published stays until the next root. */
  forget(): void {
    this.#atomically(() => this.database.exec('DELETE FROM account; DELETE FROM folded'));
  }

  override close(): void {
    this.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    super.close();
    this.release();
  }

  #atomically(work: () => void): void {
    available(() => this.database.transaction(work));
  }
}

const accountOf = ([key, entity, party, minor]: readonly unknown[]): Account => ({
  key: key as string,
  entity: entity as string,
  party: party as string | null,
  minor: BigInt(minor as string),
});

const available = <T>(work: () => T): T => availableOf('the balances', work);
