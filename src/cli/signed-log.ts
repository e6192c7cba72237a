import { hasLog, keepsLog, NO_LOG, openLogReader, type Stores } from '../adapters.js';
import type { LogReader, Signed } from '../transparency/log-storage.js';

/** There is no signed tree that anything could be made of. */
export class NoCheckpoint extends Error {
  override readonly name = 'NoCheckpoint';
}

/**
 * Hands over the tree that was signed last, and closes its storage afterwards. A server need not run, but one must have
 * signed: what only reads signs nothing.
 * @throws NoCheckpoint saying what to do
 */
export async function withSigned<T>(stores: Stores, use: (log: LogReader, signed: Signed) => Promise<T>): Promise<T> {
  if (!keepsLog(stores)) throw new NoCheckpoint(`${NO_LOG}: set it, as the servers have it`);
  if (!hasLog(stores)) throw nothingSigned();
  const log = await openLogReader(stores);
  try {
    const signed = await log.signed();
    if (signed === undefined) throw nothingSigned();
    return await use(log, signed);
  } finally {
    await log.close();
  }
}

const nothingSigned = (): NoCheckpoint =>
  new NoCheckpoint(
    'no checkpoint was signed yet: run sijill serve until one covers the events, some seconds after it answers ' +
      '(GET /transparency/checkpoint), and ask again',
  );
