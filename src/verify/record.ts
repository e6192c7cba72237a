/*
 * A proof of record: one text that shows that an event is in the log, to whoever holds nothing but the log's key.
 *
 *   sijill-proof-of-record@v1
 *   event {…}                        its canonical bytes
 *   salt …                           hex
 *   disclosure …                     any number: what an entry of its evidence is the digest of (RFC 9901)
 *
 *   c2sp.org/tlog-proof@v1           from here on as c2sp.org/tlog-proof has it
 *   index …
 *   …                                the path from the leaf to the root
 *
 *   …                                the checkpoint
 */
import { hash } from 'node:crypto';
import { signedCheckpoint, type Signed } from './checkpoint.js';
import { eventOf, leafOf, type Event } from './event.js';
import { after, bytesOf, countOf, NotProved, prove } from './fault.js';
import { proveInclusion } from './merkle.js';
import type { Policy } from './policy.js';

const HEADER = 'sijill-proof-of-record@v1';
const PROOF = 'c2sp.org/tlog-proof@v1';
/** No path is longer, and an event is less than a mebibyte. */
const MOST_HASHES = 64;
const MOST_CHARACTERS = 4 * 1024 * 1024;

export interface Record {
  /** Canonical. */
  readonly event: string;
  readonly salt: string;
  readonly disclosures: readonly string[];
  readonly index: number;
  readonly path: readonly Buffer[];
  readonly checkpoint: string;
}

/** A value that is kept apart from the log, and shown with this proof. */
export interface Disclosed {
  readonly name: string;
  readonly value: string;
}

export interface Proved {
  readonly event: Event;
  readonly sequence: number;
  readonly checkpoint: Signed;
  /** Each is what the event's evidence commits to. */
  readonly disclosures: readonly Disclosed[];
}

/** @throws NotProved for a text of another form */
export function parseRecord(file: string): Record {
  prove(file.length <= MOST_CHARACTERS, `the file is longer than ${MOST_CHARACTERS} characters`);
  const [head = '', proof = '', ...rest] = file.split('\n\n');
  const [header, event = '', salt = '', ...disclosures] = head.split('\n');
  prove(header === HEADER, `this is no proof of record: its first line is not ${HEADER}`);
  const [name, index = '', ...hashes] = proof.split('\n');
  prove(name === PROOF, `the proof of the leaf does not begin with ${PROOF}`);
  prove(hashes.length <= MOST_HASHES, `the path is longer than ${MOST_HASHES}`);
  return {
    event: after('event ', event),
    salt: after('salt ', salt),
    disclosures: disclosures.map((line) => after('disclosure ', line)),
    index: countOf(after('index ', index), 'the index'),
    path: hashes.map((each, n) => bytesOf(each, `hash ${n} of the path`, 32)),
    checkpoint: rest.join('\n\n'),
  };
}

/** @throws NotProved at the first link that does not hold */
export function proveRecord(file: string, policy: Policy): Proved {
  const record = parseRecord(file);
  const checkpoint = signedCheckpoint(record.checkpoint, policy);
  const bytes = Buffer.from(record.event);
  const event = eventOf(bytes);
  const leaf = leafOf(bytes, event, record.index, record.salt);
  proveInclusion(leaf, record.index, record.path, checkpoint.size, checkpoint.root);
  const disclosures = record.disclosures.map((each) => disclosedBy(event, each));
  return { event, sequence: record.index, checkpoint, disclosures };
}

/** RFC 9901, 4.2: Base64url of the JSON `[salt, name, value]`. Before that it was the JSON itself, and its hash in hex. */
function disclosedBy({ evidence }: Event, disclosure: string): Disclosed {
  const isBefore = disclosure.startsWith('[');
  const commitment = hash('sha256', disclosure, isBefore ? 'hex' : 'base64url');
  prove(evidence.includes(commitment), `the event commits to nothing like: ${disclosure.slice(0, 80)}`);
  const json = isBefore ? disclosure : Buffer.from(disclosure, 'base64url').toString('utf8');
  const [value, name, ...rest] = listOf(json).reverse();
  prove(typeof value === 'string' && typeof name === 'string' && rest.length > 0, 'a disclosure has no name and value');
  return { name, value };
}

function listOf(json: string): unknown[] {
  try {
    const list: unknown = JSON.parse(json);
    if (Array.isArray(list)) return list;
  } catch {
    // It is none.
  }
  throw new NotProved('a disclosure is no list');
}
