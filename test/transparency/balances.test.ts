import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson } from '../../src/event-store/canonical.js';
import { businessDateAt } from '../../src/kernel/calendar.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { Database, ForeignFile } from '../../src/sqlite/database.js';
import { openBalancesFile } from '../../src/transparency/balances/balances-file.js';
import { FORMAT, openBalancesReader } from '../../src/transparency/balances/balances-reader.js';
import { writeBalances } from '../../src/transparency/balances/proof.js';
import { headOf, balancesKey, signBalances, type BalancesHead } from '../../src/transparency/balances/note.js';
import { recordedUpTo, type Recorded } from '../../src/transparency/balances/recorded.js';
import { openCheckpoint, parseCheckpoint } from '../../src/transparency/checkpoint.js';
import { EMPTY_ROOT, treeSize } from '../../src/transparency/hashes.js';
import { parseVkey } from '../../src/transparency/keys.js';
import { parseNote } from '../../src/transparency/note.js';
import { audit } from '../../src/verify/audit.js';
import { proveBalances, signedBalances } from '../../src/verify/balances.js';
import { signedCheckpoint } from '../../src/verify/checkpoint.js';
import { trusting } from '../../src/verify/policy.js';
import { InMemoryEventStore } from '../event-store/in-memory.js';
import { CITY, happens, SAMI, SHOP } from '../reports/saudi/happened.js';
import { StoryLedger } from '../reports/saudi/ledger.js';
import { bundleOf, ORIGIN, recordIn, SALTS, SEED, signBalancesOf, VKEY } from './support/signed.js';

/* The balances of the Saudi story, signed as it was recorded, and added up again by the verifier that knows nothing of the ledger. */

let ledger: StoryLedger;
let log: readonly Envelope[];
let folder: string;
let bundle: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sijill-balances-'));
  ledger = await StoryLedger.open();
  await happens(ledger);
  log = await ledger.log();
  await signBalancesOf(ledger.store, folder);
  bundle = await bundleOf(ledger.store, folder, 'bundle');
}, 300_000);
afterAll(async () => {
  await ledger.dispose();
  await rm(folder, { recursive: true });
});

const audited = async () => audit(bundle, trusting(VKEY), () => undefined);

/** So many events had been recorded when each day was over, and with each PeriodClosed: by the definition. */
function due(): number[] {
  const days = log.map(({ recordedAt }) => businessDateAt(Date.parse(recordedAt)));
  const at = log.flatMap(({ type }, n) => (days[n + 1] !== days[n] || type === 'periods.PeriodClosed' ? [n + 1] : []));
  return at;
}

test('there is one root for each day on which something happened and for each period that was closed', async () => {
  const { balances } = await audited();
  expect(balances.map(({ events }) => events)).toEqual(due());
  expect(log.filter(({ type }) => type === 'periods.PeriodClosed').length).toBeGreaterThan(2);
});

test('a process that is stopped anywhere signs the same roots, each once', async () => {
  const again = await mkdtemp(join(tmpdir(), 'sijill-balances-'));
  try {
    const store = await copyOf(log);
    const { balances } = await audited();
    // Each run ends at another step; the file is what is left of it.
    for (let ends = 1; (await rootsIn(store)).length < balances.length; ends++) {
      let left = ends;
      const record = recordIn(store, log[0]!.ledger);
      const fail = async (root: Recorded): Promise<void> => {
        if (left-- === 0) throw new Error('killed before it was recorded');
        await record(root);
        if (left-- === 0) throw new Error('killed before it was published');
      };
      const said = await signBalancesOf(store, again, { record: fail });
      expect(said.filter((each) => !/^signed|killed/.test(each))).toEqual([]);
    }
    expect(await rootsIn(store)).toEqual(balances.map(({ root }) => root.toString('base64')));
  } finally {
    await rm(again, { recursive: true });
  }
}, 120_000);

test('what was signed is held against what the events give: nothing is signed from there on', async () => {
  const again = await mkdtemp(join(tmpdir(), 'sijill-balances-'));
  try {
    const at = log.findLastIndex(({ entries }) => entries.length > 0);
    const [entry, ...more] = log[at]!.entries;
    const changed = { ...log[at]!, entries: [{ ...entry!, amount: '77.77' }, ...more] };
    const store = await copyOf(log.with(at, changed));
    const before = (await audited()).balances.at(-1)!;
    await recordIn(
      store,
      log[0]!.ledger,
    )({
      events: before.events,
      lines: before.lines,
      root: before.root.toString('base64'),
      note: await lastNote(),
    });
    const said = await signBalancesOf(store, again);
    expect(said.at(-1)).toContain(`the balances of ${log.length} events are not those that were signed of them`);
    expect(await rootsIn(store)).toHaveLength(1);
  } finally {
    await rm(again, { recursive: true });
  }
}, 120_000);

test('a file of an earlier layout is made again, and one of a later layout left alone', async () => {
  const again = await mkdtemp(join(tmpdir(), 'sijill-balances-'));
  try {
    await signBalancesOf(await copyOf(log), again);
    const path = join(again, 'balances.db');
    const layoutOf = (version: number): void => {
      const database = Database.open(path, FORMAT.applicationId);
      database.exec(`PRAGMA user_version = ${version}`);
      database.close();
    };
    layoutOf(99);
    expect(() => openBalancesFile(path)).toThrow(ForeignFile);
    layoutOf(1);
    const file = openBalancesFile(path);
    expect([file.folded(), file.published()]).toEqual([undefined, undefined]);
    file.close();
  } finally {
    await rm(again, { recursive: true });
  }
});

test('a root that was signed over the tree of before stays, and the next days are signed after it', async () => {
  const again = await mkdtemp(join(tmpdir(), 'sijill-balances-'));
  try {
    const store = await copyOf(log);
    const [signed, ...next] = (await audited()).balances.slice(3);
    const note = (await lastNote()).replace('sijill-balances@v2', 'sijill-balances@v1');
    const old = { events: signed!.events, lines: 1, root: EMPTY_ROOT.toString('base64'), note };
    await recordIn(store, log[0]!.ledger)(old);
    await signBalancesOf(store, again);
    const roots = next.map(({ root }) => root.toString('base64'));
    expect(roots.length).toBeGreaterThan(2);
    const exported = audit(await bundleOf(store, again, 'bundle'), trusting(VKEY), () => undefined);
    expect(exported.balances.map(({ root }) => root.toString('base64'))).toEqual(roots);
  } finally {
    await rm(again, { recursive: true });
  }
});

test('a note of balances is no checkpoint, and a checkpoint no note of balances', async () => {
  const note = await lastNote();
  const checkpoint = await readFile(join(bundle, 'checkpoint'), 'utf8');
  const key = parseVkey(VKEY);
  expect(signedBalances(note, trusting(VKEY)).events).toBe(log.length);
  expect(() => signedCheckpoint(note, trusting(VKEY))).toThrow('the size is no count: sijill-balances@v2');
  expect(() => signedBalances(checkpoint, trusting(VKEY))).toThrow('no note of balances');
  expect(() => openCheckpoint(note, key)).toThrow(expect.objectContaining({ code: 'NOTE_UNSIGNED' }));
  // Under the log's own name it would not be one, either: its second line is no size.
  const own = note.replaceAll(`${ORIGIN}/balances`, ORIGIN);
  expect(() => parseCheckpoint(parseNote(own).text)).toThrow('no size');
});

describe('an audit fails that finds', () => {
  const changed = async (name: string, change: (text: string) => string, why: string): Promise<void> => {
    const path = join(bundle, name);
    const text = await readFile(path, 'utf8');
    expect(change(text)).not.toBe(text);
    await writeFile(path, change(text));
    try {
      await expect(audited()).rejects.toThrow(why);
    } finally {
      await writeFile(path, text);
    }
  };
  const balances = (change: (lines: string[]) => string[], why: string): Promise<void> =>
    changed('balances', (text) => `${change(text.trimEnd().split('\n')).join('\n')}\n`, why);
  const last = `the balances as of event ${130 - 1}`;
  const lines = (at: (text: string) => string) => (all: string[]) => [...all.slice(0, -1), at(all.at(-1)!)];
  const signedAs = (head: (before: BalancesHead) => Partial<BalancesHead>) =>
    lines((line) => {
      const before = headOf(JSON.parse(line) as string);
      return JSON.stringify(signBalances({ ...before, ...head(before) }, balancesKey(ORIGIN, SEED)));
    });

  const keyed =
    (at: (key: string) => string) =>
    ([key, ...notes]: string[]) => [at(key!), ...notes];

  test('a line that no export writes', () =>
    balances(
      lines((line) => `{${line}}`),
      'is on no line of an export',
    ));
  test('no key of the salts', () => balances((all) => all.slice(1), 'balances does not begin with a key'));
  test('the key of other salts', () =>
    balances(
      keyed(() => '0'.repeat(64)),
      'a balance or a salt is another',
    ));
  test('a root that nobody signed', () =>
    balances(
      lines((line) => line.replace(/lines (\d+)/, 'lines 1$1')),
      'is not of its key over this text',
    ));
  test('a root that was signed over another balance', () =>
    balances(
      signedAs(() => ({ root: EMPTY_ROOT })),
      `${last}: the entries add up to another root`,
    ));
  test('a root that was signed over a line more', () =>
    balances(
      signedAs(({ lines: count }) => ({ lines: treeSize(count + 1) })),
      'accounts that hold something, not',
    ));
  test('a root of another log', () =>
    balances(
      signedAs(() => ({ logRoot: EMPTY_ROOT })),
      `${last}: they are of another log`,
    ));
  test('a root of more events than the checkpoint covers', () =>
    balances(
      signedAs(({ events }) => ({ events: treeSize(events + 1) })),
      'out of order',
    ));
  test('roots in another order', () => balances(([key, ...notes]) => [key!, ...notes.toReversed()], 'out of order'));
  test('the checkpoint in place of a root', async () => {
    const note = await readFile(join(bundle, 'checkpoint'), 'utf8');
    await balances(
      lines(() => JSON.stringify(note)),
      'this is no note of balances',
    );
  });
  test('an entry that was changed', () =>
    changed('events.jsonl', (text) => text.replace('"amount":"300.00"', '"amount":"301.00"'), 'another log'));
  test('no file of roots', async () => {
    await rename(join(bundle, 'balances'), join(bundle, 'gone'));
    await expect(audited()).rejects.toThrow('there is no');
    await rename(join(bundle, 'gone'), join(bundle, 'balances'));
  });
});

describe('a proof of balances', () => {
  const proofOf = async (party: string): Promise<string> => {
    const reader = openBalancesReader(join(folder, 'balances.db'));
    try {
      return reader.atOnce(() => {
        const accounts = reader.heldBy(party, { after: Buffer.alloc(0), limit: 100 });
        return writeBalances(reader, reader.published()!, { ledger: log[0]!.ledger, party, accounts }, SALTS);
      });
    } finally {
      reader.close();
    }
  };
  /** By the entries alone. */
  const held = (party: string): Record<string, bigint> => {
    const sums: Record<string, bigint> = {};
    for (const { debit, credit, amount } of log.flatMap(({ entries }) => entries)) {
      for (const [{ account, dims }, sign] of [
        [debit, 1n],
        [credit, -1n],
      ] as const) {
        if (dims.party !== party) continue;
        const key = canonicalJson([account, dims]);
        sums[key] = (sums[key] ?? 0n) + sign * BigInt(amount.replace('.', ''));
      }
    }
    return Object.fromEntries(Object.entries(sums).filter(([, minor]) => minor !== 0n));
  };

  test.each([
    ['Sami', SAMI],
    ['a shop', SHOP],
  ])('shows all that %s holds, as of the last root', async (_, party) => {
    const { balances, signed } = proveBalances(await proofOf(party), trusting(VKEY));
    expect(signed.events).toBe(log.length);
    expect(
      Object.fromEntries(
        balances.map(({ account, dims, balance }) => [
          canonicalJson([account, dims]),
          BigInt(balance.replace('.', '')),
        ]),
      ),
    ).toEqual(held(party));
    expect(balances.length).toBeGreaterThan(0);
  });

  test.each<[string, (text: string) => string, string]>([
    ['a balance', (text) => text.replace(/"balance":"(-?)/, '"balance":"$11'), 'the path leads to another root'],
    ['a salt', (text) => text.replace(/salt .{64}/, `salt ${'0'.repeat(64)}`), 'the path leads to another root'],
    ['a side', (text) => text.replace(/\nleft /, '\nright '), 'the path leads to another root'],
    ['a hash', (text) => text.replace(/\nleft .{44}/, `\nleft ${'A'.repeat(43)}=`), 'the path leads to another root'],
    ['a step', (text) => text.replace(/\nleft .{44}/, ''), 'the path leads to another root'],
    ['what a step is', (text) => text.replace(/\nleft /, '\nabove '), 'a line should begin with “right ”'],
    ['the way a hash is written', (text) => text.replace(/=\n/, '\n'), 'is not canonical Base64'],
    ['a party', (text) => text.replace(/^party .*$/m, `party ${CITY}`), `a line is not of ${CITY}`],
    ['the root', (text) => text.replace(/\nlines (\d+)/, '\nlines 1$1'), 'is not of its key over this text'],
    ['a line twice', (text) => text.replace(/(line [^]*?\n\n)/, '$1$1'), 'is there twice'],
    ['no line', (text) => text.replace(/line [^]*\n\n(?=log\.)/, ''), 'proves nothing'],
  ])('fails where %s is another', async (_, change, why) => {
    const text = await proofOf(SAMI);
    expect(change(text)).not.toBe(text);
    expect(() => proveBalances(change(text), trusting(VKEY))).toThrow(why);
  });
});

const lastNote = async (): Promise<string> =>
  JSON.parse((await readFile(join(bundle, 'balances'), 'utf8')).trimEnd().split('\n').at(-1)!) as string;

/** As they are recorded, in their order. */
async function rootsIn(store: InMemoryEventStore): Promise<string[]> {
  const roots: string[] = [];
  for await (const { root } of recordedUpTo(store, log[0]!.ledger, Infinity)) roots.push(root);
  return roots;
}

/** The same events in another store. */
async function copyOf(events: readonly Envelope[]): Promise<InMemoryEventStore> {
  const store = new InMemoryEventStore();
  for (const event of events) {
    await store.append(event.stream, event.revision === 0 ? 'none' : BigInt(event.revision - 1), [event]);
  }
  return store;
}
