import { setTimeout as wait } from 'node:timers/promises';
import type { Json } from '../kernel/envelope.js';

/** The right to do what one process at a time does, for as long as it is renewed; that happens by itself. */
export interface Lease {
  readonly name: string;
  /**
   * Grows with every holder of the name, for ever. A process that was frozen does not know yet that it has lost: what
   * it writes under a smaller token than another has shown is refused by whoever keeps what it writes.
   */
  readonly token: number;
  /** Aborts when it is no longer held: another has it, it was released, or the store did not confirm it in time. */
  readonly lost: AbortSignal;
  /** What others asked of whoever holds it and has no answer, as of the last renewal. */
  readonly asked: readonly string[];
  /** It is asked no more. @throws LeasesUnavailable */
  answer(request: string): Promise<void>;
  /** Lets another have it at once; where the store does not answer, it lapses instead. */
  release(): Promise<void>;
}

/** Another process that holds a lease, and what it says of itself. */
export interface Holder {
  readonly holder: string;
  /** At most a renewal old; null: nothing yet. */
  readonly note: Json;
}

export type Taken = { readonly lease: Lease } | (Holder & { readonly lease?: never });

/**
 * Who does what only one process at a time does. One contract suite, every adapter: `test/contract/leases.contract.ts`.
 */
export interface Leases {
  /** This process, as the others see it. */
  readonly holder: string;
  /** A holder that says nothing for so long has lost it, in milliseconds. */
  readonly lifetimeMs: number;
  /** How often to ask for a lease that another holds, in milliseconds. What is lost is seen by asking again. */
  readonly paceMs: number;
  /**
   * The lease, where nobody holds it.
   * @param note what others are to see of this holder; called for each renewal
   * @throws LeasesUnavailable
   */
  take(name: string, note?: () => Json): Promise<Taken>;
  /** Asks something of whoever holds a lease, now or next, until it is answered. @throws LeasesUnavailable */
  ask(name: string, request: string): Promise<void>;
  /** Gives away nothing: release what is held before. */
  close(): Promise<void>;
}

/** The store does not answer now, or not in time: what was asked may be asked again. */
export class LeasesUnavailable extends Error {
  override readonly name = 'LeasesUnavailable';
}

/** Who waits for a lease, and will hold it. */
export interface Acquiring {
  /** What others are to see of this holder; called for each renewal. */
  readonly note?: () => Json;
  /** Told of whoever holds it meanwhile, each time that it is asked for. */
  readonly seen?: (holder: Holder) => void;
}

/** Waits for a lease. @returns undefined where the signal ended that. @throws LeasesUnavailable */
export async function acquire(
  leases: Leases,
  name: string,
  signal: AbortSignal,
  { note, seen }: Acquiring = {},
): Promise<Lease | undefined> {
  while (!signal.aborted) {
    const taken = await leases.take(name, note);
    if (taken.lease !== undefined) return taken.lease;
    seen?.(taken);
    await wait(leases.paceMs, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}
