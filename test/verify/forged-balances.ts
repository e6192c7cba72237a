import { createHash } from 'node:crypto';
import { canonical, checkpointOf, LEDGER, ORIGIN, pathOf, rootOf, saltAt, Signer } from './log.js';

/* Proofs of balances as a lying ledger, or somebody who has another's proof, would make them; by the definitions alone. */

export const log = new Signer(ORIGIN);
export const SAMI = 'party_22222222-2222-4222-8222-222222222222';
const SHOP = 'party_33333333-3333-4333-8333-333333333333';

const lineOf = (balance: string, account = '1200', party = SAMI): string =>
  canonical({ account, balance, currency: 'SAR', dims: { debt: 'd', entity: 'party_city', party } });
export const LINES = [lineOf('115.00'), lineOf('-7.50', '2300'), lineOf('40.00', '1200', SHOP)];

const leafOf = (line: string, at: number): string => {
  const h = createHash('sha256')
    .update(Buffer.from(saltAt(at), 'hex'))
    .update(line)
    .digest('hex');
  return `{"h":"${h}","ledger":"${LEDGER}","v":1}`;
};
const base64 = (bytes: Buffer): string => bytes.toString('base64');

function noteOf(lines: readonly string[], signer = log.as(`${ORIGIN}/balances`), day = 'today'): string {
  const head = [`events 130`, `log ${base64(createHash('sha256').update(day).digest())}`, `lines ${lines.length}`];
  const text = [signer.name, 'sijill-balances@v2', ...head, `root ${base64(rootOf(lines.map(leafOf)))}`, ''].join('\n');
  return `${text}\n${signer.line(text)}`;
}
/** On which side of the path each hash of it stands, from the leaf up (RFC 6962, 2.1.1). */
function sidesOf(at: number, size: number): readonly string[] {
  if (size === 1) return [];
  const half = 2 ** Math.ceil(Math.log2(size) - 1);
  return at < half ? [...sidesOf(at, half), 'right'] : [...sidesOf(at - half, size - half), 'left'];
}
const sectionOf = (lines: readonly string[], at: number, line = lines[at]!): string => {
  const sides = sidesOf(at, lines.length);
  const path = pathOf(at, lines.map(leafOf)).map((hash, n) => `${sides[n]} ${base64(hash)}`);
  return [`line ${line}`, `salt ${saltAt(at)}`, ...path].join('\n');
};
/** Shows these places of the lines. */
export const proofOf = (lines: readonly string[], places: readonly number[], note = noteOf(lines)): string =>
  [
    `sijill-proof-of-balances@v1\nledger ${LEDGER}\nparty ${SAMI}`,
    ...places.map((at) => sectionOf(lines, at)),
    note,
  ].join('\n\n');

export const PROOF = proofOf(LINES, [0, 1]);

const firstHash = base64(pathOf(0, LINES.map(leafOf))[0]!);
/** What was changed in it, the file, and why it proves nothing. */
export const FORGED_BALANCES: readonly (readonly [string, string, string])[] = [
  ['a forged path', PROOF.replace(firstHash, base64(createHash('sha256').digest())), 'another root'],
  ['a path in other Base64', PROOF.replace(firstHash, loose(firstHash)), 'not canonical Base64'],
  ['a path cut short', PROOF.replace(`\nright ${firstHash}`, ''), 'another root'],
  ['a step on the other side', PROOF.replace(`right ${firstHash}`, `left ${firstHash}`), 'another root'],
  ['a step on no side', PROOF.replace(`right ${firstHash}`, `over ${firstHash}`), 'should begin with “right ”'],
  ['a line with another’s path', PROOF.replace(sectionOf(LINES, 0), sectionOf(LINES, 1, LINES[0])), 'another root'],
  ['another party’s line', proofOf(LINES, [0, 2]), `a line is not of ${SAMI}`],
  ['another party', PROOF.replace(`\nparty ${SAMI}`, `\nparty ${SHOP}`), `a line is not of ${SHOP}`],
  ['another ledger', PROOF.replace(`\nledger ${LEDGER}`, `\nledger ${LEDGER.replace('0c', '0d')}`), 'another root'],
  ['a line at its place twice', proofOf(LINES, [0, 0]), 'is there twice'],
  ['the root of another day', proofOf(LINES, [0, 1], noteOf(LINES.with(2, lineOf('41.00')))), 'another root'],
  ['names of a line in another order', proofOf(LINES, [0]).replace(LINES[0]!, unordered(LINES[0]!)), 'another root'],
  ['the log’s own name', proofOf(LINES, [0], noteOf(LINES, log)), 'not signed by a key of it'],
  ['a namesake’s key', proofOf(LINES, [0], noteOf(LINES, new Signer(`${ORIGIN}/balances`))), 'not signed by a key of'],
  ['the checkpoint', proofOf(LINES, [0], checkpointOf(LINES.map(leafOf), [log])), 'no note of balances'],
  ['two notes', `${PROOF}\n${noteOf(LINES)}`, ''],
];

const NOTHING = 'holds no amount';
/** What a ledger has signed, and could not be. */
export const IMPOSSIBLE: readonly (readonly [string, readonly string[], string])[] = [
  ['negative zero', [lineOf('-0.00')], NOTHING],
  ['zero', [lineOf('0.00')], NOTHING],
  ['a number with an exponent', [lineOf('1e3')], NOTHING],
  ['a number with a plus', [lineOf('+5.00')], NOTHING],
  ['a number with a zero in front', [lineOf('05.00')], NOTHING],
  ['no number', [lineOf('much')], NOTHING],
  ['one account on two lines', [lineOf('5.00'), lineOf('6.00')], 'is there twice'],
  ['names in another order', [unordered(lineOf('5.00'))], 'not canonical JSON'],
  ['a name twice', [lineOf('5.00').replace('{', '{"account":"1100",')], 'not canonical JSON'],
];

/** Other low bits in the last digit, for the same bytes. */
function loose(hash: string): string {
  return hash.replace(/.=$/, (end) => `${String.fromCharCode(end.charCodeAt(0) + 1)}=`);
}

function unordered(line: string): string {
  const { dims, ...rest } = JSON.parse(line) as { dims: Record<string, string> };
  return JSON.stringify({ ...rest, dims: Object.fromEntries(Object.entries(dims).toReversed()) });
}
