import type { Projection } from '../../feed/consumers.js';
import type { Difference } from '../../read-models/difference.js';
import type { ReadModelReader, Versioned } from '../../read-models/read-models.js';
import { progressOf, type Output } from '../progress.js';
import { compareModel } from './compare.js';
import { beginRefolding, foldTo, type Log, type Refolded } from './refold.js';

/** The live documents cannot be compared with this program's: the message says what to do first. */
export class NotComparable extends Error {
  override readonly name = 'NotComparable';
}

export interface Verified {
  readonly projection: string;
  readonly documents: number;
  /** Business events that they were folded from, at first. */
  readonly events: number;
}

/** What stands in the way, or what was seen. */
export interface Verification {
  readonly verified: readonly Verified[];
  readonly difference?: Difference;
}

/** Told each document as it was folded up to the common event, and each projection when it was compared. */
export interface Visitor {
  readonly document: (projection: Projection, folded: Versioned) => void | Promise<void>;
  readonly compared: (verified: Verified) => void | Promise<void>;
}

/**
 * Folds the log anew beside the live documents, up to where they are, and compares all of them; nothing is written to the
 * ledger's stores. A server may go on meanwhile.
 * @param until how many business events to fold at first; default: as many as each projection has taken
 * @throws NotComparable, AheadOfLog, PoisonEvent, Stopped, ReadModelUnavailable, StoreUnavailable
 */
export async function verify(
  log: Log,
  live: ReadModelReader,
  projections: readonly Projection[],
  { signal, output, visitor, until }: { signal: AbortSignal; output?: Output; visitor?: Visitor; until?: number },
): Promise<Verification> {
  const goals = new Map<string, number>();
  for (const each of projections) goals.set(each.name, until ?? (await takenBy(live, each)));
  const refolding = await beginRefolding(projections);
  try {
    const goalOf = ({ projection }: Refolded): number => goals.get(projection.name) as number;
    const progress = progressOf(Math.max(...goals.values()), 'events folded', output);
    for (const goal of [...new Set(goals.values())].sort((a, b) => a - b)) {
      const going = refolding.all.filter((each) => goalOf(each) >= goal);
      await foldTo(log, going, goal, signal, progress.update).catch((error: unknown) => {
        progress.stop();
        throw error;
      });
    }
    progress.stop();
    return await compareAll(refolding.all, { log, live, signal }, visitor, output);
  } finally {
    await refolding.close();
  }
}

async function compareAll(
  all: readonly Refolded[],
  comparing: { log: Log; live: ReadModelReader; signal: AbortSignal },
  visitor: Visitor | undefined,
  output: Output | undefined,
): Promise<Verification> {
  const sizes = await Promise.all(all.map(({ models, model }) => models.count(model)));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const progress = progressOf(total, 'documents compared', output);
  const verified: Verified[] = [];
  let seen = 0;
  try {
    for (const [index, refolded] of all.entries()) {
      const { projection, taken } = refolded;
      const events = taken?.count ?? 0;
      const visit = async (folded: Versioned): Promise<void> => {
        await visitor?.document(projection, folded);
        progress.update(++seen);
      };
      const difference = await compareModel(refolded, { ...comparing, visit });
      if (difference !== undefined) return { verified, difference };
      const one = { projection: projection.name, documents: sizes[index] as number, events };
      verified.push(one);
      await visitor?.compared(one);
    }
    return { verified };
  } finally {
    progress.stop();
  }
}

/** @throws NotComparable */
export async function takenBy(live: ReadModelReader, { name, model }: Projection): Promise<number> {
  const version = await live.liveVersion(model);
  if (version !== undefined && version !== model.version) {
    throw new NotComparable(
      `the documents of ${name} are of version ${version}, this program's of version ${model.version}: start the server, ` +
        'which makes them anew, and do this again',
    );
  }
  const checkpoint = version === undefined ? undefined : await live.checkpoint(name);
  if (checkpoint === undefined) {
    throw new NotComparable(`${name} has no documents yet: start the server, which makes them, and do this again`);
  }
  return checkpoint.count;
}
