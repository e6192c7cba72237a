import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { EventReader, Place } from '../event-store/event-store.js';
import type { Entry } from '../kernel/entries.js';
import type { Envelope } from '../kernel/envelope.js';
import { beancount } from './beancount.js';
import { csv } from './csv.js';
import type { Format, Names, Selection } from './format.js';
import { ledger } from './ledger.js';
import { ndjson } from './ndjson.js';

export const FORMATS = { ledger, beancount, csv, ndjson } as const satisfies Record<string, Format>;
export type FormatName = keyof typeof FORMATS;

/** Read at once: other work gets its turn between two pages. */
const PAGE = 256;
/** UTF-16 units that are handed on at once. */
const PIECE = 64 * 1024;

export interface Written {
  /** That the file holds. */
  readonly events: number;
  /** SHA-256, hex, of the file: what `sha256sum` says of it. */
  readonly digest: string;
}

export interface Listener {
  /** @param count events considered */
  readonly progress?: (count: number) => void;
  /** Told when the last piece was taken. */
  readonly done?: (written: Written) => void;
}

/**
 * The text of an export in pieces, by sequence: what the events up to `selection.sequence` say, and nothing that is worked
 * out of them. Holds a page of events, and what was declared: a line for each account of an entity.
 * @throws Unprintable, StoreUnavailable, UnusableLog
 */
export async function* exported(
  reader: Pick<EventReader, 'readAll'>,
  format: Format,
  names: Names,
  selection: Selection,
  { progress, done }: Listener = {},
): AsyncGenerator<string, void> {
  const said = new Set<string>();
  const hash = createHash('sha256');
  let [events, piece] = [0, ''];
  const handOn = (): string => {
    const text = piece;
    hash.update(text);
    piece = '';
    return text;
  };
  const [first] = (await reader.readAll({ limit: 1 })).events;
  if (first !== undefined) piece += format.head(first.event.ledger, selection);
  let sequence = 0;
  for (let after: Place | undefined; sequence <= selection.sequence;) {
    const page = await reader.readAll({ limit: PAGE, ...(after !== undefined && { after }) });
    for (const { event: stored } of page.events.slice(0, selection.sequence + 1 - sequence)) {
      const event = chosen(stored, format, selection);
      if (event !== undefined) {
        for (const line of format.declarations?.(event, names) ?? []) {
          if (!said.has(line)) piece += line;
          said.add(line);
        }
        piece += format.event({ event, sequence }, names);
        events++;
      }
      sequence++;
      if (piece.length >= PIECE) yield handOn();
    }
    progress?.(sequence);
    if (page.atEnd) break;
    after = page.next;
    await turn();
  }
  piece += format.tail?.(events) ?? '';
  yield handOn();
  done?.({ events, digest: hash.digest('hex') });
}

/** What of an event belongs into the export. */
function chosen(event: Envelope, { holds }: Format, { entity, from, to }: Selection): Envelope | undefined {
  if ((from !== undefined && event.effectiveOn < from) || (to !== undefined && event.effectiveOn > to))
    return undefined;
  if (holds === 'events') return entity === undefined || isAbout(event, entity) ? event : undefined;
  const entries = entity === undefined ? event.entries : event.entries.filter((entry) => isOf(entry, entity));
  if (entries.length === 0) return undefined;
  return entries.length === event.entries.length ? event : { ...event, entries };
}

/** Both sides of an entry are of one entity. */
const isOf = ({ debit }: Entry, entity: string): boolean => debit.dims.entity === entity;

const isAbout = ({ refs, entries }: Envelope, entity: string): boolean =>
  refs.creditor === entity || refs.payee === entity || refs.entity === entity || entries.some((e) => isOf(e, entity));
