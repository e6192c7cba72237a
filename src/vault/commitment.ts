import { hash } from 'node:crypto';

/** What is shown to prove a value, and what the log names of it. */
export interface Committed {
  readonly disclosure: string;
  readonly commitment: string;
}

/**
 * Disclosure and digest of RFC 9901 (SD-JWT), sections 4.2.1 and 4.2.3: any of its libraries checks one.
 * @param salt 32 bytes
 */
export function committed(salt: Buffer, name: string, value: string): Committed {
  const json = JSON.stringify([salt.toString('base64url'), name, value]);
  const disclosure = Buffer.from(json).toString('base64url');
  return { disclosure, commitment: hash('sha256', disclosure, 'base64url') };
}

/** The form before that one: SHA-256, hex, of a JSON text that names the person, too. What was so stored stays so. */
export function committedBefore(salt: Buffer, person: string, field: string, value: string): Committed {
  const disclosure = JSON.stringify(['sijill/commitment/1', salt.toString('hex'), person, field, value]);
  return { disclosure, commitment: hash('sha256', disclosure, 'hex') };
}
