import { InvalidValue } from '../../kernel/invalid-value.js';
import type { Hash } from '../hashes.js';
import type { VerifierKey } from '../keys.js';
import { openNote, parseNote, writeNote, type NoteSignature } from '../note.js';
import type { Witness } from './witness-policy.js';
import type { WitnessFault } from './witness-status.js';

/** What a witness is asked: to see that a checkpoint follows from what it cosigned last. */
export interface Submission {
  /** What it cosigned last; 0: nothing, or it is not known. */
  readonly old: number;
  readonly proof: readonly Hash[];
  /** The signed note. */
  readonly checkpoint: string;
}

export type Answer =
  | { readonly kind: 'cosigned'; readonly signature: NoteSignature }
  /** It cosigned another size last. */
  | { readonly kind: 'conflict'; readonly size: number }
  /** What it cosigned is not the beginning of this tree. */
  | { readonly kind: 'contradiction' }
  | { readonly kind: 'fault'; readonly fault: WitnessFault; readonly said: string };

/** No cosignature is longer; witnesses may answer with those of a few keys. */
const MOST_BYTES = 64 * 1024;
const SIZE_TYPE = 'text/x.tlog.size';

/** The body of `add-checkpoint`. Other witnesses' cosignatures stay here: a witness needs the log's signature alone. */
export function writeSubmission({ old, proof, checkpoint }: Submission, log: VerifierKey): string {
  const { text, signatures } = parseNote(checkpoint);
  const own = signatures.filter(({ name, id }) => name === log.name && id === log.id);
  const hashes = proof.map((hash) => hash.toString('base64'));
  return [`old ${old}`, ...hashes, '', writeNote({ text, signatures: own })].join('\n');
}

/**
 * Asks a witness for its cosignature (C2SP tlog-witness, add-checkpoint). Whatever it answers, this neither throws nor
 * takes longer or more memory than is said here.
 * @param signal of who asks
 */
export async function addCheckpoint(
  { key, url }: Witness,
  submission: Submission,
  log: VerifierKey,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Answer> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: writeSubmission(submission, log),
      headers: { 'content-type': 'text/plain; charset=utf-8', 'user-agent': 'sijill' },
      redirect: 'manual', // it is asked where the operator said, and nowhere else
      signal: AbortSignal.any([timeout, signal]),
    });
    const body = await textOf(response);
    if (body === undefined) return fault('GARBAGE', `its answer is longer than ${MOST_BYTES} bytes, or no text`);
    return answerOf(response, body, submission, key, log);
  } catch (error) {
    if (timeout.aborted) return fault('TIMEOUT', `no answer within ${timeoutMs / 1000} s`);
    return fault('UNREACHABLE', reasonOf(error));
  }
}

function answerOf(
  { status, headers }: Response,
  body: string,
  { old, checkpoint }: Submission,
  key: VerifierKey,
  log: VerifierKey,
): Answer {
  const [type] = (headers.get('content-type') ?? '').split(';', 1);
  const [, size] = /^(0|[1-9]\d{0,14})\n?$/.exec(body) ?? [];
  switch (status) {
    case 200:
      return cosignedBy(key, body, checkpoint, log);
    case 403:
      return fault('UNKNOWN_KEY', 'it does not accept the signature (403): give its operator the log’s vkey');
    case 404:
      return fault('UNKNOWN_LOG', 'it does not know this log (404): give its operator the log’s vkey');
    case 409:
      if (type === SIZE_TYPE && size !== undefined && Number(size) !== old) {
        return { kind: 'conflict', size: Number(size) };
      }
      // Of two trees of one size some witnesses say it so (the specification: 422).
      if (body === '' && old > 0) return { kind: 'contradiction' };
      return fault('GARBAGE', '409 without another size than the one that it was told');
    case 422:
      return old > 0 ? { kind: 'contradiction' } : fault('REFUSED', '422, though there is nothing to be proved');
    default:
      return fault(
        'REFUSED',
        `it answers ${status}${headers.has('location') ? ', and elsewhere it is not asked' : ''}`,
      );
  }
}

/** Lines of other keys are read over, as clients must. */
function cosignedBy(key: VerifierKey, lines: string, checkpoint: string, log: VerifierKey): Answer {
  try {
    const { text, signatures } = parseNote(checkpoint);
    const own = signatures.filter(({ name, id }) => name === log.name && id === log.id);
    const { signatures: all, signed } = openNote(`${writeNote({ text, signatures: own })}${lines}`, [log, key]);
    const at = signed.find((each) => each.key === key)?.at;
    const signature = all.find(({ name, id }) => name === key.name && id === key.id);
    if (signature === undefined || at === undefined) {
      return fault('WRONG_SIGNATURE', `no line of its answer is of ${key.name} (${key.id})`);
    }
    return at > 0n ? { kind: 'cosigned', signature } : fault('WRONG_SIGNATURE', 'its cosignature says no time');
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    return fault(error.code === 'NOTE_SIGNATURE' ? 'WRONG_SIGNATURE' : 'GARBAGE', error.message);
  }
}

/** @returns undefined: too long, or no UTF-8 */
async function textOf(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MOST_BYTES) return undefined; // leaving the loop gives up the rest
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
  } catch {
    return undefined;
  }
}

const fault = (of: WitnessFault, said: string): Answer => ({ kind: 'fault', fault: of, said });

/** What `fetch` hides behind “fetch failed”. */
function reasonOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error;
  const { code, message } = cause as NodeJS.ErrnoException;
  return code ?? message ?? String(cause);
}
