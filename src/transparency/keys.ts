import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { InvalidValue } from '../kernel/invalid-value.js';
import { parseBase64 } from './base64.js';

/** Signature types of C2SP signed-note that we know. */
export const ED25519 = 0x01;
export const COSIGNATURE_V1 = 0x04;
type KeyType = typeof ED25519 | typeof COSIGNATURE_V1;

const KEY_BYTES = 32;
/** DER in front of the 32 bytes of an Ed25519 key (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** A public key as notes name it: whom a signature is of is known by name and id together. */
export interface VerifierKey {
  readonly name: string;
  /** 8 hex digits. */
  readonly id: string;
  readonly type: KeyType;
  /** 32 bytes, RFC 8032. */
  readonly publicKey: Buffer;
}

export interface SigningKey extends VerifierKey {
  readonly type: typeof ED25519;
  /** Ed25519 over the text (RFC 8032). @returns 64 bytes */
  sign(text: string): Buffer;
}

/** Neither empty nor with a plus or a space, as Unicode has them: a name ends where they stand. */
export const isKeyName = (name: string): boolean => /^[^\s\u0085+]+$/u.test(name) && name.isWellFormed();

/** SHA-256(name ‖ 0x0A ‖ type ‖ key), its first four bytes, in hex (C2SP signed-note). */
export const keyId = (name: string, type: number, publicKey: Buffer): string =>
  createHash('sha256').update(`${name}\n`).update(Buffer.of(type)).update(publicKey).digest('hex').slice(0, 8);

export function verifierKey(name: string, type: KeyType, publicKey: Buffer): VerifierKey {
  if (!isKeyName(name)) throw new InvalidValue('KEY_NAME', `${JSON.stringify(name)} is no name of a key`);
  if (publicKey.length !== KEY_BYTES) throw new InvalidValue('VKEY', 'an Ed25519 key has 32 bytes');
  return { name, type, publicKey, id: keyId(name, type, publicKey) };
}

/** `<name>+<id>+base64(type ‖ key)` */
export const writeVkey = ({ name, id, type, publicKey }: VerifierKey): string =>
  `${name}+${id}+${Buffer.concat([Buffer.of(type), publicKey]).toString('base64')}`;

/** @throws InvalidValue for anything that `writeVkey` does not write */
export function parseVkey(vkey: string): VerifierKey {
  const malformed = (what: string): InvalidValue =>
    new InvalidValue('VKEY', `a verifier key is <name>+<8 hex digits>+<base64>, of an Ed25519 key: ${what}`);
  const [, name = '', id, material = ''] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/s.exec(vkey) ?? [];
  const bytes = parseBase64(material);
  if (id === undefined || bytes === undefined || bytes.length === 0) throw malformed('this is none');
  const [type, publicKey] = [bytes[0], bytes.subarray(1)];
  if (type !== ED25519 && type !== COSIGNATURE_V1) throw malformed(`its type is ${type}`);
  const key = verifierKey(name, type, publicKey);
  if (key.id !== id) throw malformed(`its id is not ${id}`);
  return key;
}

/** @param seed 32 bytes that nobody else knows */
export function signingKey(name: string, seed: Buffer): SigningKey {
  if (seed.length !== KEY_BYTES) throw new InvalidValue('LOG_KEY', 'a signing key has 32 bytes');
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI.length);
  const named = verifierKey(name, ED25519, publicKey);
  return { ...named, type: ED25519, sign: (text) => sign(null, Buffer.from(text, 'utf8'), key) };
}

/** Ed25519 (RFC 8032). @returns false also for what is no key or no signature */
export function isSignedBy({ publicKey }: VerifierKey, text: string, signature: Buffer): boolean {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: Buffer.concat([SPKI, publicKey]), format: 'der', type: 'spki' });
  } catch {
    return false;
  }
  return signature.length === 64 && verify(null, Buffer.from(text, 'utf8'), key, signature);
}
