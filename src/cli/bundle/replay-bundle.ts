import { join } from 'node:path';
import type { Catalogue } from '../../event-store/catalogue.js';
import type { EventReader, EventStore } from '../../event-store/event-store.js';
import type { Projection } from '../../feed/consumers.js';
import { PAGE_SIZE } from '../../feed/log-follower.js';
import { holdToOneLedger } from '../../feed/one-ledger.js';
import { beginFilling, fill, swap } from '../../feed/rebuild.js';
import { paired } from '../../kernel/paired.js';
import { differenceOf } from '../../read-models/difference.js';
import type { ReadModels, Versioned } from '../../read-models/read-models.js';
import { checkFile, stopAt, Stopped } from '../log/check-file.js';
import { importLog } from '../log/import-log.js';
import { linesOf } from '../log/lines.js';
import { progressOf, type Output } from '../progress.js';
import { byId } from '../refolding/compare.js';
import type { Verified, Verification } from '../refolding/verify-models.js';
import { checkFiles } from './checking.js';
import { DamagedBundle, documentsOf, EVENTS, readManifest, type Manifest } from './format.js';

/** The stores have something already, or this program reads documents in another way than the one that exported. */
export class NotReplayable extends Error {
  override readonly name = 'NotReplayable';
}

/** The largest document that MongoDB keeps, with what stands around it. */
const MOST_BYTES = 17 * 1024 * 1024;

/** Where the second instance is built: nothing is there yet. */
export interface Target {
  openStore(): Promise<EventStore>;
  openReader(): Promise<EventReader>;
  openReadModels(): Promise<ReadModels>;
  /** Appends that may be on their way at once, as `importLog` has it. */
  readonly inOrder: number;
}

export interface Replaying {
  readonly catalogue: Catalogue;
  readonly projections: readonly Projection[];
  /** What the export said; absent: the bundle is believed. */
  readonly digest?: string;
  readonly signal: AbortSignal;
  readonly output?: Output;
}

/**
 * Builds a second instance from a bundle alone, and holds every document of every read model against the bundle's.
 * @throws DamagedBundle, DamagedLog: then nothing was written; NotReplayable; Stopped; what the stores throw
 */
export async function replayBundle(
  bundle: string,
  target: Target,
  { catalogue, projections, digest, signal, output }: Replaying,
): Promise<Verification & { readonly manifest: Manifest }> {
  const manifest = await readManifest(bundle, digest);
  const chosen = manifest.models.map((model) => comparable(model, manifest, projections));
  await checkFiles(bundle, manifest, signal, output);
  const events = join(bundle, EVENTS);
  const checked = await checkFile(events, catalogue, signal, output);
  if (checked.digest !== manifest.digest || checked.events !== manifest.events || checked.ledger !== manifest.ledger) {
    throw new DamagedBundle(`${EVENTS} is whole, and of another ledger or another length than bundle.json says`);
  }

  const readModels = await target.openReadModels();
  try {
    if ((await readModels.checkpoints()).size > 0) throw occupied('the read models');
    const store = await target.openStore();
    try {
      if ((await store.last()) !== undefined) throw occupied('the event store');
      await importLog(events, checked, store, {
        catalogue,
        inOrder: target.inOrder,
        signal,
        ...(output && { output }),
      });
    } finally {
      await store.close();
    }
    const reader = await target.openReader();
    try {
      await holdToOneLedger(reader, readModels);
      const source = { reader, readModels, catalogue, pageSize: PAGE_SIZE };
      const progress = progressOf(manifest.events, 'events folded', output);
      const fillings = await beginFilling(source, chosen);
      const isFilled = await fill(source, fillings, signal, progress.update).finally(() => progress.stop());
      if (!isFilled) throw new Stopped('stopped');
      for (const filling of fillings) await swap(source, filling);
    } finally {
      await reader.close();
    }
    return { manifest, ...(await compare(bundle, manifest, chosen, readModels, signal, output)) };
  } finally {
    await readModels.close();
  }
}

const occupied = (what: string): NotReplayable =>
  new NotReplayable(
    `${what} of the second instance must be empty: give it a directory of its own (--into), and an EVENT_STORE_URL and a ` +
      'MONGODB_URI that hold nothing, or none',
  );

function comparable(
  { projection, model, version }: Manifest['models'][number],
  { ruleSet }: Manifest,
  projections: readonly Projection[],
): Projection {
  const ours = projections.find(({ name }) => name === projection);
  if (ours?.model.version === version && ours.model.name === model) return ours;
  const has = ours === undefined ? 'none of that name' : `version ${ours.model.version}`;
  throw new NotReplayable(
    `the bundle has ${projection} in version ${version}, this program ${has}: replay it with the program that exported it ` +
      `(rule set ${ruleSet})`,
  );
}

async function compare(
  bundle: string,
  { models, events }: Manifest,
  chosen: readonly Projection[],
  readModels: ReadModels,
  signal: AbortSignal,
  output?: Output,
): Promise<Verification> {
  const total = models.reduce((sum, { documents }) => sum + documents, 0);
  const progress = progressOf(total, 'documents compared', output);
  const verified: Verified[] = [];
  let seen = 0;
  try {
    for (const [index, { name, model }] of chosen.entries()) {
      const filed = documentsIn(bundle, documentsOf(name));
      let documents = 0;
      for await (const [expected, found] of paired(filed, readModels.scan(model), byId)) {
        stopAt(signal);
        const difference = differenceOf(name, (expected ?? found)!.id, expected, found);
        if (difference !== undefined) return { verified, difference };
        documents++;
        progress.update(++seen);
      }
      const counted = models[index]!.documents;
      if (documents !== counted) {
        throw new DamagedBundle(`${documentsOf(name)} has ${documents} documents, and bundle.json says ${counted}`);
      }
      verified.push({ projection: name, documents, events });
    }
    return { verified };
  } finally {
    progress.stop();
  }
}

async function* documentsIn(bundle: string, name: string): AsyncGenerator<Versioned, void> {
  let line = 0;
  for await (const text of linesOf(join(bundle, name), () => undefined, MOST_BYTES)) {
    line++;
    try {
      yield JSON.parse(text) as Versioned;
    } catch (error) {
      throw new DamagedBundle(`line ${line} of ${name} holds no JSON`, { cause: error });
    }
  }
}
