import type { Place, Position } from '../../event-store/event-store.js';
import type { Database } from '../../sqlite/database.js';
import type { Hash } from '../hashes.js';
import { openOwned } from '../sqlite/log-file.js';
import { accountOf, available, FORMAT, Reader, type Account, type Published } from './balances-reader.js';
import type { Posting } from './line.js';

/** How far the events have been folded. */
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

/**
 * Opens or creates the file; one process owns it. All that is in it follows from the events: it needs no back-up.
 * @throws ForeignFile (left untouched), StoreOwned
 */
export const openBalancesFile = (path: string): BalancesFile =>
  openOwned(path, FORMAT, (database, release) => new BalancesFile(database, release));

export class BalancesFile extends Reader {
  readonly #folded;
  readonly #fold;
  readonly #added;
  readonly #add;
  readonly #moved;
  readonly #taken;
  readonly #minor;
  readonly #put;
  readonly #drop;
  readonly #putTile;
  readonly #publish;

  constructor(
    database: Database,
    private readonly release: () => void,
  ) {
    super(database);
    this.#folded = database.prepare('SELECT position, count, before, last, day, closes FROM folded');
    this.#fold = database.prepare('INSERT OR REPLACE INTO folded VALUES (1, ?, ?, ?, ?, ?, ?)');
    this.#added = database.prepare('SELECT minor FROM moved WHERE place = ?');
    this.#add = database.prepare('INSERT OR REPLACE INTO moved VALUES (?, ?, ?, ?, ?, ?)');
    this.#moved = database.prepare('SELECT place, key, entity, party, minor, event FROM moved ORDER BY place LIMIT ?');
    this.#taken = database.prepare('DELETE FROM moved WHERE place <= ?');
    this.#minor = database.prepare('SELECT minor FROM account WHERE place = ?');
    this.#put = database.prepare(
      'INSERT INTO account VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (place) DO UPDATE ' +
        'SET leaf = excluded.leaf, minor = excluded.minor, event = excluded.event',
    );
    this.#drop = database.prepare('DELETE FROM account WHERE place = ?');
    this.#putTile = database.prepare('INSERT OR REPLACE INTO tile VALUES (?, ?, ?)');
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

  /** Adds what some events post. */
  fold(
    postings: readonly Posting[],
    { position, count, before, last, day, closes }: Folded,
    placeOf: (key: string) => Buffer,
  ): void {
    const added = new Map<string, { minor: bigint; last: Posting }>();
    for (const posting of postings) {
      added.set(posting.key, { minor: (added.get(posting.key)?.minor ?? 0n) + posting.minor, last: posting });
    }
    this.#atomically(() => {
      for (const [key, { minor, last: posting }] of added) {
        const place = placeOf(key);
        const all = BigInt((this.#added.get(place)?.[0] as string | undefined) ?? 0) + minor;
        this.#add.run(place, key, posting.entity, posting.party ?? null, String(all), posting.event);
      }
      this.#fold.run(position, count, before ?? null, last, day, Number(closes));
    });
  }

  /**
   * What `work` writes is there with its end, or none of it, also where it rests between: nothing else is written
   * meanwhile, and whoever reads sees the root before it.
   * @param work answers whether it is to be there
   */
  async replaceRoot(work: () => Promise<boolean>): Promise<void> {
    available(() => this.database.exec('BEGIN IMMEDIATE'));
    try {
      if (await work()) available(() => this.database.exec('COMMIT'));
    } finally {
      this.database.rollback();
    }
  }

  /** Some of what was added to accounts since the root, in the order of their places. */
  moved(limit: number): readonly Account[] {
    return available(() => this.#moved.all(limit)).map(accountOf);
  }

  /** Up to a place they are as of the next root now. */
  taken(place: Buffer): void {
    available(() => this.#taken.run(place));
  }

  /** Undefined: the account holds nothing. */
  minorAt(place: Buffer): bigint | undefined {
    const row = available(() => this.#minor.get(place));
    return row && BigInt(row[0] as string);
  }

  put({ place, key, entity, party, minor, event }: Account, leaf: Hash): void {
    available(() => this.#put.run(place, leaf, key, entity, party, String(minor), event));
  }

  drop(place: Buffer): void {
    available(() => this.#drop.run(place));
  }

  putTile(level: number, at: number, bytes: Buffer): void {
    available(() => this.#putTile.run(level, at, bytes));
  }

  publish({ events, note }: Published): void {
    available(() => this.#publish.run(events, note));
  }

  /** Begins anew: the events are not those that were folded. */
  forget(): void {
    const tables = ['account', 'tile', 'root', 'moved', 'folded'];
    this.#atomically(() => this.database.exec(tables.map((table) => `DELETE FROM ${table}`).join('; ')));
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
