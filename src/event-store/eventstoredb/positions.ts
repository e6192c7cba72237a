import type { Position as LogPosition } from '@eventstore/db-client';
import type { Position } from '../event-store.js';

/** What the server says where it knows no position: on an empty log, as a checkpoint. Reading from it loses events. */
const NOWHERE = 2n ** 64n - 1n;

/** Where an event stands in the server's log, as text: its commit and prepare positions, which differ in old logs. */
export const positionOf = ({ commit, prepare }: LogPosition): Position => `${commit}/${prepare}` as Position;

/** @throws RangeError for what this adapter has never answered */
export function logPositionOf(position: Position): LogPosition {
  const [, commit, prepare] = /^(\d{1,20})\/(\d{1,20})$/.exec(position) ?? [];
  if (commit === undefined || prepare === undefined) throw new RangeError(`"${position}" is no position of this store`);
  return { commit: BigInt(commit), prepare: BigInt(prepare) };
}

export function compareLogPositions(a: LogPosition, b: LogPosition): number {
  const [left, right] = a.commit === b.commit ? [a.prepare, b.prepare] : [a.commit, b.commit];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Whether a reader can go on from there. */
export const isSomewhere = ({ commit }: LogPosition): boolean => commit !== NOWHERE;
