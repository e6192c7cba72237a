import mongoose, { type Connection } from 'mongoose';

const { MongoError, MongoNetworkError, MongoServerError, MongoServerSelectionError } = mongoose.mongo;

/** How long a read may take: a server that hangs fails a request. */
export const READING_MS = 5_000;
/** How long to look for a primary, or to wait for a connection. */
const SELECTION_MS = 3_000;

/** What a port throws where its server does not answer. */
type Unavailable = new (message: string, options?: ErrorOptions) => Error;

/** How a port's adapter reaches its MongoDB. */
export interface MongoAccess {
  /**
   * Connects, or says within seconds that it cannot. What was acknowledged is on a majority and is read from the primary,
   * whatever the address asks for. Lost connections come back by themselves.
   * @throws Unavailable; its message names no user and no password
   */
  readonly connect: (uri: string) => Promise<Connection>;
  /**
   * What an operation answers, within a time: the driver has none of its own. One that is given up may still be carried
   * out; all that are not reads must be such that it does no harm.
   * @param withinMs default: `READING_MS`
   * @throws Unavailable where the server did not answer, or cannot now; else the error that it was
   */
  readonly answered: <T>(operation: Promise<T>, withinMs?: number) => Promise<T>;
}

export const mongoAccess = (unavailable: Unavailable): MongoAccess => ({
  async connect(uri) {
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
      waitQueueTimeoutMS: SELECTION_MS,
      writeConcern: { w: 'majority' },
    });
    try {
      return await connection.asPromise();
    } catch (error) {
      await connection.close().catch(() => undefined);
      throw new unavailable(`MongoDB cannot be reached at ${placeOf(uri)}: ${(error as Error).message}`);
    }
  },

  async answered(operation, withinMs = READING_MS) {
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new unavailable(`MongoDB did not answer in ${withinMs} ms`)), withinMs);
    });
    try {
      return await Promise.race([operation, deadline]);
    } catch (error) {
      throw isTransient(error) ? new unavailable((error as Error).message, { cause: error }) : error;
    } finally {
      clearTimeout(timer);
    }
  },
});

/** Hosts and database, without who asks. */
export const placeOf = (uri: string): string => uri.replace(/^([^/]*\/\/)[^/]*@/, '$1').replace(/\?.*/s, '');

/** What a server answers while it is stepping down, shutting down, or out of reach of its majority or of time. */
const TRANSIENT = new Set([6, 7, 50, 64, 89, 91, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);

function isTransient(error: unknown): boolean {
  if (error instanceof MongoServerError) {
    return error.hasErrorLabel('RetryableWriteError') || TRANSIENT.has(Number(error.code));
  }
  if (error instanceof MongoNetworkError || error instanceof MongoServerSelectionError) return true;
  if (error instanceof MongoError) return error.name === 'MongoWaitQueueTimeoutError';
  // Of a socket; one that is written to after the other side ended it names no call.
  if (typeof error !== 'object' || error === null) return false;
  return 'syscall' in error || ('code' in error && error.code === 'EPIPE');
}

/** Of an error: the collection has a document under that id, or with that value of a unique index. */
export const DUPLICATE = 11_000;
