/**
 * Why a witness does not cosign. `UNREACHABLE`: no connection. `TIMEOUT`: no whole answer in time. `UNKNOWN_LOG` (404),
 * `UNKNOWN_KEY` (403): it was not told of this log, or of its key. `REFUSED`: another status, a redirection among them.
 * `GARBAGE`: an answer that is none, or too long. `WRONG_SIGNATURE`: what it answers is not its cosignature of this
 * checkpoint. `NOT_STORED`: the log's own store does not answer.
 */
export type WitnessFault =
  'UNREACHABLE' | 'TIMEOUT' | 'UNKNOWN_LOG' | 'UNKNOWN_KEY' | 'REFUSED' | 'GARBAGE' | 'WRONG_SIGNATURE' | 'NOT_STORED';

/** How one of those stands who are asked to cosign. */
export interface WitnessStatus {
  /** In the policy. */
  readonly name: string;
  /** Events in the last tree that it cosigned, as far as it is known. */
  readonly cosigned: number;
  /** Absent: the last time it was asked it answered as it should, or it was not asked yet. */
  readonly fault?: WitnessFault;
}
