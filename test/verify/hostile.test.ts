import { readFileSync } from 'node:fs';
import { proveGrowth } from '../../src/verify/consistency.js';
import { NotProved } from '../../src/verify/fault.js';
import { keyOf } from '../../src/verify/note.js';
import { parsePolicy, trusting } from '../../src/verify/policy.js';
import { proveRecord } from '../../src/verify/record.js';
import { saidOfRecord, saying } from '../../src/verify/said.js';
import { EVENTS, file, log } from './forged.js';
import { checkpointOf, grownOf, ORIGIN, recordOf, rootOf, Signer } from './log.js';

/*
 * What a hostile log, or who stands between it and a reader, may write into a checkpoint and its signatures, and what of
 * it says something. The table in docs/transparency.md names these.
 */

const OURS = trusting(log.vkey);
const [text = ''] = /(?<=\n\n)[^\n]+\n13\n[^\n]+\n/.exec(file)!;
const [, script = ''] = /<script[^>]*>(.*?)<\/script>/s.exec(readFileSync('src/verify/page.html', 'utf8'))!;
let inPage: (file: string, vkey: string) => Promise<{ readonly index: number }>;
beforeAll(async () => {
  await import(`data:text/javascript,${encodeURIComponent(script)}`);
  inPage = (globalThis as unknown as { proved: typeof inPage }).proved;
});

const stranger = new Signer('witness.example', 4);
const namesake = new Signer(ORIGIN);
const [own = ''] = /— [^\n]+\n$/.exec(file)!;
const withLines = (lines: string): string => file.slice(0, -own.length) + lines;

test.each([
  ['a signature of a key that one does not know', withLines(stranger.line(text) + own)],
  ['a signature that is nobody’s', withLines(`— nobody.example ${Buffer.alloc(40).toString('base64')}\n${own}`)],
  ['a signature of another key of the same name', withLines(namesake.line(text) + own)],
  ['the log’s signature twice', withLines(own + own)],
  ['a cosignature of next century', withLines(own + stranger.line(text, 4_102_444_800))],
])('%s beside the log’s own changes nothing', async (_, changed) => {
  expect(proveRecord(changed, OURS)).toMatchObject({ sequence: 6, checkpoint: { size: 13, witnesses: [] } });
  expect(await inPage(changed, log.vkey)).toMatchObject({ index: 6 });
});

test('a line of extension that the log signed is read over', async () => {
  const extended = `${text}some.example/extension 1\n`;
  const changed = file.replace(`${text}\n${own}`, `${extended}\n${log.line(extended)}`);
  expect(changed).not.toBe(file);
  expect(proveRecord(changed, OURS)).toMatchObject({ sequence: 6, checkpoint: { size: 13 } });
  expect(await inPage(changed, log.vkey)).toMatchObject({ index: 6 });
});

test('more signatures than anybody asks for, or more text, are not even looked at', () => {
  expect(() => proveRecord(withLines(own.repeat(101)), OURS)).toThrow('more than 100 signatures');
  const long = `${text}${'x'.repeat(64 * 1024)}\n`;
  expect(() => proveRecord(file.replace(text, long), OURS)).toThrow('the note is longer');
});

describe('A policy', () => {
  const witness = new Signer('w.example', 4);
  const policyOf = (cosigner: Signer) => parsePolicy(`log ${log.vkey}\nwitness w ${cosigner.vkey}\nquorum w\n`);

  test('takes a witness by the log’s own name, and not the log’s signature for its cosignature', () => {
    const inside = new Signer(ORIGIN, 4);
    expect(() => proveRecord(recordOf(EVENTS, 6, [log]), policyOf(inside))).toThrow('not witnessed');
    expect(() => proveRecord(recordOf(EVENTS, 6, [log, log]), policyOf(inside))).toThrow('not witnessed');
    expect(proveRecord(recordOf(EVENTS, 6, [log, inside]), policyOf(inside)).checkpoint.witnesses).toHaveLength(1);
  });

  test('takes no log’s key for a witness’s, under whatever name, where it names the log and where it does not', () => {
    const [, , material = ''] = /^([^+]+)\+[0-9a-f]{8}\+(.*)$/.exec(log.vkey)!;
    const key = Buffer.concat([Buffer.of(4), Buffer.from(material, 'base64').subarray(1)]);
    const vkey = vkeyOf('seems-another.example', key);
    expect(() => parsePolicy(`log ${log.vkey}\nwitness w ${vkey}\nquorum w`)).toThrow('names one key twice');
    expect(() => parsePolicy(`witness w ${vkey}\nquorum w`, keyOf(log.vkey))).toThrow('names one key twice');
  });

  test('shows a cosignature’s time as the witness says it: the next century proves that it lies, not that the log does', () => {
    const line = witness.line(text, 4_102_444_800);
    const proved = proveRecord(withLines(own + line), policyOf(witness));
    expect(saidOfRecord(proved, saying('en')).checked).toContainEqual(
      expect.stringMatching(/^w\.example \(key [0-9a-f]{8}\) cosigned it at 2100-01-01T00:00:00\.000Z$/),
    );
  });

  test('takes no cosignature of no possible time', () => {
    const never = Buffer.alloc(72, 0xff).toString('base64');
    const line = witness.line(text);
    const id = Buffer.from(line.split(' ')[2]!, 'base64').subarray(0, 4);
    const forged = `— w.example ${Buffer.concat([id, Buffer.from(never, 'base64')]).toString('base64')}\n`;
    expect(() => proveRecord(withLines(own + forged), policyOf(witness))).toThrow('of no possible time');
  });
});

function vkeyOf(name: string, material: Buffer): string {
  try {
    keyOf(`${name}+00000000+${material.toString('base64')}`);
  } catch (error) {
    const [id] = /[0-9a-f]{8}$/.exec((error as NotProved).message)!;
    return `${name}+${id}+${material.toString('base64')}`;
  }
  throw new Error('no key has such an id');
}

describe('A split view: one log that is two', () => {
  const shown = (name: string): string[] => Array.from({ length: 9 }, (_, n) => (n === 4 ? name : `leaf ${n}`));
  const [ours, theirs] = [shown('to us'), shown('to them')];

  test('is found by two who compare checkpoints of one size', () => {
    expect(() => proveGrowth(checkpointOf(ours, [log]), grownOf(9, theirs, [log]), OURS)).toThrow(
      'two trees of one size have two roots',
    );
  });
  test('is found where one of them has grown, by whatever proof it comes with', () => {
    const grown = [...theirs, 'leaf 9', 'leaf 10'];
    expect(() => proveGrowth(checkpointOf(ours, [log]), grownOf(9, grown, [log]), OURS)).toThrow(NotProved);
    const mixed = grownOf(9, [...ours, 'leaf 9', 'leaf 10'], [log]).replace(/\n\n.*/s, '');
    expect(() => proveGrowth(checkpointOf(ours, [log]), `${mixed}\n\n${checkpointOf(grown, [log])}`, OURS)).toThrow(
      'another later root',
    );
  });
  test('an earlier checkpoint that is shown again is found by who has a later one', () => {
    const later = checkpointOf([...ours, 'leaf 9'], [log]);
    expect(() => proveGrowth(later, `old 10\n\n${checkpointOf(ours, [log])}`, OURS)).toThrow('is smaller');
  });
  test('from a checkpoint of nothing everything is grown; and no other root is that of nothing', () => {
    expect(proveGrowth(checkpointOf([], [log]), grownOf(0, ours, [log]), OURS).later.size).toBe(9);
    const forged = `${ORIGIN}\n0\n${rootOf(ours).toString('base64')}\n`;
    expect(() => proveGrowth(`${forged}\n${log.line(forged)}`, grownOf(0, ours, [log]), OURS)).toThrow('another root');
  });
});
