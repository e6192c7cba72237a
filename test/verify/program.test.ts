import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { run } from '../../src/verify/program.js';
import { log as balancesLog, PROOF, SAMI } from './forged-balances.js';
import { checkpointOf, eventAt, grownOf, leafAt, LEDGER, ORIGIN, recordOf, saltAt, Signer } from './log.js';

const log = new Signer(ORIGIN);
const EVENTS = Array.from({ length: 12 }, (_, n) => eventAt(n));
const LEAVES = EVENTS.map((event, n) => leafAt(event, n));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sijill-verify-'));
});
afterAll(() => rm(folder, { recursive: true }));

const put = async (name: string, text: string): Promise<string> => {
  await writeFile(join(folder, name), text);
  return join(folder, name);
};

async function ran(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const to = (name: 'out' | 'err') => (text: string | Uint8Array) => {
    said[name] += String(text);
    return true;
  };
  const spies = [
    jest.spyOn(process.stdout, 'write').mockImplementation(to('out')),
    jest.spyOn(process.stderr, 'write').mockImplementation(to('err')),
  ];
  try {
    return { code: await run(args), ...said };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** A bundle of these events, with what is given changed in its files. */
async function bundle(
  events: readonly string[] = EVENTS,
  changes: Readonly<Record<string, (text: string) => string>> = {},
  leaves = LEAVES,
): Promise<string> {
  const digest = '0'.repeat(64);
  const lines = events.map((event, n) => `{"digest":"${digest}","event":${event},"sequence":${n}}\n`).join('');
  const files = {
    'events.jsonl':
      `{"format":"sijill-log","ledger":"${LEDGER}","version":1}\n${lines}` +
      `{"digest":"${digest}","events":${events.length}}\n`,
    salts: events.map((_, n) => `${saltAt(n)}\n`).join(''),
    checkpoint: checkpointOf(leaves, [log]),
    balances: `${saltAt(99)}\n`,
  };
  for (const [name, text] of Object.entries(files)) await put(name, changes[name]?.(text) ?? text);
  return folder;
}

describe('verify record', () => {
  test('says what is proved and what is not', async () => {
    const { code, out } = await ran('record', await put('r', recordOf(EVENTS, 2, [log])), '--vkey', log.vkey);
    expect(code).toBe(0);
    expect(out).toContain(`PROVED: event 2 of the ledger ${LEDGER} is in the log ${ORIGIN}\n`);
    expect(out).toContain('  3.50 SAR debited to 1200, credited to 4300, of party_city\n');
    expect(out).toContain(`  ✓ the checkpoint over 12 events is signed by ${ORIGIN}`);
    expect(out).toContain('  - that everybody is shown this log: no witness of yours cosigned');
  });
  test('takes the key from a file, and tells programs', async () => {
    const vkey = await put('log.vkey', `${log.vkey}\n`);
    const { out } = await ran('record', await put('r', recordOf(EVENTS, 2, [log])), '--vkey', vkey, '--json');
    expect(JSON.parse(out)).toMatchObject({
      origin: ORIGIN,
      size: 12,
      sequence: 2,
      event: { entries: [{ amount: '3.50' }] },
    });
  });
  test('has another exit code for what is not proved', async () => {
    const forged = await put('forged', recordOf(EVENTS, 2, [log]).replace('3.50', '4.50'));
    expect(await ran('record', forged, '--vkey', log.vkey)).toEqual({
      code: 3,
      out: '',
      err: 'NOT PROVED: the path leads to another root\n',
    });
  });
  test('shows nothing that steers a terminal', async () => {
    const event = eventAt(0, { type: '\u001b[2J\u202eforged' });
    const { out } = await ran('record', await put('r', recordOf([event], 0, [log])), '--vkey', log.vkey);
    expect(out).toContain('  �[2J�forged, revision 0');
  });
});

test('verify consistency holds two checkpoints against each other', async () => {
  const old = await put('old', checkpointOf(LEAVES.slice(0, 5), [log]));
  const later = await put('new', grownOf(5, LEAVES, [log]));
  const { code, out } = await ran('consistency', old, later, '--vkey', log.vkey);
  expect([code, out]).toEqual([0, expect.stringContaining(`of 12 events begins with all 5 of the earlier one`)]);
  const rewritten = await put('new', grownOf(5, ['changed', ...LEAVES.slice(1)], [log]));
  expect(await ran('consistency', old, rewritten, '--vkey', log.vkey)).toMatchObject({ code: 3 });
});

describe('verify audit', () => {
  const audited = async (folderOf: string) => ran('audit', folderOf, '--vkey', log.vkey);
  test('re-adds the root and the money of a whole ledger', async () => {
    const { code, out } = await audited(await bundle());
    expect(code).toBe(0);
    // 1.50 + 2.50 + … + 12.50
    expect(out).toContain('  party_city 1200 SAR: debits 84.00, credits 0.00\n');
    expect(out).toContain('  party_city 4300 SAR: debits 0.00, credits 84.00\n');
    expect(out).toContain('  ✓ each of the 6 streams goes on without a gap, and no id is there twice\n');
  });
  const dropped = EVENTS.filter((_, n) => n !== 4);
  const moved = [...EVENTS.slice(2, 4), ...EVENTS.slice(0, 2), ...EVENTS.slice(4)];
  test.each([
    ['an event that was changed', EVENTS.map((event) => event.replace('"5.50"', '"6.50"')), 'one was changed'],
    [
      'an event that was dropped',
      dropped,
      'event 4: debt-00000000-0000-4000-8000-000000000002 goes on with revision 1',
    ],
    ['an event that was dropped at the end', EVENTS.slice(0, -1), 'there are 11 events; the checkpoint is over 12'],
    ['an event that was inserted', [...EVENTS, eventAt(12)], 'there are 13 events'],
    ['events that were moved', moved, 'one was changed'],
    ['an event that is there twice', [...EVENTS.slice(0, 11), EVENTS[0]!], 'is there twice'],
    ['an event of another ledger', [eventAt(0, { ledger: LEDGER.replace('0c', '0d') })], 'is of another ledger'],
    [
      'another number of decimals',
      [eventAt(0), eventAt(1, { entries: [{ ...JSON.parse(EVENTS[1]!).entries[0], amount: '1.5' }] })],
      'SAR has 2 decimals, and here 1',
    ],
  ])('notices %s', async (_name, events, why) => {
    expect(await audited(await bundle(events))).toEqual({ code: 3, out: '', err: expect.stringContaining(why) });
  });
  test.each([
    ['events.jsonl', (text: string) => text.slice(0, -1), 'is cut off in the middle of a line'],
    ['events.jsonl', (text: string) => text.replace(/\{[^\n]*\n$/, ''), 'is cut off after event 11'],
    ['events.jsonl', (text: string) => text.replace('"sequence":3}', '"sequence":5}'), 'event 3 is missing'],
    ['events.jsonl', (text: string) => `${text}{}\n`, 'goes on after its last line'],
    ['events.jsonl', (text: string) => text.replace('sijill-log', 'another'), 'is no log of a ledger'],
    ['salts', (text: string) => text.slice(65), 'ends before event 11'],
    ['salts', (text: string) => `${text}${saltAt(0)}\n`, 'holds more salts'],
    ['salts', (text: string) => text.replace(saltAt(1), saltAt(2)), 'one was changed'],
    ['checkpoint', (text: string) => text.replace('\n12\n', '\n13\n'), 'is not of its key'],
    ['balances', (text: string) => `${text}"\\x"\n`, 'root 0 of balances is on no line of an export'],
  ])('notices a %s that is not as it was written', async (name, change, why) => {
    expect(await audited(await bundle(EVENTS, { [name]: change }))).toMatchObject({
      code: 3,
      err: expect.stringContaining(why),
    });
  });
  test('says that a bundle without proofs has none', async () => {
    await bundle();
    await rm(join(folder, 'checkpoint'));
    expect(await audited(folder)).toMatchObject({
      code: 3,
      err: expect.stringContaining('exported without its proofs'),
    });
  });
});

describe('in Arabic', () => {
  const SENTENCES = JSON.parse(readFileSync('src/verify/sentences.json', 'utf8')) as Record<
    string,
    Record<string, string>
  >;
  test('every sentence stands in both languages, with the same values in it', () => {
    const placesIn = (language: string) =>
      Object.entries(SENTENCES[language]!).map(([name, text]) => [name, text.match(/\{\d\}/g)?.toSorted()]);
    expect(placesIn('ar')).toEqual(placesIn('en'));
    expect(Object.values(SENTENCES['ar']!).filter((text) => !/\p{Script=Arabic}/u.test(text))).toEqual([]);
  });
  const vkey = ['--vkey', log.vkey, '--lang', 'ar'];
  test.each([
    ['a record', async () => ['record', await put('r', recordOf(EVENTS, 2, [log])), ...vkey], 'الحدث 2 من الدفتر'],
    ['balances', async () => ['balance', await put('b', PROOF), '--vkey', balancesLog.vkey, '--lang', 'ar'], SAMI],
    [
      'growth',
      async () => {
        const old = await put('old', checkpointOf(LEAVES.slice(0, 5), [log]));
        return ['consistency', old, await put('new', grownOf(5, LEAVES, [log])), ...vkey];
      },
      'بأحداث السابق كلها، وعددها 5',
    ],
    ['an audit', async () => ['audit', await bundle(), ...vkey], 'مدين 84.00، دائن 0.00'],
  ])('it is said what was checked of %s, and what it cannot prove', async (_name, args, part) => {
    const { code, out } = await ran(...(await args()));
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^ثبت: .*\n\nما تُحقّق منه:\n {2}✓ .*\nما لا يثبت بهذا:\n {2}- /s),
    ]);
    expect(out).toContain(part);
    expect(out).not.toMatch(/undefined|\{\d/);
  });
  test('and what is not proved', async () => {
    const forged = await put('forged', recordOf(EVENTS, 2, [log]).replace('3.50', '4.50'));
    expect(await ran('record', forged, ...vkey)).toMatchObject({ code: 3, err: expect.stringMatching(/^لم يثبت: /) });
  });
});

test.each([
  [['record', 'x', '--vkey', 'a', '--lang', 'fr'], '--lang is en or ar'],
  [['record', 'x'], 'whose log is it?'],
  [['record', '--vkey', log.vkey], 'record takes 1 of them, not 0'],
  [['certify', 'x', '--vkey', log.vkey], 'certify is none of record, balance, consistency, audit'],
  [['record', 'x', '--vkey', 'a', '--policy', 'b'], 'give one'],
  [['record', 'x', '--key', 'a'], "Unknown option '--key'"],
])('%j is wrong usage', async (args, why) => {
  expect(await ran(...args)).toEqual({ code: 2, out: '', err: expect.stringContaining(why) });
});

test('a file that is not there is no forgery', async () => {
  expect(await ran('record', join(folder, 'none'), '--vkey', log.vkey)).toMatchObject({ code: 1 });
});

test('--help says how', async () => {
  expect(await ran('--help')).toMatchObject({ code: 0, out: expect.stringContaining('sijill verify record FILE') });
});

/** An auditor reads it in an evening: at most 1,500 lines, and its sentences; the page is a program of its own, for who has no Node. */
test.each([
  ['.ts', 1_500],
  ['.json', 100],
  ['.html', 600],
])('what ends in %s has fewer than %i lines', async (end, most) => {
  const names = (await readdir('src/verify')).filter((name) => name.endsWith(end));
  const texts = await Promise.all(names.map((name) => readFile(`src/verify/${name}`, 'utf8')));
  expect(texts.join('').split('\n').length).toBeLessThan(most);
});
