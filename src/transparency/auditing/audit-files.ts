/*
 * What a ledger is audited from, without the ledger (src/verify/audit.ts), besides a checkpoint: its events up to it, the
 * salt of each in the same order, and the roots over all balances that it covers. Who has it reads every event, and
 * nobody's personal data. The same number of events gives the same bytes for ever.
 */
import type { EventReader, EventText, Place } from '../../event-store/event-store.js';
import { closing, eventLine, firstDigest, header, nextDigest } from '../../event-store/log-format.js';
import type { EventId, LedgerId } from '../../kernel/ids.js';
import { LineSalts } from '../balances/line.js';
import { recordedUpTo } from '../balances/recorded.js';

/** Read at once: other work gets its turn between two pages. */
const PAGE = 256;

export interface AuditedLog {
  readonly ledger: LedgerId;
  readonly events: Pick<EventReader, 'readTexts' | 'readStream'>;
  /** `Vault.leafSalt` */
  readonly saltOf: (event: EventId) => string;
  /** `Vault.leafKey` */
  readonly leafKey: () => Buffer;
}

/** The store was put back to an earlier state, or events were taken out of it. */
export class EventsMissing extends Error {
  override readonly name = 'EventsMissing';
  constructor(covered: number) {
    super(`the last checkpoint covers ${covered} events, and the store has fewer: docs/transparency.md, ROLLED_BACK`);
  }
}

/** A file's text in pieces. @param size how many events @throws EventsMissing, StoreUnavailable, UnusableLog */
type Write = (log: AuditedLog, size: number) => AsyncGenerator<string, void>;

export const AUDIT_FILES = { 'events.jsonl': eventLines, salts, balances } as const satisfies Record<string, Write>;
export type AuditFile = keyof typeof AUDIT_FILES;

export const isAuditFile = (name: string): name is AuditFile => Object.hasOwn(AUDIT_FILES, name);

async function* eventLines({ ledger, events }: AuditedLog, size: number): AsyncGenerator<string, void> {
  let digest = firstDigest(ledger);
  let sequence = 0;
  yield `${header(ledger)}\n`;
  for await (const page of textsUpTo(events, size)) {
    let piece = '';
    for (const { text } of page) {
      digest = nextDigest(digest, text);
      piece += `${eventLine(digest, text, sequence++)}\n`;
    }
    yield piece;
  }
  yield `${closing(digest, size)}\n`;
}

async function* salts({ events, saltOf }: AuditedLog, size: number): AsyncGenerator<string, void> {
  for await (const page of textsUpTo(events, size)) yield page.map(({ id }) => `${saltOf(id)}\n`).join('');
}

/** What makes the places and, with the salts of the events, the salts of all lines; and the roots. */
async function* balances({ ledger, events, saltOf, leafKey }: AuditedLog, size: number): AsyncGenerator<string, void> {
  yield `${new LineSalts(leafKey(), saltOf).key}\n`;
  for await (const { note } of recordedUpTo(events, ledger, size)) yield `${JSON.stringify(note)}\n`;
}

/** @throws EventsMissing */
async function* textsUpTo(reader: AuditedLog['events'], size: number): AsyncGenerator<readonly EventText[], void> {
  let after: Place | undefined;
  for (let read = 0; read < size;) {
    const { events, next, atEnd } = await reader.readTexts({ limit: PAGE, ...(after !== undefined && { after }) });
    if (atEnd && read + events.length < size) throw new EventsMissing(size);
    yield events.slice(0, size - read);
    read += events.length;
    after = next;
  }
}
