import type { WitnessStatus } from './witnesses/witness-status.js';

/**
 * Why nothing is signed any more, until a person has looked. `ROLLED_BACK`: the event store holds less than was signed, or
 * a witness has cosigned more of this log than is known to be signed. `FORKED`: a witness has cosigned what this log does
 * not begin with.
 * `REWRITTEN`: the last event that was signed is another one now, or events do not give the tiles that they gave.
 * `DAMAGED`: the tiles do not give the root that was signed, or that is not there any more. `OTHER_KEY`: what was signed
 * last was signed by another key than that of this process.
 */
export type Halt = 'ROLLED_BACK' | 'FORKED' | 'REWRITTEN' | 'DAMAGED' | 'OTHER_KEY';

/** How the log stands: shown by /health/ready and /metrics. */
export interface LogStatus {
  /** `waiting`: nobody signs yet. `retrying`: a store does not answer. */
  readonly state: 'waiting' | 'running' | 'retrying' | 'halted';
  /** Events in the last tree that was signed. */
  readonly size: number;
  readonly halt?: Halt;
  /** Absent: none is asked. */
  readonly witnesses?: readonly WitnessStatus[];
  /** Events in the newest tree that enough of them have cosigned. */
  readonly witnessed?: number;
  /** Another process that signs, and says so; absent where this one does, or nobody. */
  readonly holder?: string;
}

/** Nothing is signed from here on. */
export class LogHalted extends Error {
  override readonly name = 'LogHalted';
  constructor(
    readonly halt: Halt,
    message: string,
  ) {
    super(message);
  }
}
