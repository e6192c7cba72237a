/*
 * That a later log holds all of an earlier one. The later checkpoint comes with its proof, in the form in which witnesses
 * are asked (c2sp.org/tlog-witness):
 *
 *   old …                            the size of the earlier tree
 *   …                                the hashes of the proof
 *
 *   …                                the later checkpoint
 */
import { signedCheckpoint, type Signed } from './checkpoint.js';
import { bytesOf, countOf, prove } from './fault.js';
import { proveConsistency } from './merkle.js';
import type { Policy } from './policy.js';

const MOST_HASHES = 63;

/** @throws NotProved */
export function proveGrowth(
  earlierFile: string,
  laterFile: string,
  policy: Policy,
): { readonly earlier: Signed; readonly later: Signed } {
  const earlier = signedCheckpoint(earlierFile, policy);
  const end = laterFile.indexOf('\n\n');
  const [first = '', ...hashes] = laterFile.slice(0, end).split('\n');
  prove(first.startsWith('old '), 'the later checkpoint comes without its proof: its first line is not “old SIZE”');
  prove(hashes.length <= MOST_HASHES, `the proof is longer than ${MOST_HASHES} hashes`);
  const later = signedCheckpoint(laterFile.slice(end + 2), policy);
  prove(earlier.origin === later.origin, `the logs are two: ${earlier.origin} and ${later.origin}`);
  const size = countOf(first.slice(4), 'the earlier size');
  prove(size === earlier.size, `the proof begins at ${size}, and the earlier checkpoint is of ${earlier.size}`);
  const path = hashes.map((each, n) => bytesOf(each, `hash ${n} of the proof`, 32));
  proveConsistency(earlier, later, path);
  return { earlier, later };
}
