/** AES-256-GCM and the derivation of keys (HKDF-SHA-256): one purpose, one key. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { VaultDamaged } from './vault.js';

export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** First byte of everything encrypted: tells a later algorithm from this one. */
const FORMAT = 1;

export const newKey = (): Buffer => randomBytes(KEY_BYTES);

/** @param purpose part of every stored hash and ciphertext: never change one. */
export const subkey = (key: Buffer, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `sijill/vault/1/${purpose}`, KEY_BYTES));

/**
 * @param context where the result belongs (kind, person, field): it opens nowhere else
 * @returns format ‖ nonce ‖ ciphertext ‖ tag
 */
export function encrypt(key: Buffer, plain: Buffer, context: readonly string[]): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(contextBytes(context));
  return Buffer.concat([Buffer.of(FORMAT), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** @throws VaultDamaged for another key, another context, or a single changed bit */
export function decrypt(key: Buffer, sealed: Buffer, context: readonly string[]): Buffer {
  if (sealed[0] !== FORMAT || sealed.length < 1 + NONCE_BYTES + TAG_BYTES) throw damaged(context);
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(contextBytes(context));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(1 + NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    throw damaged(context);
  }
}

/** A JSON array, so that no two different contexts share their bytes. */
const contextBytes = (context: readonly string[]): Buffer => Buffer.from(JSON.stringify(context));

const damaged = (context: readonly string[]): VaultDamaged =>
  new VaultDamaged(`${context.join(' ')}: what is stored does not open with its key; restore the vault from a backup`);
