import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { cosignedText } from '../../../src/transparency/cosignature.js';
import { COSIGNATURE_V1, signingKey, verifierKey, type SigningKey } from '../../../src/transparency/keys.js';
import { parseNote, writeNote } from '../../../src/transparency/note.js';

export const logKey = (name: string): SigningKey => signingKey(name, createHash('sha256').update(name).digest());

/** A witness, as it would run elsewhere. */
export function witness(name: string) {
  const seed = createHash('sha256').update(`witness ${name}`).digest();
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
  const verifier = verifierKey(name, COSIGNATURE_V1, publicKey);
  return {
    verifier,
    /** @returns the note with its cosignature */
    cosign(message: string, at: bigint): string {
      const { text, signatures } = parseNote(message);
      const time = Buffer.alloc(8);
      time.writeBigUInt64BE(at);
      const bytes = Buffer.concat([time, sign(null, Buffer.from(cosignedText(text, at)), key)]);
      return writeNote({ text, signatures: [...signatures, { name, id: verifier.id, bytes }] });
    },
  };
}
