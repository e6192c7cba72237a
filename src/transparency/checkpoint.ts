import { InvalidValue } from '../kernel/invalid-value.js';
import { parseBase64 } from './base64.js';
import { HASH_BYTES, type Hash, type TreeSize } from './hashes.js';
import type { SigningKey, VerifierKey } from './keys.js';
import { openNote, signNote, type OpenedNote } from './note.js';
import type { TreeHead } from './proofs.js';

/** What a log signs: how many entries it has, and the root over them (C2SP tlog-checkpoint). */
export interface Checkpoint extends TreeHead {
  /** Names the log. */
  readonly origin: string;
}

/** The text that is signed. We write no extension lines. */
export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${root.toString('base64')}\n`;

/** Lines that follow the root are read over, as clients must. @throws InvalidValue `CHECKPOINT` */
export function parseCheckpoint(text: string): Checkpoint {
  const malformed = (what: string): InvalidValue => new InvalidValue('CHECKPOINT', `no checkpoint: ${what}`);
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.length < 3 || lines.includes('')) throw malformed('three lines, none of them empty');
  const [origin, decimal, base64] = lines as [string, string, string];
  const size = /^(0|[1-9]\d{0,15})$/.test(decimal) ? Number(decimal) : NaN;
  if (!Number.isSafeInteger(size)) throw malformed(`${decimal} is no size`);
  const root = parseBase64(base64);
  if (root?.length !== HASH_BYTES) throw malformed('its root is no hash');
  return { origin, size: size as TreeSize, root: root as Hash };
}

/** Key and log have one name. */
export const signCheckpoint = (head: TreeHead, key: SigningKey): string =>
  signNote(checkpointText({ ...head, origin: key.name }), key);

/**
 * A checkpoint that its log signed, and who cosigned it.
 * @param log its name is the origin that is expected
 * @throws InvalidValue `NOTE`, `NOTE_SIGNATURE`, `NOTE_UNSIGNED`, `CHECKPOINT`
 */
export function openCheckpoint(
  message: string,
  log: VerifierKey,
  witnesses: readonly VerifierKey[] = [],
): { readonly checkpoint: Checkpoint; readonly note: OpenedNote } {
  const note = openNote(message, [log, ...witnesses]);
  if (!note.signed.some(({ key }) => key === log)) {
    throw new InvalidValue('NOTE_UNSIGNED', `${log.name} did not sign the checkpoint`);
  }
  const checkpoint = parseCheckpoint(note.text);
  if (checkpoint.origin !== log.name) {
    throw new InvalidValue('CHECKPOINT', `the checkpoint is of ${checkpoint.origin}, not of ${log.name}`);
  }
  return { checkpoint, note };
}
