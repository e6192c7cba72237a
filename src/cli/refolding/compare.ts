import { setTimeout as wait } from 'node:timers/promises';
import { paired } from '../../kernel/paired.js';
import { differenceOf, type Difference } from '../../read-models/difference.js';
import { ReadModelUnavailable, type ReadModelReader, type Versioned } from '../../read-models/read-models.js';
import { stopAt } from '../log/check-file.js';
import { foldTo, type Log, type Refolded } from './refold.js';

/** How long the live documents may take to come to where one of them is already. */
const REACHING_MS = 30_000;

export interface Comparing {
  readonly log: Log;
  /** The live documents; a server may be folding into them meanwhile. */
  readonly live: ReadModelReader;
  readonly signal: AbortSignal;
  /** Told each document as it was folded, by id, before anything is folded on. */
  readonly visit?: (folded: Versioned) => void | Promise<void>;
}

/**
 * Compares every live document of a projection with the one that was folded anew, at the same event: both are walked
 * through by id, and of those that the server has changed since, the fold goes on to just where each of them is. Memory
 * holds the ids of these, and a page of the others.
 * @param refolded at the projection's live checkpoint, or before it
 * @returns the first difference
 * @throws Stopped, PoisonEvent, ReadModelUnavailable
 */
export async function compareModel(refolded: Refolded, comparing: Comparing): Promise<Difference | undefined> {
  const { projection, model, models, taken } = refolded;
  const { live, signal, visit } = comparing;
  const count = taken?.count ?? 0;
  const later: [id: string, sequence: number][] = [];
  for await (const [stored, folded] of paired(live.scan(projection.model), models.scan(model), byId)) {
    stopAt(signal);
    const { id } = (folded ?? stored) as Versioned;
    if (folded !== undefined) await visit?.(folded);
    // What the walk did not meet may have been deleted, or written behind it.
    const now = stored ?? (await currentOf(live, refolded, id));
    if (now !== undefined && now.sequence >= count) {
      later.push([id, now.sequence]);
      continue;
    }
    const difference = differenceOf(projection.name, id, folded, now);
    if (difference !== undefined) return difference;
  }
  for (const [id] of later.sort(([, a], [, b]) => a - b)) {
    const difference = await compareLater(refolded, comparing, id);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** A document that the server had changed by an event that was not folded yet. */
async function compareLater(refolded: Refolded, { log, live, signal }: Comparing, id: string) {
  const { projection, model, models } = refolded;
  let now = await currentOf(live, refolded, id);
  // Of one that the fold has passed nobody knows yet whether the server has, too.
  if ((now?.sequence ?? -1) < count(refolded)) {
    await reached(live, projection.name, count(refolded), signal);
    now = await currentOf(live, refolded, id);
  }
  if (now !== undefined && now.sequence >= count(refolded)) await foldTo(log, [refolded], now.sequence + 1, signal);
  const [folded] = await models.versions(model, [id]);
  return differenceOf(projection.name, id, folded, now);
}

const count = ({ taken }: Refolded): number => taken?.count ?? 0;

const currentOf = async (live: ReadModelReader, { projection }: Refolded, id: string): Promise<Versioned | undefined> =>
  (await live.versions(projection.model, [id]))[0];

async function reached(live: ReadModelReader, name: string, events: number, signal: AbortSignal): Promise<void> {
  const until = performance.now() + REACHING_MS;
  while (((await live.checkpoint(name))?.count ?? 0) < events) {
    stopAt(signal);
    if (performance.now() > until) {
      throw new ReadModelUnavailable(`${name} has not come to event ${events - 1} in time: see what keeps the server`);
    }
    await wait(20);
  }
}

/** As both stores sort documents. */
export const byId = ({ id: a }: Versioned, { id: b }: Versioned): number =>
  a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
