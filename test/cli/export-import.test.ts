import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { openEventStore } from '../../src/adapters.js';
import { checkFile } from '../../src/cli/log/check-file.js';
import type { Summary } from '../../src/cli/log/file.js';
import { closing, eventLine, firstDigest, header, nextDigest } from '../../src/event-store/log-format.js';
import { importLog } from '../../src/cli/log/import-log.js';
import { Revisions } from '../../src/cli/log/revisions.js';
import { catalogue } from '../../src/composition.js';
import { canonicalJson } from '../../src/event-store/canonical.js';
import type { EventStore } from '../../src/event-store/event-store.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import type { LedgerId } from '../../src/kernel/ids.js';
import { generator } from '../generator.js';
import {
  exported,
  folder,
  goesOn,
  grow,
  imported,
  linesIn,
  newLedger,
  place,
  quiet,
  sijill,
  withReader,
} from './moving.js';
import { moves } from './moves.js';

/* A ledger moves by `sijill export` and `import`, which check ids, order and digests (docs/operations.md). */

let data: string;
let file: string;
let summary: Summary;

beforeAll(async () => {
  data = await newLedger();
  file = join(place, 'ledger.jsonl');
  summary = await exported({ data }, file);
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

moves('SQLite', () => Promise.resolve({ data: folder() }));

describe('a log as a file', () => {
  test('has exactly what is stored, under a digest that anybody can work out', async () => {
    const [first, ...lines] = linesIn(file);
    const last = lines.pop();
    expect([lines.length, first, last]).toEqual([
      summary.events,
      `{"format":"sijill-log","ledger":"${summary.ledger}","version":1}`,
      `{"digest":"${summary.digest}","events":${summary.events}}`,
    ]);
    expect(lines.every((line) => line === canonicalJson(JSON.parse(line)))).toBe(true);
    const stored = await withReader({ data }, (reader) => reader.readAll({ limit: 4_096 }));
    expect(lines.map((line) => (JSON.parse(line) as { event: unknown }).event)).toEqual(
      stored.events.map(({ event }) => event),
    );
    expect(new Set(stored.events.map(({ event }) => event.type)).size).toBeGreaterThan(15);
  });

  test('is the same gzipped, by the name of the file', async () => {
    const zipped = join(place, 'ledger.jsonl.gz');
    await exported({ data }, zipped);
    expect(gunzipSync(readFileSync(zipped)).equals(readFileSync(file))).toBe(true);
    const embedded = { data: folder() };
    await imported(zipped, embedded);
    expect(await exported(embedded, join(place, 'unzipped.jsonl'))).toEqual(summary);
  });
});

/** Files that are none, or no longer. */
describe('a damaged file is refused, with what is wrong and where, and nothing is written', () => {
  const damaged = (name: string, change: (lines: string[]) => string[] | string): string => {
    const changed = change(linesIn(file));
    const path = join(place, `damaged-${name}.jsonl`);
    writeFileSync(path, typeof changed === 'string' ? changed : changed.map((line) => `${line}\n`).join(''));
    return path;
  };
  /** As whoever can work out digests would write it. */
  const forged = (name: string, change: (events: Envelope[]) => Envelope[]): string =>
    damaged(name, (lines) => {
      const events = lines.slice(1, -1).map((line) => (JSON.parse(line) as { event: Envelope }).event);
      return written(summary.ledger, change(events).map(canonicalJson));
    });
  const written = (ledger: LedgerId, events: readonly string[]): string[] => {
    let digest = firstDigest(ledger);
    const lines = events.map((event, sequence) => eventLine((digest = nextDigest(digest, event)), event, sequence));
    return [header(ledger), ...lines, closing(digest, events.length)];
  };
  const swap = <T>(list: T[], a: number, b: number): T[] => list.with(a, list[b] as T).with(b, list[a] as T);
  const flip = (text: string): string => text.replace(/"effectiveOn":"2/, '"effectiveOn":"3');
  const changed = (events: Envelope[], at: number, more: object): Envelope[] =>
    events.with(at, { ...(events[at] as Envelope), ...more });

  test.each<[string, () => string, RegExp]>([
    [
      'a flipped byte',
      () => damaged('flipped', (l) => l.with(5, flip(l[5]!))),
      /^line 6, event 4, is not as it was exported/,
    ],
    [
      'a flipped byte of a digest',
      () => damaged('flipped-2', (l) => l.with(5, l[5]!.replace(/[0-9a-f]",/, 'x",'))),
      /^line 6 is damaged/,
    ],
    [
      'another sequence',
      () => damaged('numbered', (l) => l.with(5, l[5]!.replace(/4\}$/, '5}'))),
      /^line 6, event 4, is not as it was exported/,
    ],
    [
      'a missing line',
      () => damaged('missing', (l) => l.toSpliced(5, 1)),
      /^lines are missing: line 6 has event 5 where event 4 belongs$/,
    ],
    [
      'swapped lines',
      () => damaged('swapped', (l) => swap(l, 5, 7)),
      /^lines are out of order: line 6 has event 6, and event 4 comes in line 8$/,
    ],
    [
      'a doubled line',
      () => damaged('doubled', (l) => l.toSpliced(5, 0, l[4]!)),
      /^line 6 has event 3 once more: lines are doubled$/,
    ],
    [
      'a file cut off between lines',
      () => damaged('cut', (l) => l.slice(0, 6)),
      /^the file is cut off: after 5 events the line that closes it is missing$/,
    ],
    [
      'a file cut off within a line',
      () => damaged('cut-2', (l) => `${l.slice(0, 6).join('\n')}\n${l[6]!.slice(0, 40)}`),
      /^the file is cut off: it ends in the middle of line 7$/,
    ],
    [
      'the last events left out',
      () => damaged('short', (l) => l.toSpliced(-4, 3)),
      /^its last line says \d+ events, but there are \d+: lines are missing$/,
    ],
    [
      'a changed end',
      () => damaged('end', (l) => l.with(-1, l.at(-1)!.replace(/[0-9a-f]{4}"/, '0000"'))),
      /^its last line is damaged/,
    ],
    [
      'something behind the end',
      () => damaged('more', (l) => [...l, l[1]!]),
      /^something follows behind the line that closes it$/,
    ],
    ['another file', () => damaged('other', () => 'date,amount\n2026-01-01,5\n'), /^this is no export of a ledger/],
    ['an empty file', () => damaged('empty', () => ''), /^this is no export of a ledger/],
    [
      'a later version',
      () => damaged('later', (l) => l.with(0, l[0]!.replace('1}', '2}'))),
      /has version 2; this program reads version 1$/,
    ],
    [
      'a line without an end',
      () => damaged('endless', (l) => `${l[0]}\n${'x'.repeat(1_000_000)}\n`),
      /^line 2 is longer than any line of an export$/,
    ],
    [
      'an event of another ledger',
      () => forged('ledger', (e) => changed(e, 4, { ledger: '00000000-0000-4000-8000-000000000000' })),
      /^event 4 .*: it is of the ledger 0/,
    ],
    [
      'another beginning',
      () => forged('begin', (e) => e.slice(1)),
      /^event 0 .*: a ledger begins with ledger.LedgerOpened, not with /,
    ],
    [
      'a gap in a stream',
      () => forged('gap', (e) => changed(e, 4, { revision: 7 })),
      /^event 4 .*: revision 7 of \S+ stands where \d belongs$/,
    ],
    [
      'an id of its own',
      () => forged('id', (e) => changed(e, 4, { id: '00000000-0000-4000-8000-000000000000' })),
      /^event 4 .*: its id 0\S+ does not follow from its command$/,
    ],
    [
      'an unknown event',
      () => forged('type', (e) => changed(e, 4, { type: 'debts.Invented' })),
      /^event 4 .*: debts.Invented is not in the catalogue$/,
    ],
    [
      'data that do not fit',
      () => forged('data', (e) => changed(e, 4, { data: { amount: 5 } })),
      /^event 4 .*: \w+\.\w+.*/,
    ],
    [
      'entries of no amount',
      () => forged('entries', (e) => changed(e, 4, { entries: [{ amount: '0.00', currency: 'SAR' }] })),
      /^event 4 .*: entry of 0.00 SAR: not positive$/,
    ],
    [
      'JSON in another form',
      () =>
        damaged('form', (l) =>
          written(
            summary.ledger,
            l.slice(1, -1).map((line, n) => {
              const { event } = JSON.parse(line) as { event: Envelope };
              return n === 4 ? JSON.stringify(event, null, 1).replaceAll('\n', '') : canonicalJson(event);
            }),
          ),
        ),
      /^event 4 .*: its JSON is not canonical/,
    ],
  ])('%s', async (_, make, message) => {
    const path = make();
    await expect(checkFile(path, catalogue, goesOn, quiet)).rejects.toMatchObject({
      name: 'DamagedLog',
      message: expect.stringMatching(message),
    });
  });

  test('the program says so in one line, and makes nothing', async () => {
    const into = folder();
    const path = damaged('told', (lines) => lines.toSpliced(5, 1));
    const { code, out, err } = await sijill(['import', path], { SIJILL_DATA: into });
    expect([code, out, readdirSync(into)]).toEqual([1, '', []]);
    expect(err).toBe('import: lines are missing: line 6 has event 5 where event 4 belongs\n');
  });

  test.each([
    [
      'cut off',
      (bytes: Buffer) => bytes.subarray(0, bytes.length / 2),
      /^the file is cut off: its compressed part ends after line \d+$/,
    ],
    [
      'damaged',
      (bytes: Buffer) => bytes.fill(0xff, 200, 300),
      /^the file is damaged: it cannot be unpacked after line \d+ /,
    ],
  ])('a gzipped file that is %s', async (name, change, message) => {
    const path = join(place, `${name.replace(' ', '-')}.gz`);
    writeFileSync(path, change(gzipSync(readFileSync(file))));
    await expect(checkFile(path, catalogue, goesOn, quiet)).rejects.toThrow(message);
  });

  test('the digest that the export said tells a whole file from the right one', async () => {
    const into = { SIJILL_DATA: folder() };
    const other = 'ab'.repeat(32);
    const refused = await sijill(['import', file, '--digest', other], into);
    expect([refused.code, readdirSync(into.SIJILL_DATA)]).toEqual([1, []]);
    expect(refused.err).toContain(`it is whole, and another one than ${other}`);
    const checked = await sijill(['import', file, '--check', '--digest', summary.digest], into);
    expect([checked.code, checked.err, readdirSync(into.SIJILL_DATA)]).toEqual([
      0,
      expect.stringContaining(summary.digest),
      [],
    ]);
  });

  test('--json says what was checked, what was there and what was written, for programs', async () => {
    const into = { SIJILL_DATA: folder() };
    const told = async (...args: readonly string[]): Promise<unknown> =>
      JSON.parse((await sijill(['import', file, '--json', ...args], into)).out);
    const { ledger, events, digest } = summary;
    expect(await told('--check')).toEqual({ ledger, events, digest });
    expect(await told()).toEqual({ ledger, events, digest, had: 0, written: events });
    expect(await told()).toEqual({ ledger, events, digest, had: events, written: 0 });
  });
});

describe('an import writes into an empty store, and leaves any other one as it was', () => {
  test('of this ledger with another past', async () => {
    const stores = { data: folder() };
    for (const name of readdirSync(data).filter((each) => each.startsWith('ledger.db'))) {
      copyFileSync(join(data, name), join(stores.data, name));
    }
    await grow(stores.data, 1);
    await grow(data, 2);
    const longer = join(place, 'longer.jsonl');
    await exported({ data }, longer);
    await expect(imported(longer, stores)).rejects.toThrow(
      `event ${summary.events} of the store is another one than event ${summary.events} of the file; nothing was written`,
    );
  });

  test('a store that puts events in another order is found out', async () => {
    const store = await openEventStore({ data: folder() });
    const held: (() => void)[] = [];
    const disorderly = Object.create(store) as EventStore;
    // Two appends change places on their way, as calls on several connections may.
    disorderly.append = async (...append) => {
      if (held.length === 0) await new Promise<void>((resolve) => held.push(resolve));
      const appended = store.append(...append);
      held[0]?.();
      return appended;
    };
    for (const method of ['readAll', 'head', 'comparePositions'] as const) {
      disorderly[method] = store[method].bind(store) as never;
    }
    const checked = await checkFile(file, catalogue, goesOn, quiet);
    const options = { catalogue, inOrder: 4, signal: goesOn, output: quiet };
    await expect(importLog(file, checked, disorderly, options)).rejects.toMatchObject({ name: 'NotAsWritten' });
    await store.close();
  });

  test('a server that has the embedded ledger keeps an import out', async () => {
    const into = folder();
    const store = await openEventStore({ data: into });
    const { code, err } = await sijill(['import', file], { SIJILL_DATA: into });
    await store.close();
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/\nimport: .+ledger.db is in use by another writer; stop that one first/),
    ]);
  });
});

describe('on the command line', () => {
  test('an export goes to the standard output, the words beside it to the other one', async () => {
    const { code, out, err } = await sijill(['export'], { SIJILL_DATA: data });
    const now = join(place, 'now.jsonl');
    const { digest } = await exported({ data }, now);
    expect([code, out]).toEqual([0, readFileSync(now, 'utf8')]);
    expect(err).toMatch(
      new RegExp(`exported \\d+ events of the ledger ${summary.ledger} from .+\ndigest ${digest}\n$`),
    );
  });

  test('an export never writes over a file, and leaves none where it fails', async () => {
    const { code, err } = await sijill(['export', '--out', file], { SIJILL_DATA: data });
    expect([code, err]).toEqual([1, `export: EEXIST: file already exists, open '${file}'\n`]);
    const into = folder();
    const nothing = await sijill(['export', '--out', join(into, 'x.gz')], { SIJILL_DATA: folder() });
    expect([nothing.code, nothing.err, readdirSync(into)]).toEqual([
      1,
      expect.stringContaining('ledger.db does not exist'),
      [],
    ]);
  });

  test('says how it is used', async () => {
    const help = await sijill(['--help'], {});
    expect([help.code, help.err]).toEqual([0, '']);
    for (const name of ['export', 'import', 'rebuild']) {
      expect(help.out).toContain(`  ${name} `);
    }
    const its = await sijill(['import', '--help'], {});
    expect([its.code, its.err, its.out]).toEqual([0, '', expect.stringContaining('sijill import FILE')]);
    for (const [args, said] of [
      [['balance'], 'sijill: there is no command balance; sijill --help lists them\n'],
      [['import', '-'], 'Usage: sijill import FILE'],
      [['export', '--to', 'x'], 'Usage: sijill export BUNDLE'],
      [[], 'Usage: sijill COMMAND'],
    ] as const) {
      const wrong = await sijill(args, { SIJILL_DATA: folder() });
      expect([args, wrong.code, wrong.out]).toEqual([args, 2, '']);
      expect(wrong.err).toContain(said);
    }
  });
});

test('the revisions of many streams are counted like those of a few', () => {
  const revisions = new Revisions();
  const plain = new Map<string, number>();
  const random = generator(7);
  for (let i = 0; i < 60_000; i++) {
    const stream = `debt-${Math.floor(random() * 30_000)}`;
    const expected = plain.get(stream) ?? 0;
    if (revisions.take(stream) !== expected) throw new Error(`${stream} is not at ${expected}`);
    plain.set(stream, expected + 1);
  }
});
