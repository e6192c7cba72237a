import { checkpointOf, eventAt, leafAt, ORIGIN, recordOf, saltAt, Signer } from './log.js';

export const log = new Signer(ORIGIN);
export const EVENTS = Array.from({ length: 13 }, (_, n) => eventAt(n));
/** Proves event 6. */
export const file = recordOf(EVENTS, 6, [log]);

const [head = '', proof = '', text = '', signatures = ''] = file.split('\n\n');
const withHead = (changed: string): string => [changed, proof, text, signatures].join('\n\n');
const other = recordOf(EVENTS, 7, [log]).split('\n\n');
const withPath = (change: (path: string) => string): string => [head, change(proof), text, signatures].join('\n\n');
/** Another digit in place of the last one, for the same bytes: its low bits stand for none. */
const withLooseBits = (base64: string): string =>
  base64.replace(/(.)(=+\n?)$/, (_, digit: string, end: string) => String.fromCharCode(digit.charCodeAt(0) + 1) + end);
const signed = (checkpoint: string): string => [head, proof, checkpoint].join('\n\n');
/** The log signs less: what it did before. */
const EARLIER = checkpointOf(
  EVENTS.slice(0, 9).map((event, n) => leafAt(event, n)),
  [log],
);
const NOTHING = checkpointOf([], [log]);
const another = new Signer(ORIGIN);

/** What was changed in it, the file, and why it proves nothing. */
export const FORGED: readonly (readonly [string, string, string])[] = [
  ['another event', withHead(other[0]!.replace(saltAt(7), saltAt(6))), 'the path leads to another root'],
  ['another salt', withHead(head.replace(saltAt(6), saltAt(7))), 'the path leads to another root'],
  ['a salt in capitals', withHead(head.replace(saltAt(6), saltAt(6).toUpperCase())), 'not 32 bytes in lower-case hex'],
  ['a salt cut short', withHead(head.slice(0, -2)), 'not 32 bytes'],
  ['another place', file.replace('\nindex 6\n', '\nindex 7\n'), 'the path leads to another root'],
  ['a place beyond the log', file.replace('\nindex 6\n', '\nindex 13\n'), 'leaf 13 is not in a tree of 13'],
  ['a place that is none', file.replace('\nindex 6\n', '\nindex 06\n'), 'is no count'],
  [
    'the path of another',
    [head, other[1], text, signatures].join('\n\n').replace('index 7', 'index 6'),
    'another root',
  ],
  ['a path cut short', file.replace(/(index 6\n)[^\n]+\n/, '$1'), 'the path to the root is too short'],
  ['a path made longer', file.replace('index 6\n', `index 6\n${'A'.repeat(43)}=\n`), 'the path'],
  ['white space in the event', withHead(head.replace('"v":1}', '"v": 1}')), 'not canonical JSON'],
  ['a name that is there twice', withHead(head.replace('"v":1}', '"v":1,"v":1}')), 'not canonical JSON'],
  [
    'names in another order',
    withHead(head.replace('{"effectiveOn":"2026-01-01",', '{').replace('"v":1}', '"v":1,"effectiveOn":"2026-01-01"}')),
    'not canonical',
  ],
  [
    'JSON without an end',
    withHead(head.replace('"v":1}', `"v":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)),
    'not canonical',
  ],
  ['a larger log', file.replace('\n13\n', '\n14\n'), `the signature of ${ORIGIN} is not of its key`],
  ['no signature', [head, proof, text].join('\n\n'), 'no signatures'],
  ['something after it', `${file}\n`, 'empty line'],
  ['line ends of another system', file.replaceAll('\n', '\r\n'), 'no proof of record'],
  ['nothing', '', 'no proof of record'],
  ['a byte order mark', `\ufeff${file}`, 'no proof of record'],
  ['Base64 with bits that are of no byte, in the path', withPath(withLooseBits), 'not canonical Base64'],
  ['Base64 for URLs, in the path', withPath((path) => path.replace(/[+/](?=.*=)/g, '_')), 'not canonical Base64'],
  ['Base64 without its padding, in the path', withPath((path) => path.replace(/=$/, '')), 'not canonical Base64'],
  ['white space behind the path', withPath((path) => `${path} `), 'not canonical Base64'],
  ['white space within the path', withPath((path) => path.replace(/=$/, '\t=')), 'not canonical Base64'],
  ['a line of extra data', withPath((path) => path.replace('\n', '\nextra AAAA\n')), 'should begin with “index ”'],
  ['a place with a sign', file.replace('\nindex 6\n', '\nindex +6\n'), 'is no count'],
  ['a place below the first', file.replace('\nindex 6\n', '\nindex -1\n'), 'is no count'],
  ['a place that no number counts', file.replace('\nindex 6\n', '\nindex 9007199254740993\n'), 'is no count'],
  ['Base64 with bits that are of no byte, in the signature', withLooseBits(file), 'not canonical Base64'],
  [
    'Base64 with bits that are of no byte, in the root',
    file.replace(text, withLooseBits(text)),
    'not canonical Base64',
  ],
  ['a line of extension that nobody signed', file.replace(text, `${text}\nextension`), 'is not of its key'],
  ['line ends of another system in the checkpoint', file.replace(`${text}\n`, `${text}\r\n`), ''],
  ['a signature of other bytes', file.replace(/[^ ]+\n$/, 'AAAAAAAA\n'), 'not signed by'],
  ['a signature that is the key id alone', file.replace(/([^ ]{6})[^ ]+\n$/, '$1==\n'), ''],
  ['the signature of a namesake with another key', signed(`${text}\n\n${another.line(`${text}\n`)}`), 'not signed by'],
  ['a second signature, over another text', `${file}${log.line('another\n')}`, 'is not of its key'],
  ['an earlier checkpoint', signed(EARLIER), 'the path'],
  ['the checkpoint of a log without events', signed(NOTHING), 'leaf 6 is not in a tree of 0'],
  ['two checkpoints', `${file}\n${EARLIER}`, 'empty line'],
];
