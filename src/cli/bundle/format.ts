/*
 * A bundle is a directory from which a ledger can be built again, and proved to be the same: the log, what it was decided
 * and read under, and every document of every read model at the log's end. One ledger at one event makes one bundle, byte
 * for byte, whichever stores it is in; it holds pseudonyms and commitments, and nothing of the vault.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { sha256 } from '../../event-store/canonical.js';

export const MANIFEST = 'bundle.json';
export const EVENTS = 'events.jsonl';
export const SCHEMAS = 'schemas.json';
export const CONFIGURATION = 'configuration.json';
export const documentsOf = (projection: string): string => `documents/${projection}.jsonl`;

const FORMAT = 'sijill-bundle';
const VERSION = 1;
/** A manifest is a page or two. */
const MOST_BYTES = 1024 * 1024;

/** The directory is no bundle, or not as it was exported: the message names the file and says what is wrong with it. */
export class DamagedBundle extends Error {
  override readonly name = 'DamagedBundle';
}

const DIGEST = Type.String({ pattern: '^[0-9a-f]{64}$' });
const COUNT = Type.Integer({ minimum: 0 });
const FILE = Type.Object({
  name: Type.String({
    pattern: '^(events\\.jsonl|schemas\\.json|configuration\\.json|documents/[a-z][a-z0-9-]*\\.jsonl)$',
  }),
  bytes: COUNT,
  sha256: DIGEST,
});
const MODEL = Type.Object({ projection: Type.String(), model: Type.String(), version: COUNT, documents: COUNT });
const Manifest = Type.Object({
  format: Type.Literal(FORMAT),
  version: Type.Literal(VERSION),
  ledger: Type.String(),
  /** Business events: the documents are of the last of them. */
  events: Type.Integer({ minimum: 1 }),
  /** Of the log. */
  digest: DIGEST,
  ruleSet: Type.String(),
  models: Type.Array(MODEL),
  files: Type.Array(FILE),
});
export type Manifest = Static<typeof Manifest>;
export type FileFacts = Static<typeof FILE>;
const check = Compile(Manifest);

export const manifestOf = (facts: Omit<Manifest, 'format' | 'version'>): Manifest => ({
  format: FORMAT,
  version: VERSION,
  ...facts,
});

export const textOf = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;

/**
 * @param digest what the export said
 * @throws DamagedBundle
 */
export async function readManifest(bundle: string, digest: string | undefined): Promise<Manifest> {
  const path = join(bundle, MANIFEST);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new DamagedBundle(`${bundle} is no bundle: it has no ${MANIFEST}`);
  if (found.size > MOST_BYTES) throw new DamagedBundle(`${path} has ${found.size} bytes: no export writes such a one`);
  const text = await readFile(path, 'utf8');
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch (error) {
    throw new DamagedBundle(`${path} is cut off or damaged: it holds no JSON`, { cause: error });
  }
  const { format, version } = (manifest ?? {}) as { format?: unknown; version?: unknown };
  if (format !== FORMAT) throw new DamagedBundle(`${path} is not of a bundle: its format is ${JSON.stringify(format)}`);
  if (version !== VERSION) {
    throw new DamagedBundle(`the bundle has version ${JSON.stringify(version)}; this program reads version ${VERSION}`);
  }
  if (!check.Check(manifest)) {
    const [fault] = check.Errors(manifest);
    throw new DamagedBundle(`${path} is damaged: ${fault?.instancePath ?? ''} ${fault?.message ?? ''}`);
  }
  if (digest !== undefined && sha256(text) !== digest) {
    throw new DamagedBundle(
      `${path} has the digest ${sha256(text)}: it is another bundle than ${digest}, or was changed`,
    );
  }
  return manifest;
}
