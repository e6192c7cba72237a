import type { Envelope } from '../src/kernel/envelope.js';

/** Brings an event to its type's current version. @throws InvalidEvent */
export type Upcast = (event: Envelope) => Envelope;
/** What the composition root hands over for who reads the log itself. */
export const UPCAST = Symbol('Upcast');
