/**
 * A ledger's log as a file that no engine owns: lines of canonical JSON (RFC 8785), so that one log makes one file,
 * byte for byte, whichever store it was read from (docs/operations.md, Export and import).
 *
 *   {"format":"sijill-log","ledger":"…","version":1}
 *   {"digest":"…","event":{…},"sequence":0}              the event's own canonical bytes, as they are stored
 *   …
 *   {"digest":"…","events":1}                            the last line: without it the file is cut off
 *
 * A line's digest is SHA-256, in hex, over the text of the digest before it and of its event; the first one's is over
 * the first line. So each one stands for everything up to its line, and the last one for the whole log.
 */
import type { LedgerId } from '../kernel/ids.js';
import { canonicalJson, sha256 } from './canonical.js';
import { MAX_EVENT_BYTES } from './event-store.js';

const FORMAT = 'sijill-log';
const VERSION = 1;

/** What stands around an event is less than this. */
export const MAX_LINE_BYTES = MAX_EVENT_BYTES + 256;

/** The file is none of ours, or not as it was written: the message says where, and what it looks like. */
export class DamagedLog extends Error {
  override readonly name = 'DamagedLog';
}

/** Before the first event. */
export const firstDigest = (ledger: LedgerId): string => sha256(header(ledger));

/** @param event its canonical text */
export const nextDigest = (digest: string, event: string): string => sha256(digest + event);

export const header = (ledger: LedgerId): string => canonicalJson({ format: FORMAT, ledger, version: VERSION });

export const eventLine = (digest: string, event: string, sequence: number): string =>
  `{"digest":"${digest}","event":${event},"sequence":${sequence}}`;

export const closing = (digest: string, events: number): string => canonicalJson({ digest, events });

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const HEADER = new RegExp(`^\\{"format":"${FORMAT}","ledger":"(${UUID})","version":(\\d+)\\}$`);
const EVENT = /^\{"digest":"([0-9a-f]{64})","event":(\{.*\}),"sequence":(0|[1-9]\d{0,14})\}$/s;
const CLOSING = /^\{"digest":"([0-9a-f]{64})","events":([1-9]\d{0,14})\}$/;

/** @throws DamagedLog */
export function readHeader(line: string | undefined): LedgerId {
  const [, ledger, version] = HEADER.exec(line ?? '') ?? [];
  if (ledger === undefined) throw new DamagedLog('this is no export of a ledger: its first line does not say so');
  if (Number(version) !== VERSION) {
    throw new DamagedLog(`the export has version ${version}; this program reads version ${VERSION}`);
  }
  return ledger as LedgerId;
}

export type Line =
  | { readonly kind: 'event'; readonly digest: string; readonly event: string; readonly sequence: number }
  | { readonly kind: 'closing'; readonly digest: string; readonly events: number };

/** @returns undefined for what no export writes */
export function readLine(line: string): Line | undefined {
  const [, digest, event, sequence] = EVENT.exec(line) ?? [];
  if (digest !== undefined && event !== undefined) return { kind: 'event', digest, event, sequence: Number(sequence) };
  const [, last, events] = CLOSING.exec(line) ?? [];
  return last === undefined ? undefined : { kind: 'closing', digest: last, events: Number(events) };
}
