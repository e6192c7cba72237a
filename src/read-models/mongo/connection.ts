import mongoose, { type Connection } from 'mongoose';
import { ReadModelUnavailable } from '../read-models.js';

const { MongoError, MongoNetworkError, MongoOperationTimeoutError, MongoServerError, MongoServerSelectionError } =
  mongoose.mongo;

/** How long one operation may take, all attempts of the driver together: a server that hangs fails a request. */
const OPERATION_MS = 5_000;
/** How long to look for a primary, or to wait for a connection. */
const SELECTION_MS = 3_000;
/** Building an index over all debts takes its time. */
export const INDEXING = { timeoutMS: 15 * 60_000 } as const;

/**
 * Connects, or says within seconds that it cannot. What was acknowledged is on a majority and is read from the primary,
 * whatever the address asks for. Lost connections come back by themselves.
 * @throws ReadModelUnavailable; its message names no user and no password
 */
export async function connect(uri: string): Promise<Connection> {
  const connection = mongoose.createConnection(uri, {
    appName: 'sijill',
    autoCreate: false,
    autoIndex: false,
    bufferCommands: false,
    connectTimeoutMS: SELECTION_MS,
    ignoreUndefined: true,
    maxPoolSize: 32,
    readConcern: { level: 'majority' },
    readPreference: 'primary',
    retryReads: true,
    retryWrites: true,
    serverSelectionTimeoutMS: SELECTION_MS,
    timeoutMS: OPERATION_MS,
    writeConcern: { w: 'majority' },
  });
  try {
    return await connection.asPromise();
  } catch (error) {
    await connection.close().catch(() => undefined);
    throw new ReadModelUnavailable(`MongoDB cannot be reached at ${placeOf(uri)}: ${(error as Error).message}`);
  }
}

/** Hosts and database, without who asks. */
export const placeOf = (uri: string): string => uri.replace(/^([^/]*\/\/)[^/]*@/, '$1').replace(/\?.*/s, '');

/** What a server answers while it is stepping down, shutting down, or out of reach of its majority or of time. */
const TRANSIENT = new Set([6, 7, 50, 64, 89, 91, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);

/** @throws ReadModelUnavailable where the server did not answer, or cannot now; else the error that it was */
export async function answered<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    throw isTransient(error) ? new ReadModelUnavailable((error as Error).message, { cause: error }) : error;
  }
}

function isTransient(error: unknown): boolean {
  if (!(error instanceof MongoError)) return false;
  if (error instanceof MongoNetworkError || error instanceof MongoServerSelectionError) return true;
  if (error instanceof MongoOperationTimeoutError) return true;
  if (error.hasErrorLabel('RetryableWriteError')) return true;
  return error instanceof MongoServerError && TRANSIENT.has(Number(error.code));
}

/** The collection was dropped under a query, or its index was: another version is live. */
export function isGone(error: unknown): boolean {
  return error instanceof MongoServerError && [2, 26, 175].includes(Number(error.code));
}
