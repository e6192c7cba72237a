import type { Connection, mongo } from 'mongoose';
import { placeOf } from '../../mongodb/connection.js';
import { ROTATING, type KeyRing } from '../rotating/rotate-key.js';
import type { PersonRecord } from '../storage.js';
import { VaultLocked } from '../vault.js';
import { answered, connect } from './connection.js';
import { FORMAT, keyIn, refuseOthers } from './mongo-vault.js';
import { personRecord, type StoredKey, type StoredPerson } from './records.js';

/** Updates in one request, which must end in time. */
const CHUNK = 25;

/** @throws VaultLocked, VaultUnavailable */
export async function openMongoKeyRing(uri: string): Promise<KeyRing> {
  const connection = await connect(uri);
  try {
    const place = placeOf(uri);
    await refuseOthers(connection, place);
    const key = await answered(keyIn(connection).findOne({ _id: 'key' }));
    if (key === null) throw new VaultLocked('VAULT_MISSING', `${place} holds no vault`);
    if (key.format !== FORMAT && key.format !== ROTATING) {
      throw new VaultLocked(
        'OTHER_FORMAT',
        `the vault in ${place} has format ${key.format}: start a server of this program on it first`,
      );
    }
    return new MongoKeyRing(connection, place, key);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

class MongoKeyRing implements KeyRing {
  readonly wrapped: Buffer;
  readonly next: Buffer | undefined;
  readonly #persons: mongo.Collection<StoredPerson>;

  constructor(
    private readonly connection: Connection,
    readonly place: string,
    { wrapped, next }: StoredKey,
  ) {
    this.wrapped = wrapped;
    this.next = next;
    this.#persons = connection.db!.collection<StoredPerson>('persons', { promoteBuffers: true });
  }

  async page(after: string, limit: number): Promise<readonly PersonRecord[]> {
    const among = { _id: { $gt: after } } as unknown as mongo.Filter<StoredPerson>;
    const page = this.#persons.find<StoredPerson>(among, { sort: { _id: 1 }, limit });
    return (await answered(page.toArray())).map(personRecord);
  }

  count(): Promise<number> {
    return answered(this.#persons.estimatedDocumentCount());
  }

  async begin(next: Buffer): Promise<void> {
    await this.#update({ $set: { format: ROTATING, next } });
  }

  async rewrap(persons: readonly Pick<PersonRecord, 'id' | 'key'>[]): Promise<void> {
    const updates = persons.map(({ id, key }) => ({
      updateOne: { filter: { _id: id }, update: { $set: { key } } },
    }));
    for (let at = 0; at < updates.length; at += CHUNK) {
      await answered(this.#persons.bulkWrite(updates.slice(at, at + CHUNK), { ordered: false }));
    }
  }

  async finish(next: Buffer): Promise<void> {
    await this.#update({ $set: { format: FORMAT, wrapped: next }, $unset: { next: '' } });
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  /** One document, so that it is done or not. */
  async #update(update: mongo.UpdateFilter<StoredKey>): Promise<void> {
    await answered(keyIn(this.connection).updateOne({ _id: 'key' }, update));
  }
}
