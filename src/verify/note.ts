/* Signed notes (c2sp.org/signed-note), with Ed25519 signatures and cosignatures (c2sp.org/tlog-cosignature). */
import { createPublicKey, hash, verify, type KeyObject } from 'node:crypto';
import { bytesOf, NotProved, prove } from './fault.js';

/** The signature types of C2SP that are known here. */
const ED25519 = 0x01;
const COSIGNATURE = 0x04;
const MOST_BYTES = 64 * 1024;
const MOST_SIGNATURES = 100;
const NAME = /^[^\s+\p{White_Space}]+$/u;
// oxlint-disable-next-line no-control-regex -- a note may hold none but the newline
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;

/** Whom one trusts: a vkey, given by somebody else than the one who is to be checked. */
export interface Key {
  readonly name: string;
  /** Hex, of four bytes. */
  readonly id: string;
  readonly isCosigner: boolean;
  readonly publicKey: KeyObject;
  /** The text that it was given as. */
  readonly vkey: string;
}

export interface Note {
  /** With its last newline: what is signed. */
  readonly text: string;
  readonly signatures: readonly { readonly name: string; readonly id: string; readonly bytes: Buffer }[];
}

/** `name+key id+Base64 of type and key`. @throws NotProved */
export function keyOf(vkey: string): Key {
  const [name = '', id = '', ...rest] = vkey.split('+');
  const material = bytesOf(rest.join('+'), `the key of ${vkey}`, 33);
  const [type] = material;
  prove(NAME.test(name), `${vkey} is no vkey: its name is empty, or holds a space`);
  prove(
    type === ED25519 || type === COSIGNATURE,
    `${vkey} is of type ${type}; known are 1, Ed25519, and 4, a cosignature`,
  );
  const made = idOf(name, material);
  prove(made === id, `${vkey} is damaged: its key id should be ${made}`);
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: material.toString('base64url', 1) };
  return { name, id, isCosigner: type === COSIGNATURE, publicKey: createPublicKey({ key: jwk, format: 'jwk' }), vkey };
}

const idOf = (name: string, material: Buffer): string =>
  hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), material]), 'hex').slice(0, 8);

/** A log's key under another name, and so under another id: what one signs there stands for nothing here. */
export function renamed(key: Key, name: string): Key {
  const { x = '' } = key.publicKey.export({ format: 'jwk' });
  const material = Buffer.concat([Buffer.of(ED25519), Buffer.from(x, 'base64url')]);
  const id = idOf(name, material);
  return { ...key, name, id, vkey: `${name}+${id}+${material.toString('base64')}` };
}

/** @throws NotProved for what is no note; nothing is verified yet */
export function parseNote(note: string): Note {
  prove(note.length <= MOST_BYTES, `the note is longer than ${MOST_BYTES} characters`);
  prove(note.isWellFormed() && !CONTROL.test(note), 'the note holds control characters');
  const end = note.lastIndexOf('\n\n');
  prove(end >= 0 && note.endsWith('\n') && note.length > end + 2, 'the note has no signatures after an empty line');
  const lines = note.slice(end + 2, -1).split('\n');
  prove(lines.length <= MOST_SIGNATURES, `the note has more than ${MOST_SIGNATURES} signatures`);
  const signatures = lines.map((line) => {
    const [dash, name = '', base64 = '', ...more] = line.split(' ');
    prove(dash === '—' && NAME.test(name) && more.length === 0, `no signature line: ${line.slice(0, 80)}`);
    const bytes = bytesOf(base64, `the signature of ${name}`);
    prove(bytes.length > 4, `the signature of ${name} is too short`);
    return { name, id: bytes.toString('hex', 0, 4), bytes: bytes.subarray(4) };
  });
  return { text: note.slice(0, end + 1), signatures };
}

/**
 * Whether the key has signed the note.
 * @returns when it says that it did: null, for a key that does not say; undefined: it has not signed
 * @throws NotProved where a signature bears its name and is not its
 */
export function signedBy({ text, signatures }: Note, key: Key): Date | null | undefined {
  let signed: Date | null | undefined;
  for (const { name, id, bytes } of signatures) {
    if (name !== key.name || id !== key.id) continue;
    const time = key.isCosigner ? timeOf(bytes, name) : null;
    const message = time === null ? text : `cosignature/v1\ntime ${time}\n${text}`;
    const signature = time === null ? bytes : bytes.subarray(8);
    const isIts = signature.length === 64 && verify(null, Buffer.from(message), key.publicKey, signature);
    if (!isIts) throw new NotProved(`the signature of ${name} is not of its key over this text`);
    signed = time === null ? null : new Date(Number(time) * 1000);
  }
  return signed;
}

/** Seconds since 1970, before the signature. */
function timeOf(bytes: Buffer, name: string): bigint {
  prove(bytes.length === 72, `the cosignature of ${name} has ${bytes.length} bytes, not 72`);
  const time = bytes.readBigUInt64BE();
  prove(time <= 8_640_000_000_000n, `the cosignature of ${name} is of no possible time`);
  return time;
}
