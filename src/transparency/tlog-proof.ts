import { InvalidValue } from '../kernel/invalid-value.js';
import { parseBase64 } from './base64.js';
import { openCheckpoint, type Checkpoint } from './checkpoint.js';
import { HASH_BYTES, leafIndex, type Hash, type LeafIndex } from './hashes.js';
import type { VerifierKey } from './keys.js';
import { isIncluded } from './proofs.js';

const HEADER = 'c2sp.org/tlog-proof@v1';
/** No tree has more levels. */
const MAX_HASHES = 63;

/** That an entry stands in a log, to be verified offline (C2SP tlog-proof). */
export interface TlogProof {
  readonly index: number;
  /** From the leaf's sibling up. */
  readonly hashes: readonly Hash[];
  /** The signed note, as it was published. */
  readonly checkpoint: string;
}

export const writeTlogProof = ({ index, hashes, checkpoint }: TlogProof): string =>
  [HEADER, `index ${index}`, ...hashes.map((hash) => hash.toString('base64')), '', checkpoint].join('\n');

/** A line of extra data is read over: nothing authenticates it. @throws InvalidValue `TLOG_PROOF` */
export function parseTlogProof(text: string): TlogProof {
  const malformed = (what: string): InvalidValue => new InvalidValue('TLOG_PROOF', `no tlog-proof@v1: ${what}`);
  const blank = text.indexOf('\n\n');
  const [header, ...lines] = text.slice(0, Math.max(0, blank)).split('\n');
  if (header !== HEADER) throw malformed(`its first line is not ${HEADER}`);
  const extra = /^extra (.*)$/.exec(lines[0] ?? '')?.[1];
  if (extra !== undefined) {
    if (parseBase64(extra) === undefined) throw malformed('its extra data is no base64');
    lines.shift();
  }
  const [, decimal] = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? '') ?? [];
  if (decimal === undefined || !Number.isSafeInteger(Number(decimal))) throw malformed('it names no index');
  if (lines.length > MAX_HASHES) throw malformed(`more than ${MAX_HASHES} hashes`);
  const hashes = lines.map((line) => {
    const bytes = parseBase64(line);
    if (bytes?.length !== HASH_BYTES) throw malformed(`${JSON.stringify(line)} is no hash`);
    return bytes as Hash;
  });
  return { index: Number(decimal), hashes, checkpoint: text.slice(blank + 2) };
}

/**
 * @param leaf what the entry's hash must be: who verifies works it out of the entry
 * @returns where the entry stands, and in which tree
 * @throws InvalidValue saying why it proves nothing
 */
export function verifyTlogProof(
  text: string,
  leaf: Hash,
  log: VerifierKey,
  witnesses: readonly VerifierKey[] = [],
): { readonly index: LeafIndex; readonly checkpoint: Checkpoint } {
  const proof = parseTlogProof(text);
  const { checkpoint } = openCheckpoint(proof.checkpoint, log, witnesses);
  const index = leafIndex(proof.index, checkpoint.size);
  if (!isIncluded({ leaf, index, ...checkpoint }, proof.hashes)) {
    throw new InvalidValue('TLOG_PROOF', `the entry does not stand at ${index} of the tree that was signed`);
  }
  return { index, checkpoint };
}
