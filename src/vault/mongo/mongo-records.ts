import type { Connection, mongo } from 'mongoose';
import { placeOf } from '../../mongodb/connection.js';
import { wrappingKeyOf } from '../keys.js';
import {
  UNFINISHED,
  type Kind,
  type RecordsOf,
  type VaultIdentity,
  type VaultRecords,
  type VaultTarget,
} from '../moving/vault-records.js';
import { VaultLocked } from '../vault.js';
import { answered, connect } from './connection.js';
import { indexed, insertedOnce, patiently } from './mongo-storage.js';
import { COLLECTIONS, FORMAT, keyIn, keysFrom, refuseOthers } from './mongo-vault.js';
import {
  personRecord,
  sealedRecord,
  storedPerson,
  storedSealed,
  storedWaiting,
  waitingRecord,
  type StoredErased,
  type StoredKey,
  type StoredLedger,
  type StoredPerson,
  type StoredSealed,
  type StoredWaiting,
} from './records.js';

/** @throws VaultLocked, VaultUnavailable */
export const openMongoSource = (uri: string, masterKey: Buffer): Promise<VaultRecords> =>
  connected(uri, async (connection, place) => {
    await refuseOthers(connection, place);
    const key = await answered(keyIn(connection).findOne({ _id: 'key' }));
    if (key === null) throw new VaultLocked('VAULT_MISSING', `${place} holds no vault to move`);
    keysFrom(key, wrappingKeyOf(masterKey), place); // it opens with its key
    return key;
  });

/** @param vault that moves there @throws VaultLocked, then the database is as it was; VaultUnavailable */
export const openMongoTarget = (uri: string, vault: VaultIdentity): Promise<VaultTarget> =>
  connected(uri, async (connection, place) => {
    await refuseOthers(connection, place);
    const find = (): Promise<StoredKey | null> => answered(keyIn(connection).findOne({ _id: 'key' }));
    const key = (await find()) ?? (await begin(connection, place, vault, find));
    if (![UNFINISHED, FORMAT].includes(key.format) || !vault.wrapped.equals(key.wrapped)) throw taken(place);
    await indexed(connection.db!.collection<StoredPerson>('persons'));
    return key;
  });

/** Of an empty database. */
async function begin(
  connection: Connection,
  place: string,
  { wrapped }: VaultIdentity,
  find: () => Promise<StoredKey | null>,
): Promise<StoredKey> {
  for (const name of COLLECTIONS) {
    if ((await answered(connection.db!.collection(name).findOne({}))) !== null) throw taken(place);
  }
  const key: StoredKey = { _id: 'key', format: UNFINISHED, wrapped };
  const insert = (): Promise<StoredKey> =>
    keyIn(connection)
      .insertOne(key)
      .then(() => key);
  return patiently(insert, find);
}

const taken = (place: string): VaultLocked =>
  new VaultLocked('TARGET_TAKEN', `${place} holds another vault than the one that moves: name an empty database`);

async function connected(
  uri: string,
  check: (connection: Connection, place: string) => Promise<StoredKey>,
): Promise<VaultTarget> {
  const connection = await connect(uri);
  try {
    const place = placeOf(uri);
    const { wrapped, format } = await check(connection, place);
    const ledgers = connection.db!.collection<StoredLedger>('vault');
    const ledger = (await answered(ledgers.findOne({ _id: 'ledger' })))?.ledger;
    return new MongoRecords(connection, place, { wrapped, ledger }, format !== UNFINISHED);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

class MongoRecords implements VaultTarget {
  readonly #connection: Connection;
  readonly #collections: Collections;

  constructor(
    connection: Connection,
    readonly place: string,
    readonly identity: VaultIdentity,
    readonly isFinished: boolean,
  ) {
    this.#connection = connection;
    this.#collections = collectionsOf(connection);
  }

  async page<K extends Kind>(kind: K, after: string, limit: number): Promise<readonly RecordsOf[K][]> {
    return this.#collections[kind].page(after, limit);
  }

  async count(): Promise<number> {
    const counts = await Promise.all(Object.values(this.#collections).map(({ count }) => count()));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  insert<K extends Kind>(kind: K, records: readonly RecordsOf[K][]): Promise<void> {
    return this.#collections[kind].insert(records);
  }

  remove(kind: Kind, ids: readonly string[]): Promise<void> {
    return this.#collections[kind].remove(ids);
  }

  async finish(ledger: VaultIdentity['ledger']): Promise<void> {
    const ledgers = this.#connection.db!.collection<StoredLedger>('vault');
    if (ledger !== undefined) await insertedOnce<StoredLedger>(ledgers, [{ _id: 'ledger', ledger }]);
    await answered(keyIn(this.#connection).updateOne({ _id: 'key' }, { $set: { format: FORMAT } }));
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

interface Collection<R> {
  page(after: string, limit: number): Promise<R[]>;
  /** As the server keeps it beside the collection. */
  readonly count: () => Promise<number>;
  insert(records: readonly R[]): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
}
type Collections = { readonly [K in Kind]: Collection<RecordsOf[K]> };

function collectionsOf(connection: Connection): Collections {
  const collection = <R, D extends mongo.BSON.Document & { _id: string }>(
    name: Kind,
    read: (document: D) => R,
    stored: (record: R) => D,
  ): Collection<R> => {
    const documents = connection.db!.collection<D>(name, { promoteBuffers: true });
    const among = (condition: object): mongo.Filter<D> => ({ _id: condition }) as unknown as mongo.Filter<D>;
    return {
      async page(after, limit) {
        const page = documents.find<D>(among({ $gt: after }), { sort: { _id: 1 }, limit });
        return (await answered(page.toArray())).map(read);
      },
      count: () => answered(documents.estimatedDocumentCount()),
      async insert(records) {
        await insertedOnce(documents, records.map(stored));
      },
      async remove(ids) {
        await answered(documents.deleteMany(among({ $in: ids })));
      },
    };
  };
  return {
    persons: collection<RecordsOf['persons'], StoredPerson>('persons', personRecord, storedPerson),
    sealed: collection<RecordsOf['sealed'], StoredSealed>('sealed', sealedRecord, storedSealed),
    waiting: collection<RecordsOf['waiting'], StoredWaiting>('waiting', waitingRecord, storedWaiting),
    erased: collection<RecordsOf['erased'], StoredErased>(
      'erased',
      ({ _id }) => ({ id: _id }),
      ({ id }) => ({ _id: id }),
    ),
  };
}
