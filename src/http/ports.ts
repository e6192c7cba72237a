import type { EventReader, Position } from '../event-store/event-store.js';
import type { Clock } from '../kernel/clock.js';
import type { ActorId } from '../kernel/ids.js';
import type { Rule } from '../kernel/refusal.js';
import type { EdgeRefusal } from '../ledger/ledger.js';
import type { Refused } from '../ledger/outcome.js';
import type { Vault } from '../vault/vault.js';
import type { Caller } from './auth/principal.js';

/** What the edge needs of the rest; the composition root hands it over. */
export interface HttpPorts {
  readonly clock: Clock;
  readonly vault: Pick<Vault, 'pseudonym' | 'digest'>;
  /** Every rule that can refuse: their texts are the details of the answers. */
  readonly rules: readonly Rule[];
  /** What streams of events are read from. */
  readonly events: EventReader;
  /** `Ledger.refuse`. */
  refuse(refusal: EdgeRefusal): Promise<Refused>;
  /** Called about once an hour, and at the end, when attempts were answered 429 instead of being recorded. */
  recordSuppressed(report: SuppressedAttempts): Promise<void>;
  /**
   * The sequence of an event that was just appended, where the store told its position alone; undefined where it is not
   * known within the time.
   */
  sequenceOf(position: Position, timeoutMs: number): Promise<number | undefined>;
  /** Resolves true when the read models have folded the event of this sequence, false when the time is over. */
  waitFor(sequence: number, timeoutMs: number): Promise<boolean>;
  /** The same, and they have folded what policies did because of it. */
  waitForEffects(cause: Cause, timeoutMs: number): Promise<boolean>;
  /**
   * The proof of record of an event, once a checkpoint covers it.
   * @returns without a text where none does within the time; undefined where the caller may not have it, or no log is kept
   */
  proofFor(caller: Caller, sequence: number, timeoutMs: number): Promise<{ readonly text?: string } | undefined>;
  readonly indicators: readonly Indicator[];
}

/** A command that was accepted, as what follows from it is known by. */
export interface Cause {
  /** Of its last event. */
  readonly sequence: number;
  readonly event: string | undefined;
  readonly correlation: string;
}

export interface SuppressedAttempts {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly counts: readonly { readonly actor: ActorId; readonly count: number }[];
}

/** One line of `/health/ready`: the store, the vault, the projections with their lag, the policies. */
export interface Indicator {
  readonly name: string;
  check(): Promise<IndicatorResult>;
}

export interface IndicatorResult {
  readonly up: boolean;
  /** Shown to anyone: no addresses, paths or messages of errors. */
  readonly details?: Readonly<Record<string, string | number | boolean>>;
}

export const HTTP_PORTS = Symbol('HttpPorts');
