import { setTimeout as wait } from 'node:timers/promises';
import mongoose, { type Connection, type mongo } from 'mongoose';
import type { Place, Position } from '../../event-store/event-store.js';
import { DUPLICATE, mongoAccess, placeOf, READING_MS } from '../../mongodb/connection.js';
import { hashOf, treeSize } from '../hashes.js';
import {
  continues,
  ForeignDatabase,
  LogUnavailable,
  TileConflict,
  type LogReader,
  type LogStorage,
  type Signed,
  type SignedTree,
  type StoredTile,
} from '../log-storage.js';
import type { TreeHead } from '../proofs.js';
import { tilePath, type TileName } from '../tiles.js';

const { MongoBulkWriteError, MongoServerError } = mongoose.mongo;
const { connect, answered } = mongoAccess(LogUnavailable);

const LAYOUT = 1;
/** `leases` says who signs: what is fenced and its fence are lost together or not at all. */
const COLLECTIONS: readonly string[] = ['log', 'checkpoints', 'witnessed', 'tiles', 'leases'];

/** Between two looks for what another process has written and a majority does not have yet. */
const PAUSE_MS = 20;

/** In the collection `log`, once. */
interface StoredLayout {
  readonly _id: 'layout';
  readonly layout: number;
}

/**
 * In the collections `checkpoints` (without `position` it was made of the first event) and `witnessed`: each takes the
 * place of the one before it, whose number is one less. What counts is the last.
 */
interface StoredCheckpoint {
  readonly _id: number;
  readonly size: number;
  /** In hex. */
  readonly root: string;
  readonly note: string;
  readonly position?: string;
  readonly count?: number;
}

/** In the collection `tiles`, where of one tile the widest counts. */
interface TileDocument {
  /** `0/17/007`, `entries/17/007`: level, index and width, so that those of a tile stand together, the widest last. */
  readonly _id: string;
  readonly width: number;
  readonly bytes: Buffer;
}

/**
 * Opens or begins the log in a database of MongoDB, which holds nothing else and any number of processes share.
 * @throws ForeignDatabase, LogUnavailable
 */
export const openMongoLogStorage = (uri: string): Promise<LogStorage> =>
  opened(uri, async (connection) => {
    const layouts = connection.db!.collection<StoredLayout>('log');
    await inserted(layouts.insertOne({ _id: 'layout', layout: LAYOUT }));
    return new MongoLogStorage(connection);
  });

/** Of a log that nobody has begun there is nothing to be read. @throws ForeignDatabase, LogUnavailable */
export const openMongoLogReader = (uri: string): Promise<LogReader> =>
  opened(uri, async (connection) => new MongoLogReader(connection));

/**
 * Refuses to keep what may be dropped and made again in the database of a log.
 * @param uri of the read models @throws ForeignDatabase, LogUnavailable
 */
export async function refuseLogIn(uri: string): Promise<void> {
  const connection = await connect(uri);
  try {
    const found = await answered(connection.db!.listCollections({ name: 'log' }, { nameOnly: true }).toArray());
    if (found.length === 0) return;
    throw new ForeignDatabase(
      `${placeOf(uri)} holds a transparency log: name another database in MONGODB_URI, for read models are dropped and made again`,
    );
  } finally {
    await connection.close();
  }
}

async function opened<T>(uri: string, open: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await connect(uri);
  try {
    await refuseOthers(connection, placeOf(uri));
    return await open(connection);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function refuseOthers(connection: Connection, place: string): Promise<void> {
  const collections = await answered(connection.db!.listCollections({}, { nameOnly: true }).toArray());
  const others = collections.map(({ name }) => name).filter((name) => !COLLECTIONS.includes(name));
  if (others.length > 0) {
    throw new ForeignDatabase(
      `${place} holds ${others.slice(0, 3).join(', ')}, which is none of a transparency log's: give the log a database of its own`,
    );
  }
  const stored = await answered(connection.db!.collection<StoredLayout>('log').findOne({ _id: 'layout' }));
  if (stored !== null && stored.layout !== LAYOUT) {
    throw new ForeignDatabase(
      `${place} holds a transparency log in layout ${stored.layout}, this program writes ${LAYOUT}: start the one that wrote it`,
    );
  }
}

class MongoLogReader implements LogReader {
  protected readonly tiles: mongo.Collection<TileDocument>;
  protected readonly checkpoints: mongo.Collection<StoredCheckpoint>;
  protected readonly witnesses: mongo.Collection<StoredCheckpoint>;

  constructor(private readonly connection: Connection) {
    this.tiles = connection.db!.collection<TileDocument>('tiles', { promoteBuffers: true });
    this.checkpoints = connection.db!.collection<StoredCheckpoint>('checkpoints');
    this.witnesses = connection.db!.collection<StoredCheckpoint>('witnessed');
  }

  async read({ level, index }: Omit<TileName, 'width'>): Promise<StoredTile | undefined> {
    const stored = (await this.stored([{ level, index }])).at(-1);
    return stored && { level, index, width: stored.width, bytes: stored.bytes };
  }

  async signed(): Promise<Signed | undefined> {
    const stored = await lastIn(this.checkpoints);
    if (stored === undefined) return undefined;
    const { position, count = 0 } = stored;
    const before: Place | undefined = position === undefined ? undefined : { position: position as Position, count };
    return { ...treeOf(stored), ...(before !== undefined && { before }) };
  }

  async witnessed(): Promise<SignedTree | undefined> {
    const stored = await lastIn(this.witnesses);
    return stored && treeOf(stored);
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  /** In the order of their ids: whoever reads them while one takes another's place meets one of the two. */
  protected async stored(tiles: readonly Omit<TileName, 'width'>[]): Promise<readonly TileDocument[]> {
    const ranges = tiles.map((tile) => ({ _id: { $gt: `${nameOf(tile)}/`, $lt: `${nameOf(tile)}/~` } }));
    return answered(this.tiles.find({ $or: ranges }, { sort: { _id: 1 } }).toArray());
  }
}

/**
 * Documents are inserted under keys that let one through, and removed once another has taken their place; none is ever
 * changed (docs/adr/0030). Of several tiles some may be there and others not, where the process or the server ends in
 * between: no checkpoint covers them then, and the next signer finds each to be the beginning of what it writes.
 */
class MongoLogStorage extends MongoLogReader implements LogStorage {
  async write(tiles: readonly StoredTile[]): Promise<void> {
    if (tiles.length === 0) return;
    for (const end = performance.now() + READING_MS; ; await wait(PAUSE_MS)) {
      const { wider, narrower } = growth(tiles, await this.stored(tiles));
      if (await this.#insert(wider)) return this.#remove(this.tiles, { _id: { $in: narrower } });
      // Another process wrote the same meanwhile: it is looked at once a majority has it.
      if (performance.now() > end) throw notYet();
    }
  }

  async sign(next: Signed, previous: TreeHead | undefined): Promise<boolean> {
    const last = await lastIn(this.checkpoints);
    if (last?.size !== previous?.size || last?.root !== previous?.root.toString('hex')) return false;
    const { before } = next;
    const place = before && { position: before.position, count: before.count };
    return this.#follow(this.checkpoints, last, { ...storedOf(next), ...place });
  }

  async cosign(note: string, before: SignedTree): Promise<boolean> {
    const last = await lastIn(this.checkpoints);
    const { size, root, note: published } = storedOf(before);
    if (last?.size !== size || last.root !== root || last.note !== published) return false;
    const { _id, ...same } = last;
    return this.#follow(this.checkpoints, last, { ...same, note });
  }

  async witness(checkpoint: SignedTree): Promise<void> {
    for (const end = performance.now() + READING_MS; ; await wait(PAUSE_MS)) {
      const last = await lastIn(this.witnesses);
      if (last !== undefined && last.size > checkpoint.size) return;
      if (await this.#follow(this.witnesses, last, storedOf(checkpoint))) return;
      if (performance.now() > end) throw notYet();
    }
  }

  /** @returns whether the next one is the last now */
  async #follow(
    chain: mongo.Collection<StoredCheckpoint>,
    last: StoredCheckpoint | undefined,
    next: Omit<StoredCheckpoint, '_id'>,
  ): Promise<boolean> {
    const _id = (last?._id ?? 0) + 1;
    if (!(await inserted(chain.insertOne({ _id, ...next })))) return false;
    // Where it stood still in between, others may have come and gone, and their numbers with them.
    if ((await lastIn(chain))?._id !== _id) return false;
    await this.#remove(chain, { _id: { $lt: _id } });
    return true;
  }

  /** @returns false where some were there already */
  #insert(tiles: readonly TileDocument[]): Promise<boolean> {
    return tiles.length === 0 ? Promise.resolve(true) : inserted(this.tiles.insertMany(tiles, { ordered: false }));
  }

  /** What nobody reads any more; where that fails, whoever comes next does it. */
  async #remove<D extends { readonly _id: string | number }>(
    from: mongo.Collection<D>,
    filter: mongo.Filter<D>,
  ): Promise<void> {
    await answered(from.deleteMany(filter)).catch(() => undefined);
  }
}

const notYet = (): LogUnavailable => new LogUnavailable('what another process wrote is on no majority yet');

/** There are few: those whose place another has taken are removed. */
async function lastIn(chain: mongo.Collection<StoredCheckpoint>): Promise<StoredCheckpoint | undefined> {
  const [first, ...others] = await answered(chain.find().toArray());
  return others.reduce((last, each) => (each._id > (last?._id ?? 0) ? each : last), first);
}

const treeOf = ({ size, root, note }: StoredCheckpoint): SignedTree => ({
  size: treeSize(size),
  root: hashOf(Buffer.from(root, 'hex')),
  note,
});

const storedOf = ({ size, root, note }: SignedTree): Omit<StoredCheckpoint, '_id'> => ({
  size,
  root: root.toString('hex'),
  note,
});

/** What of some tiles is to be inserted, and what it takes the place of. @throws TileConflict */
function growth(tiles: readonly StoredTile[], stored: readonly TileDocument[]) {
  const [wider, narrower]: [TileDocument[], string[]] = [[], []];
  for (const tile of tiles) {
    const name = `${nameOf(tile)}/`;
    let isThere = false;
    for (const { _id, bytes } of stored.filter((each) => each._id.startsWith(name))) {
      if (continues(bytes, tile.bytes)) isThere = true;
      else if (continues(tile.bytes, bytes)) narrower.push(_id);
      else throw new TileConflict(`tile ${tilePath(tile)} is stored otherwise`);
    }
    const { width, bytes } = tile;
    if (!isThere) wider.push({ _id: `${name}${String(width).padStart(3, '0')}`, width, bytes });
  }
  return { wider, narrower };
}

const nameOf = ({ level, index }: Omit<TileName, 'width'>): string => `${level}/${index}`;

/** @returns false where a document is there under its id, and nothing else is amiss. @throws LogUnavailable */
async function inserted(insertion: Promise<unknown>): Promise<boolean> {
  try {
    await answered(insertion);
    return true;
  } catch (error) {
    if (error instanceof MongoBulkWriteError) {
      const faults = [error.writeErrors].flat();
      const isConfirmed = error.result.getWriteConcernError() === undefined;
      if (isConfirmed && faults.length > 0 && faults.every(({ code }) => code === DUPLICATE)) return false;
    } else if (error instanceof MongoServerError && error.code === DUPLICATE) return false;
    throw error;
  }
}
