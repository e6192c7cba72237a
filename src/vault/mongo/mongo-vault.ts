import type { Connection, mongo } from 'mongoose';
import { placeOf } from '../../mongodb/connection.js';
import { EncryptedVault } from '../encrypted-vault.js';
import { ledgerKeyOf, newLedgerKey, wrappingKeyOf, type VaultKeys } from '../keys.js';
import { UNFINISHED, unfinished } from '../moving/vault-records.js';
import { ROTATING, rotating } from '../rotating/rotate-key.js';
import { type Vault, VaultLocked } from '../vault.js';
import { answered, connect } from './connection.js';
import { MongoStorage, patiently } from './mongo-storage.js';
import type { StoredKey } from './records.js';

export const FORMAT = 2;
/** It lacks what was added since, which is nothing but documents of other kinds. */
const EARLIER = 1;
export const COLLECTIONS: readonly string[] = ['vault', 'persons', 'sealed', 'waiting', 'erased'];

export interface Opening {
  /** Whether to make a vault where there is none. */
  readonly mayBegin: boolean;
}

/**
 * Opens the vault in a database of MongoDB, which holds nothing else and any number of processes may share.
 * @param masterKey 32 bytes, the same for all of them
 * @throws VaultLocked saying what to do, and VaultUnavailable; then the database is as it was
 */
export async function openMongoVault(uri: string, masterKey: Buffer, opening: Opening): Promise<Vault> {
  const wrapping = wrappingKeyOf(masterKey);
  const connection = await connect(uri);
  try {
    const keys = await openKeys(connection, wrapping, placeOf(uri), opening);
    const storage = new MongoStorage(connection);
    await storage.prepare();
    return new EncryptedVault(storage, keys);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function openKeys(
  connection: Connection,
  wrapping: Buffer,
  place: string,
  { mayBegin }: Opening,
): Promise<VaultKeys> {
  await refuseOthers(connection, place);
  const collection = keyIn(connection);
  const find = (): Promise<StoredKey | null> => answered(collection.findOne({ _id: 'key' }));
  const begin = (): Promise<StoredKey> => {
    if (!mayBegin) {
      throw new VaultLocked(
        'VAULT_MISSING',
        `${place} holds no vault, and the ledger is not new: restore both of one backup`,
      );
    }
    const key: StoredKey = { _id: 'key', format: FORMAT, wrapped: newLedgerKey(wrapping) };
    return patiently(() => collection.insertOne(key).then(() => key), find);
  };
  const keys = keysFrom((await find()) ?? (await begin()), wrapping, place);
  // A program of the format before would bring an erased person back.
  await answered(collection.updateOne({ _id: 'key', format: EARLIER }, { $set: { format: FORMAT } }));
  return keys;
}

export const keyIn = (connection: Connection): mongo.Collection<StoredKey> =>
  connection.db!.collection<StoredKey>('vault', { promoteBuffers: true });

/** @throws VaultLocked */
export function keysFrom({ format, wrapped }: StoredKey, wrapping: Buffer, place: string): VaultKeys {
  if (format === ROTATING) throw rotating(place);
  if (format === UNFINISHED) throw new VaultLocked('MOVE_UNFINISHED', unfinished(place));
  if (format !== FORMAT && format !== EARLIER) {
    throw new VaultLocked(
      'OTHER_FORMAT',
      `the vault in ${place} has format ${format}, this program reads ${FORMAT}: start the one that wrote it`,
    );
  }
  return { wrapping, ledger: ledgerKeyOf(wrapping, wrapped, `the vault in ${place}`) };
}

/** Whoever drops a database of read models, as they may, must not drop a vault with it. */
export async function refuseOthers(connection: Connection, place: string): Promise<void> {
  const collections = await answered(connection.db!.listCollections({}, { nameOnly: true }).toArray());
  const others = collections.map(({ name }) => name).filter((name) => !COLLECTIONS.includes(name));
  if (others.length === 0) return;
  throw new VaultLocked(
    'FOREIGN_DATABASE',
    `${place} holds ${others.slice(0, 3).join(', ')}, which is none of a vault's: give the vault a database of its own`,
  );
}

/**
 * Refuses to keep what may be dropped and made again in the database of a vault.
 * @param uri of the read models @throws VaultLocked, VaultUnavailable
 */
export async function refuseVaultIn(uri: string): Promise<void> {
  const connection = await connect(uri);
  try {
    const found = await answered(connection.db!.listCollections({ name: 'vault' }, { nameOnly: true }).toArray());
    if (found.length === 0) return;
    throw new VaultLocked(
      'FOREIGN_DATABASE',
      `${placeOf(uri)} holds a vault: name another database in MONGODB_URI, for read models are dropped and made again`,
    );
  } finally {
    await connection.close();
  }
}
