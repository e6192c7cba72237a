import { UnusableLog } from '../event-store.js';

/** The URL of the event store cannot be used; the message says why, and never repeats a password. */
export class BadEventStoreUrl extends Error {
  override readonly name = 'BadEventStoreUrl';
}

/** Events may vanish from a stream, or have: no ledger can be kept there. Nothing is read any further. */
export class EventsMayVanish extends UnusableLog {
  override readonly name = 'EventsMayVanish';
}

/** A stream holds what this program did not write. */
export class ForeignEvent extends UnusableLog {
  override readonly name = 'ForeignEvent';
}
