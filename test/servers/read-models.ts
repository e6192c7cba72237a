import { createHash } from 'node:crypto';
import { HOW_TO_RUN, isMongoDbAtHand } from './mongodb/build.js';
import { isRealMongoDb, MongoDb } from './mongodb/mongodb.js';

/*
 * Where the tests of whole ledgers keep the read models: in the ledger's folder, or, where SIJILL_TEST_READ_MODELS is
 * mongodb, in a database for each ledger. That is on a server which the tests start, or on the real one that
 * MONGODB_TEST_URI names.
 */
export const onMongoDb = process.env['SIJILL_TEST_READ_MODELS'] === 'mongodb';
export const isFerretDb = onMongoDb && !isRealMongoDb;

let server: Promise<MongoDb> | undefined;

if (onMongoDb) afterAll(async () => (await server)?.dispose());

/** The server that holds the read models of every ledger: what happens to servers can be done to it. */
export function mongoDb(): Promise<MongoDb> {
  if (!isMongoDbAtHand) throw new Error(`there is no MongoDB at hand: ${HOW_TO_RUN}`);
  return (server ??= MongoDb.start());
}

/** What the environment of a ledger says about its read models. @param data its directory */
export async function readModelsOf(data: string): Promise<Readonly<Record<string, string>>> {
  if (!onMongoDb) return {};
  const name = createHash('sha256').update(data).digest('hex').slice(0, 12);
  return { MONGODB_URI: (await mongoDb()).uri(`sijill_test_${name}`) };
}
