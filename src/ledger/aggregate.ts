import type { Summary } from '../kernel/decider.js';
import type { CommandId } from '../kernel/ids.js';

/** What the ledger knows of one aggregate: a fold of its stream up to `revision`. Thousands are held: every byte counts. */
export interface Aggregate<State = unknown> {
  /** Of the last event folded; -1: the stream does not exist. */
  revision: number;
  state: State;
  /** By revision: the fingerprint of the command that the event is of. */
  commands: number[];
  /** By revision: of the state after the event, what a repeat of its command is answered with. */
  summaries: Summary[];
  /** The revision of the last snapshot; -1: there is none. */
  snapshot: number;
}

/**
 * The first 32 bits of a command's id, which is a hash under a key: other commands' are the same once in four billion
 * times, and nobody can look for one that is. V8 holds a list of such numbers in eight bytes each.
 */
export const fingerprintOf = (id: CommandId): number => parseInt(id.slice(0, 8), 16) | 0;

/** The revision of the last event before one that may be a command's; -1: none is. */
export function lastOf({ commands }: Pick<Aggregate, 'commands'>, id: CommandId, before: number): number {
  const wanted = fingerprintOf(id);
  let revision = before - 1;
  while (revision >= 0 && commands[revision] !== wanted) revision--;
  return revision;
}

/** A list that is pushed to has room for sixteen more, where most streams are shorter than that. */
const FEW = 16;

/** With one more at its end; it may be the list itself that has grown. */
export function grown<T>(list: T[], item: T): T[] {
  if (list.length < FEW) return list.concat([item]);
  list.push(item);
  return list;
}
