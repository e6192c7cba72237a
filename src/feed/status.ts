import type { Place } from '../event-store/event-store.js';
import type { LogStatus } from '../transparency/log-status.js';
import type { AuditStatus } from './self-audit/audit-status.js';

/** How one consumer stands: shown by /health/ready, /metrics and GET /v1/projections. Policies are one consumer. */
export interface ConsumerStatus {
  readonly name: string;
  readonly kind: 'projection' | 'policy';
  /**
   * `stopped`: it met an event that it cannot handle, and needs a person. `retrying`: a store does not answer. `waiting`:
   * no process holds its lease.
   */
  readonly state: 'running' | 'rebuilding' | 'stopped' | 'retrying' | 'waiting';
  /** Another process that runs it, and says so; absent where this one does, or nobody. */
  readonly holder?: string;
  /** While it is `waiting`: for how long, in milliseconds. */
  readonly waitingMs?: number;
  /** Business events considered (projections) or whose effects are recorded (policies). */
  readonly count: number;
  /** Business events that it is behind. */
  readonly lag: number;
  readonly error?: string;
  /** While a new version is filled: events folded into it, of how many. */
  readonly rebuild?: { readonly count: number; readonly total: number };
}

export interface FeedStatus {
  /** Business events in the log, as far as it is known. */
  readonly head: number;
  /** The furthest place that is known; absent where the log is empty. */
  readonly at?: Place;
  /** Whether that is the log's end. While it is not, nobody knows how far behind the consumers are. */
  readonly isWhole: boolean;
  readonly consumers: readonly ConsumerStatus[];
}

/** A policy's command that was refused. The refusal is recorded and final: somebody has to look. */
export interface PolicyAlarm {
  readonly policy: string;
  readonly sequence: number;
  readonly command: string;
  readonly target: string;
  readonly reason: string;
}

/** What a feed tells the thread that answers requests. */
export interface FeedListener {
  status(status: FeedStatus): void;
  alarm(alarm: PolicyAlarm): void;
  /** Once for each thing that somebody should know: a consumer stopped, a rebuild began or ended. */
  log(level: 'info' | 'error', message: string): void;
  audited?(status: AuditStatus): void;
  logged?(status: LogStatus): void;
}
