/**
 * A commitment, as events have it: a SHA-256, in base64url since commitments have RFC 9901's form, in hex before. Both
 * stay valid for ever.
 */
export const COMMITMENT = /^(?:[0-9a-f]{64}|[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])$/;

/** The hash itself, in hex, in whichever form it is written; undefined for what is no commitment. */
export function digestOf(commitment: string): string | undefined {
  if (!COMMITMENT.test(commitment)) return undefined;
  return commitment.length === 64 ? commitment : Buffer.from(commitment, 'base64url').toString('hex');
}
