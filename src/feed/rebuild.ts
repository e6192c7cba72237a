import type { EventReader } from '../event-store/event-store.js';
import type { Catalogue } from '../event-store/catalogue.js';
import type { Checkpoint, ReadModels, Target } from '../read-models/read-models.js';
import type { Projection } from './consumers.js';
import { feedPage } from './feed-page.js';
import { pageQuery } from './log-follower.js';
import { Projector } from './projector.js';

export interface RebuildSource {
  readonly reader: EventReader;
  readonly readModels: ReadModels;
  readonly catalogue: Catalogue;
  readonly pageSize: number;
}

/** A new version of a projection's documents, beside the live one. */
export interface Filling {
  readonly projector: Projector;
  readonly target: Target;
  /** Everything up to here is folded into it. */
  taken: Checkpoint | undefined;
}

export async function beginFilling(
  { readModels }: RebuildSource,
  projections: readonly Projection[],
): Promise<readonly Filling[]> {
  const fillings: Filling[] = [];
  for (const projection of projections) {
    const target = await readModels.beginRebuild(projection.model);
    fillings.push({ projector: new Projector(projection, readModels), target, taken: undefined });
  }
  return fillings;
}

/**
 * Folds the log into new versions that stand at the same place, in one pass, until its end.
 * @param progress told after each page how many business events are folded
 * @returns false where the signal ended it
 * @throws PoisonEvent
 */
export async function fill(
  { reader, catalogue, pageSize }: RebuildSource,
  fillings: readonly Filling[],
  signal: AbortSignal,
  progress: (count: number) => void = () => undefined,
): Promise<boolean> {
  for (let at = fillings[0]?.taken; !signal.aborted;) {
    const read = await reader.readAll(pageQuery(at, pageSize));
    const page = feedPage(read, catalogue, at);
    if (page === undefined) return true; // an empty log
    for (const each of fillings) each.taken = await each.projector.fold(each.target, page, each.taken);
    at = page.end;
    progress(at.count);
    if (read.atEnd) return true;
    await yieldThread();
  }
  return false;
}

/** Makes a filled version the live one, from one read to the next. */
export const swap = ({ readModels }: RebuildSource, { target, projector }: Filling): Promise<void> =>
  readModels.finishRebuild(target, projector.projection.name);

const yieldThread = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
