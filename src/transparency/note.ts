import { InvalidValue } from '../kernel/invalid-value.js';
import { parseBase64 } from './base64.js';
import { cosignedAt } from './cosignature.js';
import { COSIGNATURE_V1, ED25519, isKeyName, isSignedBy, type SigningKey, type VerifierKey } from './keys.js';

/** A signature line of a note; whether it is good is another question. */
export interface NoteSignature {
  readonly name: string;
  /** 8 hex digits. */
  readonly id: string;
  /** What follows the id: what it is depends on the key. */
  readonly bytes: Buffer;
}

/** A text and who signed it (C2SP signed-note). */
export interface Note {
  /** Ends in a newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A signature that was verified. */
export interface Signed {
  readonly key: VerifierKey;
  /** Of a cosignature: seconds since 1970. */
  readonly at?: bigint;
}

export interface OpenedNote extends Note {
  /** At least one, each key once. */
  readonly signed: readonly Signed[];
}

const MAX_BYTES = 1_000_000;
const MAX_SIGNATURES = 100;
const ID_BYTES = 4;

export const writeNote = ({ text, signatures }: Note): string =>
  `${text}\n${signatures.map(({ name, id, bytes }) => `— ${name} ${Buffer.concat([Buffer.from(id, 'hex'), bytes]).toString('base64')}\n`).join('')}`;

/** @throws InvalidValue `NOTE` for anything that `writeNote` does not write */
export function parseNote(message: string): Note {
  const malformed = (what: string): InvalidValue => new InvalidValue('NOTE', `no signed note: ${what}`);
  if (Buffer.byteLength(message) > MAX_BYTES) throw malformed(`more than ${MAX_BYTES} bytes`);
  if (!message.isWellFormed() || /[^\n\u0020-\uffff]/.test(message)) throw malformed('it holds control characters');
  const blank = message.lastIndexOf('\n\n');
  if (blank < 0 || !message.endsWith('\n')) throw malformed('no signature stands behind a blank line');
  const lines = message.slice(blank + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) throw malformed(`more than ${MAX_SIGNATURES} signatures`);
  const signatures = lines.map((line) => {
    const [, name = '', base64 = ''] = /^— ([^ ]+) ([^ ]+)$/.exec(line) ?? [];
    const bytes = parseBase64(base64);
    if (!isKeyName(name) || bytes === undefined || bytes.length <= ID_BYTES) throw malformed(`${JSON.stringify(line)}`);
    return { name, id: bytes.toString('hex', 0, ID_BYTES), bytes: bytes.subarray(ID_BYTES) };
  });
  return { text: message.slice(0, blank + 1), signatures };
}

/** @param text ends in a newline */
export function signNote(text: string, key: SigningKey): string {
  const note = writeNote({ text, signatures: [{ name: key.name, id: key.id, bytes: key.sign(text) }] });
  parseNote(note); // what nobody could read is not signed
  return note;
}

/**
 * The text, if one of the keys signed it. Signatures of other keys prove nothing, and stay.
 * @throws InvalidValue `NOTE`; `NOTE_SIGNATURE` where a signature of one of the keys is not its own; `NOTE_UNSIGNED`
 */
export function openNote(message: string, keys: readonly VerifierKey[]): OpenedNote {
  const note = parseNote(message);
  const signed = new Map<VerifierKey, Signed>();
  for (const signature of note.signatures) {
    const key = keys.find(({ name, id }) => name === signature.name && id === signature.id);
    if (key === undefined || signed.has(key)) continue;
    const proved = verified(note.text, key, signature.bytes);
    if (proved === undefined) {
      throw new InvalidValue('NOTE_SIGNATURE', `the signature of ${key.name} (${key.id}) is not of this text`);
    }
    signed.set(key, proved);
  }
  if (signed.size === 0) throw new InvalidValue('NOTE_UNSIGNED', 'none of the keys signed the note');
  return { ...note, signed: [...signed.values()] };
}

function verified(text: string, key: VerifierKey, signature: Buffer): Signed | undefined {
  switch (key.type) {
    case ED25519:
      return isSignedBy(key, text, signature) ? { key } : undefined;
    case COSIGNATURE_V1: {
      const at = cosignedAt(text, key, signature);
      return at === undefined ? undefined : { key, at };
    }
  }
}
