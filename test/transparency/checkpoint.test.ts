import { checkpointText, openCheckpoint, parseCheckpoint, signCheckpoint } from '../../src/transparency/checkpoint.js';
import { rootOf } from '../../src/transparency/frontier.js';
import { leafIndex, treeSize, type Hash } from '../../src/transparency/hashes.js';
import { signNote } from '../../src/transparency/note.js';
import { inclusionFrom } from '../../src/transparency/tile-tree.js';
import { parseTlogProof, verifyTlogProof, writeTlogProof } from '../../src/transparency/tlog-proof.js';
import { logKey, witness } from './support/keys.js';
import { grown, someLeaves } from './support/memory-tiles.js';

const log = logKey('log.example.sa/ledger');

describe('A checkpoint (C2SP tlog-checkpoint)', () => {
  const text = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';

  it('is read and written as the specification’s example', () => {
    const checkpoint = parseCheckpoint(text);
    expect(checkpoint).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163 });
    expect(checkpointText(checkpoint)).toBe(text);
  });

  it('may have lines that we do not know', () => {
    expect(parseCheckpoint(`${text}extension\n`).size).toBe(20_852_163);
  });

  it.each([
    ['two lines', 'origin\n5\n'],
    ['no newline at the end', text.slice(0, -1)],
    ['an empty line', `${text}\n`],
    ['a size with a zero in front', text.replace('2085', '02085')],
    ['a size with a sign', text.replace('2085', '+2085')],
    ['a size that no number counts', text.replace('20852163', '9007199254740993')],
    ['a root of 31 bytes', text.replace('q2I=', 'qw==')],
    ['a root in base64 that is not canonical', text.replace('q2I=', 'q2J=')],
  ])('with %s is none', (_, forged) => expect(() => parseCheckpoint(forged)).toThrow('no checkpoint'));

  const { frontier } = grown(someLeaves(5));
  const head = { size: frontier.size, root: rootOf(frontier) };

  it('opens for who knows the log’s key, whoever cosigned it', () => {
    const one = witness('one.example');
    const message = one.cosign(signCheckpoint(head, log), 1_800_000_000n);
    const opened = openCheckpoint(message, log, [one.verifier]);
    expect(opened.checkpoint).toEqual({ origin: log.name, ...head });
    expect(opened.note.signed).toHaveLength(2);
    expect(openCheckpoint(message, log).note.signed).toHaveLength(1);
  });

  it('is refused without the log’s signature, or of another log', () => {
    const one = witness('one.example');
    const foreign = one.cosign(signCheckpoint(head, logKey('elsewhere.example')), 1n);
    expect(() => openCheckpoint(foreign, log, [one.verifier])).toThrow('did not sign the checkpoint');
    const lent = signNote(checkpointText({ ...head, origin: 'elsewhere.example' }), log);
    expect(() => openCheckpoint(lent, log)).toThrow('is of elsewhere.example');
  });
});

describe('A tlog-proof@v1', () => {
  const leaves = someLeaves(300);
  const { frontier, read } = grown(leaves);
  const checkpoint = signCheckpoint({ size: frontier.size, root: rootOf(frontier) }, log);
  const proofOf = async (index: number): Promise<string> =>
    writeTlogProof({
      index,
      hashes: await inclusionFrom(read, leafIndex(index, treeSize(300)), frontier.size),
      checkpoint,
    });

  it('is laid out as the specification says, and verifies', async () => {
    const text = await proofOf(260);
    const lines = text.split('\n');
    expect(lines.slice(0, 2)).toEqual(['c2sp.org/tlog-proof@v1', 'index 260']);
    expect(text.endsWith(`\n\n${checkpoint}`)).toBe(true);
    expect(writeTlogProof(parseTlogProof(text))).toBe(text);
    expect(verifyTlogProof(text, leaves[260]!, log)).toMatchObject({ index: 260, checkpoint: { size: 300 } });
  });

  it('of the only entry has no hash', () => {
    const one = grown(leaves.slice(0, 1));
    const single = signCheckpoint({ size: one.frontier.size, root: leaves[0]! }, log);
    const text = writeTlogProof({ index: 0, hashes: [], checkpoint: single });
    expect(text.startsWith('c2sp.org/tlog-proof@v1\nindex 0\n\nlog.example')).toBe(true);
    expect(verifyTlogProof(text, leaves[0]!, log)).toMatchObject({ index: 0 });
  });

  it('may carry data that proves nothing', async () => {
    const text = (await proofOf(7)).replace('index', 'extra c2lqaWxs\nindex');
    expect(verifyTlogProof(text, leaves[7]!, log)).toMatchObject({ index: 7 });
  });

  it('is refused for another leaf, index, log or checkpoint, and where a hash was changed', async () => {
    const text = await proofOf(7);
    const refused: readonly [string, Hash, typeof log][] = [
      [text, leaves[8]!, log],
      [text.replace('index 7', 'index 8'), leaves[7]!, log],
      [text.replace('index 7', 'index 300'), leaves[7]!, log],
      [text, leaves[7]!, logKey('elsewhere.example')],
      [text.replace('\n300\n', '\n301\n'), leaves[7]!, log],
      [text.replace(/(?<=index 7\n)./, (first) => (first === 'A' ? 'B' : 'A')), leaves[7]!, log],
      [text.replace(/(?<=index 7\n).*\n/, ''), leaves[7]!, log],
    ];
    for (const [forged, leaf, key] of refused) expect(() => verifyTlogProof(forged, leaf, key)).toThrow();
  });

  it.each([
    ['another header', (text: string) => text.replace('@v1', '@v2')],
    ['no index', (text: string) => text.replace(/index \d+\n/, '')],
    ['an index with a zero in front', (text: string) => text.replace('index 7', 'index 07')],
    ['extra data that is no base64', (text: string) => text.replace('index', 'extra x\nindex')],
    ['a hash that is none', (text: string) => text.replace(/(?<=index 7\n).*/, 'QQ==')],
    [
      'more hashes than any tree is high',
      (text: string) => text.replace(/(?<=index 7\n)(.*\n)/, (hash) => hash.repeat(64)),
    ],
    ['no checkpoint', (text: string) => text.slice(0, text.indexOf('\n\n'))],
  ])('with %s is none', async (_, forge) => {
    const text = forge(await proofOf(7));
    expect(() => parseTlogProof(text)).toThrow('no tlog-proof@v1');
  });
});
