import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Schema } from 'mongoose';
import type { Catalogue } from '../../event-store/catalogue.js';
import type { EventReader } from '../../event-store/event-store.js';
import { AheadOfLog } from '../../feed/feed.js';
import { feedPage } from '../../feed/feed-page.js';
import type { Projection } from '../../feed/consumers.js';
import { pageQuery, PAGE_SIZE } from '../../feed/log-follower.js';
import { Projector } from '../../feed/projector.js';
import type { Checkpoint, Model, ReadModels } from '../../read-models/read-models.js';
import { openSqliteReadModels } from '../../read-models/sqlite/sqlite-read-models.js';
import { stopAt } from '../log/check-file.js';

export interface Log {
  readonly reader: EventReader;
  readonly catalogue: Catalogue;
}

/** A projection's documents, folded anew into a store of its own up to exactly an event. */
export interface Refolded {
  readonly projection: Projection;
  /** Of the documents in `models`: without indexes, for they are only walked through. */
  readonly model: Model;
  readonly models: ReadModels;
  readonly projector: Projector;
  taken: Checkpoint | undefined;
}

/** What was folded anew, in a file beside everything. */
export interface Refolding {
  readonly all: readonly Refolded[];
  /** Removes it. */
  close(): Promise<void>;
}

/** Begins with nothing. The file is in TMPDIR, and as large as the live one without its indexes. */
export async function beginRefolding(projections: readonly Projection[]): Promise<Refolding> {
  const folder = mkdtempSync(join(tmpdir(), 'sijill-verify-'));
  const models = openSqliteReadModels(join(folder, 'read-models.db'));
  const all = projections.map((projection) => {
    const { name, version } = projection.model;
    const model: Model = { name, version, schema: new Schema({ _id: String }) };
    return { projection, model, models, projector: new Projector(projection, models), taken: undefined };
  });
  await models.open(all.map(({ model }) => model));
  return {
    all,
    async close() {
      await models.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/**
 * Folds on those that stand at one place, up to so many business events, in one pass.
 * @throws AheadOfLog: there are fewer; PoisonEvent; Stopped
 */
export async function foldTo(
  { reader, catalogue }: Log,
  refolded: readonly Refolded[],
  count: number,
  signal: AbortSignal,
  progress: (count: number) => void = () => undefined,
): Promise<void> {
  for (let at = refolded[0]?.taken; (at?.count ?? 0) < count;) {
    stopAt(signal);
    const read = await reader.readAll(pageQuery(at, Math.min(PAGE_SIZE, count - (at?.count ?? 0))));
    const page = feedPage(read, catalogue, at);
    for (const each of page === undefined ? [] : refolded) {
      each.taken = await each.projector.fold({ model: each.model, generation: 'live' }, page!, each.taken);
    }
    at = page?.end ?? at;
    progress(at?.count ?? 0);
    if (read.atEnd && (at?.count ?? 0) < count) throw new AheadOfLog(count, at?.count ?? 0);
    await new Promise((resolve) => setImmediate(resolve)); // a signal is heard here
  }
}
