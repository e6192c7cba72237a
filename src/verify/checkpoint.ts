/* What a log says it is: a checkpoint (c2sp.org/tlog-checkpoint), believed under a policy. */
import { bytesOf, countOf, NotProved, prove } from './fault.js';
import { parseNote, signedBy, type Key, type Note } from './note.js';
import { isWitnessed, type Policy } from './policy.js';

export interface Checkpoint {
  readonly origin: string;
  /** Leaves. */
  readonly size: number;
  /** SHA-256 of RFC 6962. */
  readonly root: Buffer;
}

/** A checkpoint whose signatures were verified. */
export interface Signed extends Checkpoint {
  readonly log: Key;
  readonly witnesses: readonly { readonly key: Key; readonly time: Date }[];
}

/** @throws NotProved */
export function checkpointOf({ text }: Note): Checkpoint {
  const [origin = '', size = '', root = '', ...more] = text.slice(0, -1).split('\n');
  prove(origin !== '', 'the checkpoint names no origin');
  prove(
    more.every((line) => line !== ''),
    'the checkpoint has an empty line',
  );
  return { origin, size: countOf(size, 'the size'), root: bytesOf(root, 'the root', 32) };
}

/**
 * The checkpoint, if one of the policy's logs has signed it under its own name, and enough of its witnesses.
 * @throws NotProved
 */
export function signedCheckpoint(file: string, policy: Policy): Signed {
  const note = parseNote(file);
  const checkpoint = checkpointOf(note);
  const log = policy.logs.find((key) => key.name === checkpoint.origin && signedBy(note, key) !== undefined);
  if (log === undefined) {
    const names = policy.logs.map(({ name, id }) => `${name} (${id})`).join(', ');
    throw new NotProved(`the checkpoint is of ${checkpoint.origin}, and not signed by ${names}`);
  }
  const witnesses = policy.witnesses.flatMap(({ key }) => {
    const time = signedBy(note, key);
    return time instanceof Date ? [{ key, time }] : [];
  });
  const missing = isWitnessed(policy, new Set(witnesses.map(({ key }) => key)));
  prove(missing === undefined, `the checkpoint is signed by ${log.name}, but not witnessed: ${missing}`);
  return { ...checkpoint, log, witnesses };
}
