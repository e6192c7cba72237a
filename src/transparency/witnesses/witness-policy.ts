import { signedCheckpoint } from '../../verify/checkpoint.js';
import { NotProved } from '../../verify/fault.js';
import { keyOf } from '../../verify/note.js';
import { parsePolicy } from '../../verify/policy.js';
import { parseVkey, type VerifierKey } from '../keys.js';

/** Who is asked to cosign, and where. */
export interface Witness {
  /** In the policy, and for people. */
  readonly name: string;
  readonly key: VerifierKey;
  /** `add-checkpoint` below its submission prefix. */
  readonly url: URL;
}

/** Whom this log asks, and when a checkpoint counts as witnessed. */
export interface WitnessPolicy {
  readonly witnesses: readonly Witness[];
  /** Whether enough of them have cosigned, by the verifier that everybody else has. Never, where none is asked for. */
  isMetBy(note: string): boolean;
}

/** What SIJILL_WITNESSES names is no policy for this log: the message says why, and what would be accepted. */
export class InvalidWitnesses extends Error {
  override readonly name = 'InvalidWitnesses';
}

/** A note holds no more than a hundred signatures. */
const MOST_WITNESSES = 64;

const ACCEPTED =
  'SIJILL_WITNESSES names a file as c2sp.org/tlog-policy has it, each witness with its URL: witness NAME VKEY URL, group ' +
  'NAME all|any|K NAME…, quorum NAME';

/**
 * @param text a policy; the one that verifiers are given will do
 * @param vkey of the log
 * @throws InvalidWitnesses
 */
export function readWitnesses(text: string, vkey: string): WitnessPolicy {
  try {
    const policy = parsePolicy(text, keyOf(vkey));
    if (policy.witnesses.length > MOST_WITNESSES) throw new NotProved(`more than ${MOST_WITNESSES} witnesses`);
    const own = { ...policy, logs: [keyOf(vkey)] };
    const isMetBy = (note: string): boolean => {
      if (policy.quorum === undefined) return false;
      try {
        signedCheckpoint(note, own);
        return true;
      } catch (error) {
        if (error instanceof NotProved) return false;
        throw error;
      }
    };
    const witnesses = policy.witnesses.map(({ name, key, url }) => {
      return { name, key: parseVkey(key.vkey), url: addCheckpoint(url, name) };
    });
    return { witnesses, isMetBy };
  } catch (error) {
    if (!(error instanceof NotProved)) throw error;
    throw new InvalidWitnesses(`${error.message}. ${ACCEPTED}`);
  }
}

function addCheckpoint(prefix: string | undefined, name: string): URL {
  const url = prefix !== undefined && URL.canParse(prefix) ? new URL(prefix) : undefined;
  const isPlain =
    (url?.protocol === 'https:' || url?.protocol === 'http:') && `${url.username}${url.search}${url.hash}` === '';
  if (url === undefined || !isPlain) {
    throw new NotProved(`the witness ${name} has no URL that is http or https, without a user, a query or a fragment`);
  }
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/add-checkpoint`;
  return url;
}
