import type { Summary } from '../kernel/decider.js';
import type { CommandId } from '../kernel/ids.js';

/** What the ledger knows of one aggregate: a fold of its stream up to `revision`. */
export interface Aggregate<State = unknown> {
  /** Of the last event folded; -1: the stream does not exist. */
  revision: number;
  state: State;
  /** Every command that the stream has accepted, with the revision of its last event. */
  readonly commands: Map<CommandId, number>;
  /** Of the state after each event, by its revision: what a repeat is answered with. */
  readonly summaries: Summary[];
  /** The revision of the last snapshot; -1: there is none. */
  snapshot: number;
}
