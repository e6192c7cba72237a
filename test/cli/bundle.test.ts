import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debtList } from '../../projections/debt-list/projection.js';
import { projections } from '../../src/composition.js';
import { exportedBundle, replayed } from './bundles.js';
import { folder, newLedger, place, sijill } from './moving.js';
import { byHand, documentsOf, overwrite } from './refolding/damage.js';

afterAll(() => rmSync(place, { recursive: true, force: true }));

const bytesOf = (bundle: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(bundle, { recursive: true, withFileTypes: true })
      .filter((each) => each.isFile())
      .map(({ parentPath, name }) => [
        join(parentPath, name).slice(bundle.length),
        readFileSync(join(parentPath, name), 'utf8'),
      ]),
  );

describe('a bundle', () => {
  let data: string;
  let bundle: string;
  beforeAll(async () => {
    data = await newLedger();
    bundle = join(folder(), 'bundle');
    await exportedBundle({ data }, bundle);
  });
  /** A copy to spoil. */
  const copy = (): string => {
    const to = join(folder(), 'copy');
    mkdirSync(join(to, 'documents'), { recursive: true });
    for (const [name, text] of Object.entries(bytesOf(bundle))) writeFileSync(join(to, name), text);
    return to;
  };

  test('is replayed as an instance whose every document is equal, and which makes the same bundle, byte for byte', async () => {
    const second = { data: folder() };
    const { verified, difference, manifest } = await replayed(bundle, second);
    expect(difference).toBeUndefined();
    expect(verified.map(({ projection }) => projection)).toEqual(projections.map(({ name }) => name));
    expect(verified.reduce((sum, { documents }) => sum + documents, 0)).toBeGreaterThan(10);
    expect(manifest.events).toBeGreaterThan(10);
    const again = join(folder(), 'again');
    await exportedBundle(second, again);
    expect(bytesOf(again)).toEqual(bytesOf(bundle));
  });

  test('holds no secret, and nothing of the vault', () => {
    const all = Object.entries(bytesOf(bundle));
    expect(all.map(([name]) => name).sort()).toEqual(
      [
        '/bundle.json',
        '/configuration.json',
        '/events.jsonl',
        '/schemas.json',
        ...projections.map(({ name }) => `/documents/${name}.jsonl`),
      ].sort(),
    );
    expect(Object.keys(JSON.parse(bytesOf(bundle)['/configuration.json']!) as object)).toEqual(['backdatingDays']);
  });

  test.each<[string, (bundle: string) => void, string]>([
    ['cut off', (at) => truncateSync(join(at, 'events.jsonl'), 500), 'events.jsonl is cut off: it has 500 bytes of'],
    ['longer', (at) => appendFileSync(join(at, 'schemas.json'), ' '), 'schemas.json has'],
    [
      'changed',
      (at) => {
        const file = join(at, 'documents/debt-list.jsonl');
        writeFileSync(file, readFileSync(file, 'utf8').replace('"SAR"', '"XAR"'));
      },
      'documents/debt-list.jsonl was changed: its digest is',
    ],
    ['without a file', (at) => rmSync(join(at, 'configuration.json')), 'configuration.json is missing from the bundle'],
    [
      'with another file',
      (at) => writeFileSync(join(at, 'notes.txt'), ''),
      'notes.txt is no part of the bundle: take it away',
    ],
    ['with half a manifest', (at) => truncateSync(join(at, 'bundle.json'), 700), 'bundle.json is cut off or damaged'],
    ['of another kind', (at) => writeFileSync(join(at, 'bundle.json'), '{"format":"zip"}'), 'its format is "zip"'],
    [
      'of a later version',
      (at) =>
        writeFileSync(
          join(at, 'bundle.json'),
          readFileSync(join(at, 'bundle.json'), 'utf8').replace('"version": 1', '"version": 2'),
        ),
      'the bundle has version 2; this program reads version 1',
    ],
    [
      'that names files elsewhere',
      (at) =>
        writeFileSync(
          join(at, 'bundle.json'),
          readFileSync(join(at, 'bundle.json'), 'utf8').replace('"events.jsonl"', '"../events.jsonl"'),
        ),
      'bundle.json is damaged: /files/0/name',
    ],
    ['without a manifest', (at) => rmSync(join(at, 'bundle.json')), 'is no bundle: it has no bundle.json'],
  ])('%s is refused, the file is named, and nothing is built', async (_, spoil, message) => {
    const spoiled = copy();
    spoil(spoiled);
    const second = { data: folder() };
    await expect(replayed(spoiled, second)).rejects.toThrow(message);
    expect(readdirSync(second.data)).toEqual([]);
  });

  test('whose manifest was changed with its files is refused by the digest that the export said', async () => {
    const { digest } = await exportedBundle({ data }, join(folder(), 'b'));
    await expect(replayed(bundle, { data: folder() }, digest)).resolves.not.toHaveProperty('difference');
    await expect(replayed(bundle, { data: folder() }, 'a'.repeat(64))).rejects.toThrow(
      'it is another bundle than aaaa',
    );
  });

  test('of documents that the events do not give is found out, at the first field', async () => {
    const forged = copy();
    const name = 'documents/debt-list.jsonl';
    const lines = readFileSync(join(forged, name), 'utf8').split('\n');
    const first = JSON.parse(lines[0]!) as { id: string; document: { state: string } };
    lines[0] = lines[0]!.replace(`"state":"${first.document.state}"`, '"state":"forgiven"');
    writeFileSync(join(forged, name), lines.join('\n'));
    rehash(forged, name);
    const { difference, verified } = await replayed(forged, { data: folder() });
    expect(verified).toEqual([]);
    expect(difference).toMatchObject({ model: 'debt-list', id: first.id, field: 'state', expected: 'forgiven' });
  });

  test('an instance whose documents are not what its events give makes none', async () => {
    const unsound = await newLedger(2);
    const [first] = await documentsOf({ data: unsound }, debtList);
    await overwrite({ data: unsound }, debtList, first!, { ...first!.document!, state: 'forgiven' });
    const out = join(folder(), 'none');
    await expect(exportedBundle({ data: unsound }, out)).rejects.toThrow('No bundle was made: rebuild debt-list');
    expect(readdirSync(join(out, '..'))).toEqual([]);
  });

  test('of another version of a model is not compared', async () => {
    const other = copy();
    const manifest = readFileSync(join(other, 'bundle.json'), 'utf8');
    const { version } = debtList.model;
    writeFileSync(
      join(other, 'bundle.json'),
      manifest.replace(
        `"model": "debtList",\n      "version": ${version}`,
        `"model": "debtList",\n      "version": 99`,
      ),
    );
    await expect(replayed(other, { data: folder() })).rejects.toThrow(
      `the bundle has debt-list in version 99, this program version ${version}: replay it with the program that exported it`,
    );
  });

  test('stores that hold something are left as they are', async () => {
    await expect(replayed(bundle, { data })).rejects.toThrow('the read models of the second instance must be empty');
    byHand(data, () => 'DELETE FROM checkpoints');
    await expect(replayed(bundle, { data })).rejects.toThrow('the event store of the second instance must be empty');
  });

  test('on the command line: export and replay, their exit codes and digest', async () => {
    const source = await newLedger(4);
    const out = join(folder(), 'bundle');
    const made = await sijill(['export', out, '--json'], { SIJILL_DATA: source });
    expect([made.code, made.err]).toEqual([0, '']);
    const { bundleDigest: digest, events } = JSON.parse(made.out) as { bundleDigest: string; events: number };
    const into = join(folder(), 'second');
    const equal = await sijill(['replay', out, '--digest', digest, '--into', into], {});
    expect([equal.code, equal.err]).toEqual([
      0,
      expect.stringMatching(
        new RegExp(
          `\nreplayed ${events} events of the ledger [-0-9a-f]+ on SQLite and SQLite in \\d+ s: all is equal\nthe instance is in `,
        ),
      ),
    ]);
    expect((await sijill(['rebuild', '--verify'], { SIJILL_DATA: into })).code).toBe(0);
    const again = await sijill(['export', out], { SIJILL_DATA: source });
    expect([again.code, again.err]).toEqual([1, expect.stringMatching(/^export: EEXIST/)]);
    truncateSync(join(out, 'schemas.json'), 10);
    const damaged = await sijill(['replay', out], {});
    expect([damaged.code, damaged.err]).toEqual([
      1,
      expect.stringMatching(/^replay: schemas\.json is cut off: it has 10 bytes of \d+\n$/),
    ]);
  });
});

/** As a forger would who knows the format. */
function rehash(bundle: string, name: string): void {
  const text = readFileSync(join(bundle, name));
  const manifest = JSON.parse(readFileSync(join(bundle, 'bundle.json'), 'utf8')) as {
    files: { name: string; bytes: number; sha256: string }[];
  };
  const file = manifest.files.find((each) => each.name === name)!;
  file.bytes = text.length;
  file.sha256 = createHash('sha256').update(text).digest('hex');
  writeFileSync(join(bundle, 'bundle.json'), JSON.stringify(manifest));
}
