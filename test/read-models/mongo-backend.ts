import { randomBytes } from 'node:crypto';
import mongoose from 'mongoose';
import { openMongoReadModelReader, openMongoReadModels } from '../../src/read-models/mongo/mongo-read-models.js';
import type { ReadModelReader } from '../../src/read-models/read-models.js';
import type { Backend } from '../contract/read-models.contract.js';
import type { MongoDb } from '../servers/mongodb/mongodb.js';

export interface MongoBackend extends Backend {
  readonly uri: string;
}

/** A database of its own on a server that many tests share. */
export async function startMongo(server: MongoDb): Promise<MongoBackend> {
  const uri = server.uri(`sijill_test_${randomBytes(6).toString('hex')}`);
  const opened = new Set<ReadModelReader>();
  const keep = <R extends ReadModelReader>(reader: R): R => {
    opened.add(reader);
    return reader;
  };
  return {
    uri,
    open: async () => keep(await openMongoReadModels(uri)),
    reader: async () => keep(await openMongoReadModelReader(uri)),
    async dispose() {
      for (const each of opened) await each.close();
      await inDatabase(uri, (db) => db.dropDatabase());
    },
  };
}

/** What the database holds, through a connection of its own. */
export async function inDatabase<T>(uri: string, look: (db: mongoose.mongo.Db) => Promise<T>): Promise<T> {
  const client = await mongoose.mongo.MongoClient.connect(uri);
  try {
    return await look(client.db());
  } finally {
    await client.close();
  }
}
