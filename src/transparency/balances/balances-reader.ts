import type { EventId } from '../../kernel/ids.js';
import type { Database } from '../../sqlite/database.js';
import { HASH_BYTES, type Hash } from '../hashes.js';
import { availableOf, openToRead, type FileFormat } from '../sqlite/log-file.js';

const LAYOUT = 2;

/**
 * `account`, `tile`: the tree over all balances as of `root`, which is published. `moved`: what events have added to
 * accounts since then, up to `folded`; with the next root it goes into the tree, in one transaction.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS account (
    place  BLOB PRIMARY KEY,
    leaf   BLOB NOT NULL,
    key    TEXT NOT NULL,
    entity TEXT NOT NULL,
    party  TEXT,
    minor  TEXT NOT NULL,
    event  TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS account_of_party ON account (party) WHERE party IS NOT NULL;
  CREATE TABLE IF NOT EXISTS tile (
    level INTEGER NOT NULL,
    at    INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (level, at)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS root (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    events INTEGER NOT NULL,
    note   TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS moved (
    place  BLOB PRIMARY KEY,
    key    TEXT NOT NULL,
    entity TEXT NOT NULL,
    party  TEXT,
    minor  TEXT NOT NULL,
    event  TEXT NOT NULL
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
  PRAGMA user_version = ${LAYOUT};
`;

export const FORMAT: FileFormat = {
  applicationId: 0x536a426c, // "SjBl"
  layout: LAYOUT,
  isMadeAgain: true,
  schema: SCHEMA,
  synchronous: 'NORMAL',
  foreign: (path, found) =>
    `${path} has layout ${String(found)}, this program writes ${LAYOUT}: start a newer one, or remove it: it is made again`,
};

/** What an account holds as of the root; of `moved`, what was added to it since. */
export interface Account {
  /** 32 bytes: where its leaf stands. */
  readonly place: Buffer;
  readonly key: string;
  readonly entity: string;
  readonly party: string | null;
  readonly minor: bigint;
  /** That moved it last. */
  readonly event: EventId;
}

/** A root that is published. */
export interface Published {
  readonly events: number;
  readonly note: string;
}

/** Leaves of a bucket, in the order of their places. */
export type Bucket = readonly { readonly place: Buffer; readonly leaf: Hash }[];

/** What those see who prove a balance. All of them throw LogUnavailable. */
export interface BalancesReader {
  /** What is read by `work` is of one root, also where the next one comes meanwhile. */
  atOnce<T>(work: () => T): T;
  published(): Published | undefined;
  /** What a party held on the accounts behind a place; of one entity, or of all. In the order of their places. */
  heldBy(party: string, of: { entity?: string; after: Buffer; limit: number }): readonly Account[];
  bucket(at: number): Bucket;
  tile(level: number, at: number): Buffer | undefined;
  close(): void;
}

/** Another connection, of any thread, once somebody has opened the file. @throws ForeignFile */
export const openBalancesReader = (path: string): BalancesReader => new Reader(openToRead(path, FORMAT));

/** Behind all places that begin as it does. */
const LAST = Buffer.alloc(HASH_BYTES, 0xff);

export class Reader implements BalancesReader {
  readonly #root;
  readonly #held;
  readonly #bucket;
  readonly #tile;

  constructor(protected readonly database: Database) {
    this.#root = database.prepare('SELECT events, note FROM root');
    this.#held = database.prepare(
      'SELECT place, key, entity, party, minor, event FROM account ' +
        'WHERE party = ? AND place > ? AND entity = coalesce(?, entity) ORDER BY place LIMIT ?',
    );
    this.#bucket = database.prepare('SELECT place, leaf FROM account WHERE place BETWEEN ? AND ? ORDER BY place');
    this.#tile = database.prepare('SELECT bytes FROM tile WHERE level = ? AND at = ?');
  }

  atOnce<T>(work: () => T): T {
    return available(() => {
      this.database.exec('BEGIN');
      try {
        return work();
      } finally {
        this.database.rollback();
      }
    });
  }

  published(): Published | undefined {
    const row = available(() => this.#root.get());
    return row && { events: row[0] as number, note: row[1] as string };
  }

  heldBy(
    party: string,
    { entity, after, limit }: { entity?: string; after: Buffer; limit: number },
  ): readonly Account[] {
    return available(() => this.#held.all(party, after, entity ?? null, limit)).map(accountOf);
  }

  bucket(at: number): Bucket {
    const from = Buffer.of(at >> 8, at & 0xff);
    return available(() => this.#bucket.all(from, Buffer.concat([from, LAST]))).map(([place, leaf]) => ({
      place: Buffer.from(place as Uint8Array),
      leaf: Buffer.from(leaf as Uint8Array) as Hash,
    }));
  }

  tile(level: number, at: number): Buffer | undefined {
    const row = available(() => this.#tile.get(level, at));
    return row && Buffer.from(row[0] as Uint8Array);
  }

  close(): void {
    this.database.close();
  }
}

export const accountOf = ([place, key, entity, party, minor, event]: readonly unknown[]): Account => ({
  place: Buffer.from(place as Uint8Array),
  key: key as string,
  entity: entity as string,
  party: party as string | null,
  minor: BigInt(minor as string),
  event: event as EventId,
});

export const available = <T>(work: () => T): T => availableOf('the balances', work);
