import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalEvent, sha256 } from '../../src/event-store/canonical.js';
import type { Catalogue, EventDefinition } from '../../src/event-store/catalogue.js';
import type { Envelope, Json } from '../../src/kernel/envelope.js';
import { leafHash, leafOf } from '../../src/transparency/leaf.js';

export const GOLDEN = 'test/golden';

/** What `pin.py` worked out of an event, without this program. */
interface Pins {
  readonly canonical: string;
  readonly sha256: string;
  readonly leaf: string;
  readonly leafHash: string;
}

interface Sample {
  readonly event: Envelope;
  readonly sequence: number;
  readonly salt: string;
}

export const goldenNames = (folder: string): string[] =>
  readdirSync(join(GOLDEN, folder)).flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -5)] : []));

export const readGolden = <T>(name: string): T => JSON.parse(readFileSync(join(GOLDEN, `${name}.json`), 'utf8')) as T;

/** A whole event of `envelopes/`. */
export const readEnvelope = (name: string): Sample & Pins => readGolden(`envelopes/${name}`);

export function expectPinned({ event, sequence, salt }: Sample, pins: Pins): void {
  const canonical = canonicalEvent(event);
  const leaf = leafOf(event.ledger, sequence, salt, canonical);
  const actual = { canonical, sha256: sha256(canonical), leaf, leafHash: leafHash(leaf).toString('hex') };
  const { canonical: text, sha256: digest, leaf: leafText, leafHash: hash } = pins;
  expect(actual).toEqual({ canonical: text, sha256: digest, leaf: leafText, leafHash: hash });
}

/** The golden files that a catalogue needs, each with the definition of its type: one for each version ever stored. */
export const wantedGolden = (catalogue: Catalogue): ReadonlyMap<string, EventDefinition> =>
  new Map(
    catalogue.definitions.flatMap((definition) =>
      Array.from({ length: definition.version }, (_, i): [string, EventDefinition] => [
        `${definition.type}.v${i + 1}`,
        definition,
      ]),
    ),
  );

/**
 * Requires of every event of a catalogue, and of every version that may be stored, a golden file
 * `events/<type>.v<n>.json` whose bytes and hashes are pinned and whose data can still be read.
 */
export function describeGoldenEvents(catalogue: Catalogue): void {
  const wanted = wantedGolden(catalogue);

  describe('golden events: what was stored stays readable, byte for byte', () => {
    test.each([...wanted.keys()])('%s', (name) => expectGolden(catalogue, name));

    test('every golden file belongs to a version that may be stored', () => {
      // An event that was stored once stays in the catalogue for ever.
      expect(goldenNames('events').filter((name) => !wanted.has(name))).toEqual([]);
    });
  });
}

/** @param name `<type>.v<n>` */
export function expectGolden(catalogue: Catalogue, name: string): void {
  if (!goldenNames('events').includes(name)) throw new Error(missing(name));
  const golden = readGolden<{ data: Json } & Partial<Pins>>(`events/${name}`);
  if (!isPinned(golden)) throw new Error(`${name} is not pinned: run python3 ${GOLDEN}/pin.py`);
  const [, type = '', version = ''] = /^(.+)\.v(\d+)$/.exec(name) ?? [];
  const base = readGolden<Sample>('base');
  const event: Envelope = { ...base.event, type, schemaVersion: Number(version), data: golden.data };
  expectPinned({ ...base, event }, golden);
  const definition = wantedGolden(catalogue).get(name) as EventDefinition;
  if (Number(version) === definition.version) expectWhole(definition.schema, golden.data, name);
  const current = catalogue.upcast(event);
  expect(current.schemaVersion).toBe(catalogue.version(type));
  catalogue.validate(type, current.data);
}

/** A sample shows every field, so that one which is added later has none: that is a new version. */
function expectWhole(schema: Schema, data: Json, path: string): void {
  if (Array.isArray(data)) {
    expect(data.length).toBeGreaterThan(0);
    for (const item of data) expectWhole(schema.items ?? {}, item as Json, path);
    return;
  }
  for (const [field, inner] of Object.entries(schema.properties ?? {})) {
    const value = (data as Readonly<Record<string, Json>>)[field];
    if (value === undefined) {
      throw new Error(`${path} leaves out ${field}. A sample shows every field; a new field is a new version.`);
    }
    expectWhole(inner, value, `${path} ${field}`);
  }
}

/** The part of JSON Schema that names fields. */
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

const isPinned = <T extends Partial<Pins>>(golden: T): golden is T & Pins =>
  golden.canonical !== undefined && golden.sha256 !== undefined && golden.leafHash !== undefined;

const missing = (name: string): string =>
  `${name} has no golden file. Write ${GOLDEN}/events/${name}.json with {"data": …}, data of that version with every ` +
  `optional field, then run python3 ${GOLDEN}/pin.py and commit both. Never change the file of a version that was ` +
  'released: add a version and an upcaster.';
