import { isUuid, type Uuid } from '../../kernel/ids.js';
import { Problem } from '../problems/problem.js';

/** Longest wait that `Prefer: wait=N` gets. */
const MAX_WAIT_SECONDS = 30;

type Header = string | readonly string[] | undefined;

/** @throws Problem where the key is missing or not 1 to 255 visible ASCII characters */
export function idempotencyKey(header: Header): string {
  if (header === undefined || header === '') throw new Problem('IDEMPOTENCY_KEY_REQUIRED');
  if (typeof header !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(header)) throw new Problem('IDEMPOTENCY_KEY_INVALID');
  return header;
}

/** The revision of one strong entity tag (RFC 9110 section 13.1.1). @throws Problem */
export function ifMatch(header: Header, required: boolean): bigint | undefined {
  if (header === undefined) {
    if (required) throw new Problem('IF_MATCH_REQUIRED');
    return undefined;
  }
  const match = typeof header === 'string' ? /^"(0|[1-9]\d{0,15})"$/.exec(header.trim()) : null;
  if (match === null) throw new Problem('IF_MATCH_INVALID');
  return BigInt(match[1] as string);
}

export const etag = (revision: number): string => `"${revision}"`;

/** True where the caller has this revision already (`If-None-Match`, compared weakly as RFC 9110 asks). */
export function noneMatch(header: Header, tag: string): boolean {
  if (typeof header !== 'string') return false;
  return header.trim() === '*' || header.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}

export interface Preferences {
  readonly minimal: boolean;
  /** The proof of record of what the command made, with its answer. */
  readonly proof: boolean;
  readonly waitMs?: number;
}

const NONE: Preferences = { minimal: false, proof: false };

/** RFC 7240; a preference that is not understood is ignored, as the RFC asks. */
export function preferences(header: Header): Preferences {
  if (header === undefined) return NONE;
  const wishes = String(header)
    .split(/[,;]/)
    .map((wish) =>
      wish
        .trim()
        .toLowerCase()
        .replaceAll(/\s*=\s*|"/g, (s) => (s === '"' ? '' : '=')),
    );
  const wait = wishes.map((wish) => /^wait=(\d{1,6})$/.exec(wish)?.[1]).find((seconds) => seconds !== undefined);
  return {
    minimal: wishes.includes('return=minimal'),
    proof: wishes.includes('proof'),
    ...(wait !== undefined && { waitMs: Math.min(Number(wait), MAX_WAIT_SECONDS) * 1000 }),
  };
}

/** `Sijill-After`: the sequence that an answer must have seen. @throws Problem */
export function afterSequence(header: Header): number | undefined {
  if (header === undefined) return undefined;
  if (typeof header !== 'string' || !/^\d{1,15}$/.test(header)) throw new Problem('AFTER_INVALID');
  return Number(header);
}

/**
 * The trace of a W3C `traceparent`, as a UUID: its version and variant are set, the other 122 bits are the trace
 * id's. Absent or not valid: undefined, as the recommendation asks.
 */
export function traceOf(header: Header): Uuid | undefined {
  const match =
    typeof header === 'string'
      ? /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-|$)/.exec(header)
      : null;
  const [, trace = '', parent = ''] = match ?? [];
  if (trace === '' || /^0+$/.test(trace) || /^0+$/.test(parent)) return undefined;
  const variant = ((parseInt(trace.charAt(16), 16) & 0x3) | 0x8).toString(16);
  const uuid = `${trace.slice(0, 8)}-${trace.slice(8, 12)}-8${trace.slice(13, 16)}-${variant}${trace.slice(17, 20)}-${trace.slice(20)}`;
  return isUuid(uuid) ? uuid : undefined;
}
