import { mkdir } from 'node:fs/promises';
import { canonicalJson, sha256 } from '../../event-store/canonical.js';
import type { Projection } from '../../feed/consumers.js';
import { saidOf, type Difference } from '../../read-models/difference.js';
import type { ReadModelReader } from '../../read-models/read-models.js';
import type { Output } from '../progress.js';
import { exportLog } from '../log/export-log.js';
import { takenBy, verify } from '../refolding/verify-models.js';
import type { Log } from '../refolding/refold.js';
import { factsOf } from './checking.js';
import {
  CONFIGURATION,
  documentsOf,
  EVENTS,
  MANIFEST,
  manifestOf,
  SCHEMAS,
  textOf,
  type FileFacts,
  type Manifest,
} from './format.js';
import { FileWriter, wholeDirectory, writeText } from './writing.js';

/** A document of the instance is not what its events give: a bundle would hand the fault on. */
export class NotSound extends Error {
  override readonly name = 'NotSound';
  constructor(readonly difference: Difference) {
    super(
      `${saidOf(difference)}. No bundle was made: rebuild ${difference.model}, find out who wrote the document, and ` +
        'export again',
    );
  }
}

export interface Instance {
  readonly log: Log;
  readonly live: ReadModelReader;
  readonly projections: readonly Projection[];
  readonly ruleSet: string;
  /** What decides and reads depend on besides the events; nothing secret. */
  readonly configuration: object;
}

/**
 * Writes a bundle of an instance, which a server may have open: the events that every read model has taken, and each
 * document as they give it. The live documents are held against these on the way.
 * @param out a directory that does not exist yet; it gets its name when it is whole and on the disk
 * @returns the manifest and its digest, which stands for the whole bundle
 * @throws NotSound, NotComparable; what `exportLog` and `verify` throw; what the file system throws
 */
export function exportBundle(
  instance: Instance,
  out: string,
  signal: AbortSignal,
  output?: Output,
): Promise<{ readonly manifest: Manifest; readonly digest: string }> {
  return wholeDirectory(out, (part) => write(instance, part, signal, output));
}

async function write(
  { log, live, projections, ruleSet, configuration }: Instance,
  part: string,
  signal: AbortSignal,
  output?: Output,
): Promise<{ manifest: Manifest; digest: string }> {
  const until = Math.min(...(await Promise.all(projections.map((each) => takenBy(live, each)))));
  const { ledger, events, digest } = await exportLog(
    log.reader,
    log.catalogue,
    `${part}/${EVENTS}`,
    signal,
    output,
    until,
  );
  const files: FileFacts[] = [await factsOf(part, EVENTS)];
  const schemas = log.catalogue.definitions.map(({ type, version, schema }) => [type, { version, schema }] as const);
  const sorted = schemas.toSorted(([a], [b]) => (a < b ? -1 : 1));
  files.push(await writeText(part, SCHEMAS, textOf(Object.fromEntries(sorted))));
  files.push(await writeText(part, CONFIGURATION, textOf(configuration)));

  await mkdir(`${part}/documents`);
  const models: Manifest['models'] = [];
  let file: FileWriter | undefined;
  const visitor = {
    async document(
      { name }: Projection,
      { id, sequence, document }: { id: string; sequence: number; document: object | null },
    ) {
      file ??= new FileWriter(part, documentsOf(name));
      await file.write(`${canonicalJson({ id, sequence, document })}\n`);
    },
    async compared({ projection, documents }: { projection: string; documents: number }) {
      files.push(await (file ?? new FileWriter(part, documentsOf(projection))).end());
      file = undefined;
      const { model } = projections.find(({ name }) => name === projection) as Projection;
      models.push({ projection, model: model.name, version: model.version, documents });
    },
  };
  const { difference } = await verify(log, live, projections, {
    signal,
    visitor,
    until: events,
    ...(output && { output }),
  });
  if (difference !== undefined) throw new NotSound(difference);
  const manifest = manifestOf({ ledger, events, digest, ruleSet, models, files });
  const text = textOf(manifest);
  await writeText(part, MANIFEST, text);
  return { manifest, digest: sha256(text) };
}
