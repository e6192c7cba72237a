import { isSignedBy, type VerifierKey } from './keys.js';

const TIME_BYTES = 8;
const SIGNATURE_BYTES = 64;
const MAX_TIME = 2n ** 63n - 1n;

/** What a witness signs that saw a checkpoint follow from all it saw before (C2SP tlog-cosignature, cosignature/v1). */
export const cosignedText = (checkpoint: string, at: bigint): string => `cosignature/v1\ntime ${at}\n${checkpoint}`;

/** When a cosignature says that it was made, in seconds since 1970. @returns undefined for what is none */
export function cosignatureTime(signature: Buffer): bigint | undefined {
  if (signature.length !== TIME_BYTES + SIGNATURE_BYTES) return undefined;
  const at = signature.readBigUInt64BE();
  return at <= MAX_TIME ? at : undefined;
}

/** @param checkpoint the text of the note @returns when it was cosigned; undefined where it was not, by this key */
export function cosignedAt(checkpoint: string, key: VerifierKey, signature: Buffer): bigint | undefined {
  const at = cosignatureTime(signature);
  if (at === undefined || !isSignedBy(key, cosignedText(checkpoint, at), signature.subarray(TIME_BYTES))) return;
  return at;
}
