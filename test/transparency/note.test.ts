import fc from 'fast-check';
import { cosignatureTime } from '../../src/transparency/cosignature.js';
import { isKeyName, parseVkey, signingKey, writeVkey } from '../../src/transparency/keys.js';
import { openNote, parseNote, signNote, writeNote } from '../../src/transparency/note.js';
import { parseBase64 } from '../../src/transparency/base64.js';
import { logKey, witness } from './support/keys.js';

/** The examples of C2SP signed-note and of Go's golang.org/x/mod/sumdb/note. */
const C2SP = {
  vkey: 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
  note: `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`,
};
const GO = {
  name: 'PeterNeumann',
  /** PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz */
  seed: Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1),
  vkey: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  text: "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
  line: '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n',
};

describe('A signed note', () => {
  it('opens the example of the specification', () => {
    const key = parseVkey(C2SP.vkey);
    expect(openNote(C2SP.note, [key])).toMatchObject({ text: 'This is an example message.\n', signed: [{ key }] });
  });

  it('is signed, byte for byte, as Go signs it', () => {
    const key = signingKey(GO.name, GO.seed);
    expect(writeVkey(key)).toBe(GO.vkey);
    expect(signNote(GO.text, key)).toBe(`${GO.text}\n${GO.line}`);
    expect(openNote(`${GO.text}\n${GO.line}`, [parseVkey(GO.vkey)]).text).toBe(GO.text);
  });

  it('may hold empty lines: the last one ends the text', () => {
    const key = logKey('example.com/log');
    const text = 'one\n\ntwo\n\n';
    expect(openNote(signNote(text, key), [key]).text).toBe(text);
  });

  it('comes back as it was written', () => {
    const lines = fc.array(fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll(/\p{Cc}/gu, '')));
    const key = logKey('example.com/log');
    fc.assert(
      fc.property(lines, (some) => {
        const message = signNote(`${some.join('\n')}\n`, key);
        expect(writeNote(parseNote(message))).toBe(message);
      }),
    );
  });

  it('with any of its bits flipped is refused', () => {
    const key = parseVkey(GO.vkey);
    const message = Buffer.from(`${GO.text}\n${GO.line}`);
    for (let bit = 0; bit < message.length * 8; bit++) {
      const other = Buffer.from(message);
      other[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => openNote(other.toString('utf8'), [key])).toThrow();
    }
  });

  it('of a key that is not asked for proves nothing, and one of a key that is must be its own', () => {
    const [mine, other] = [logKey('example.com/log'), logKey('example.com/other')];
    const message = signNote('text\n', mine);
    expect(() => openNote(message, [other])).toThrow('none of the keys signed the note');
    const namesake = signingKey(mine.name, Buffer.alloc(32, 7));
    expect(() => openNote(message, [namesake])).toThrow('none of the keys signed');
    const [signature] = parseNote(signNote('another text\n', mine)).signatures;
    const forged = writeNote({ text: 'text\n', signatures: [signature!] });
    expect(() => openNote(forged, [mine])).toThrow('is not of this text');
    // Also beside a good one: somebody meddled with it.
    const { signatures } = parseNote(signNote('text\n', other));
    expect(() =>
      openNote(writeNote({ text: 'text\n', signatures: [...signatures, signature!] }), [mine, other]),
    ).toThrow('is not of this text');
  });

  it('in which a key signs twice counts it once', () => {
    const key = logKey('example.com/log');
    const { text, signatures } = parseNote(signNote('text\n', key));
    expect(openNote(writeNote({ text, signatures: [...signatures, ...signatures] }), [key]).signed).toHaveLength(1);
  });

  const line = GO.line.slice(0, -1);
  it.each([
    ['no signature', 'text\n'],
    ['no blank line', `text\n${line}\n`],
    ['no newline at the end', `text\n\n${line}`],
    ['a carriage return', `text\r\n\n${line}\n`],
    ['a tab', `a\ttext\n\n${line}\n`],
    ['half a surrogate pair', `\ud800\n\n${line}\n`],
    ['another dash', `text\n\n${line.replace('—', '-')}\n`],
    ['two spaces', `text\n\n${line.replace(' ', '  ')}\n`],
    ['a name with a plus', `text\n\n${line.replace('Peter', 'Peter+')}\n`],
    ['a name with a space of Unicode', `text\n\n${line.replace('PeterN', 'Peter\u00a0N')}\n`],
    ['base64 without its padding', `text\n\n${line.replace('=', '')}\n`],
    ['base64 with bits that nothing asks for', `text\n\n${line.replace('nAM=', 'nAN=')}\n`],
    ['base64 for URLs', `text\n\n${line.replace('x08go/', 'x08go_')}\n`],
    ['an id and no signature', 'text\n\n— PeterNeumann x08gow==\n'],
    ['a line behind the signatures', `text\n\n${line}\nmore\n`],
    ['more signatures than anybody asks for', `text\n\n${`${line}\n`.repeat(101)}`],
    ['a megabyte', `${'x'.repeat(1_000_000)}\n\n${line}\n`],
  ])('with %s is none', (_, message) => expect(() => parseNote(message)).toThrow('no signed note'));

  it('is not signed where nobody could read it', () => {
    const key = logKey('example.com/log');
    for (const text of ['no newline', 'a\ttab\n']) expect(() => signNote(text, key)).toThrow('no signed note');
  });
});

describe('A verifier key', () => {
  it('of our own and of a witness comes back as it was written', () => {
    for (const vkey of [C2SP.vkey, GO.vkey, 'remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2']) {
      expect(writeVkey(parseVkey(vkey))).toBe(vkey);
    }
    expect(parseVkey(writeVkey(witness('w.example').verifier))).toEqual(witness('w.example').verifier);
  });

  it('is refused cut anywhere, or with any byte changed, as Go refuses it', () => {
    for (let from = 0; from <= GO.vkey.length; from++) {
      for (let to = from + 1; to <= GO.vkey.length; to++) {
        if (to - from < GO.vkey.length) expect(() => parseVkey(GO.vkey.slice(from, to))).toThrow();
      }
    }
    const bytes = Buffer.from(GO.vkey);
    for (const at of bytes.keys()) {
      const other = Buffer.from(bytes);
      other[at]!++;
      expect(() => parseVkey(other.toString('latin1'))).toThrow();
    }
  });

  it.each([
    ['a key of another length', 'PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=='],
    ['an unknown type', 'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'],
    ['an id in capitals', GO.vkey.replace('c74f20a3', 'C74F20A3')],
  ])('with %s is refused', (_, vkey) => expect(() => parseVkey(vkey)).toThrow());

  it('has a name without spaces and pluses', () => {
    for (const name of ['', 'a b', 'a+b', 'a\u2003b', 'a\u0085b', '\ud800']) expect(isKeyName(name)).toBe(false);
    expect(isKeyName('سجل.example/ledger')).toBe(true);
    expect(() => logKey('a b')).toThrow('is no name of a key');
    expect(() => signingKey('a', Buffer.alloc(31))).toThrow('a signing key has 32 bytes');
  });
});

describe('Base64', () => {
  it('has one text for some bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(parseBase64(Buffer.from(bytes).toString('base64'))).toEqual(Buffer.from(bytes));
      }),
    );
    for (const other of ['QQ', 'QR==', 'QQ==\n', ' QQ==', 'QQ==QQ==', 'Q-__', 'QQ=']) {
      expect(parseBase64(other)).toBeUndefined();
    }
  });
});

describe('A cosignature (cosignature/v1)', () => {
  it('tells its time, as the examples of the specification and of Go have it', () => {
    const timeIn = (base64: string) => cosignatureTime(Buffer.from(base64, 'base64').subarray(4));
    const spec =
      'jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==';
    const go =
      'ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOworDcFiEBYJXORmnFBOBA==';
    expect([timeIn(spec), timeIn(go)]).toEqual([1_679_315_147n, 1_727_964_367n]);
    expect(cosignatureTime(Buffer.alloc(64))).toBeUndefined();
    expect(cosignatureTime(Buffer.alloc(72, 0xff))).toBeUndefined();
  });

  it('counts beside the log’s signature, with its time', () => {
    const [log, one] = [logKey('example.com/log'), witness('one.example')];
    const message = one.cosign(signNote('text\n', log), 1_800_000_000n);
    expect(openNote(message, [log, one.verifier]).signed).toEqual([
      { key: log },
      { key: one.verifier, at: 1_800_000_000n },
    ]);
  });

  it('is of its own time, text and witness', () => {
    const [log, one, two] = [logKey('example.com/log'), witness('one.example'), witness('two.example')];
    const cosigned = parseNote(one.cosign(signNote('text\n', log), 1_800_000_000n));
    const mine = cosigned.signatures[1]!;
    const other = (bytes: Buffer, text = 'text\n') => writeNote({ text, signatures: [{ ...mine, bytes }] });
    const later = Buffer.from(mine.bytes);
    later[7]!++;
    for (const forged of [other(later), other(mine.bytes, 'another\n'), other(mine.bytes.subarray(8))]) {
      expect(() => openNote(forged, [one.verifier])).toThrow('is not of this text');
    }
    const lent = writeNote({ text: 'text\n', signatures: [{ ...mine, name: 'two.example', id: two.verifier.id }] });
    expect(() => openNote(lent, [two.verifier])).toThrow('is not of this text');
  });
});
