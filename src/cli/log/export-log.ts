import { canonicalEvent } from '../../event-store/canonical.js';
import type { Catalogue } from '../../event-store/catalogue.js';
import type { EventReader, Place } from '../../event-store/event-store.js';
import { wholeHead } from '../../event-store/whole-head.js';
import { AheadOfLog } from '../../feed/feed.js';
import { progressOf, type Output, type Progress } from '../progress.js';
import { LogChecks } from './checks.js';
import type { Summary } from './file.js';
import { closing, eventLine, firstDigest, header, nextDigest } from '../../event-store/log-format.js';
import { writeOut } from './write-out.js';

const PAGE = 1_024;
/** UTF-16 units that are handed on at once. */
const PIECE = 64 * 1024;

/** The store has no event: there is nothing to export. */
export class EmptyLog extends Error {
  override readonly name = 'EmptyLog';
}

/**
 * Reads the log as it is now and gives the lines of its file; what is committed meanwhile is left out.
 * @param done told the whole, when the last line was given
 * @param until how many events to give; default: all that there are
 * @throws EmptyLog, DamagedLog (the store holds what no import would take), StoreUnavailable, UnusableLog
 */
export async function* exportedLines(
  reader: EventReader,
  catalogue: Catalogue,
  progressTo: (total: number) => Progress,
  done: (summary: Summary) => void,
  until?: number,
): AsyncGenerator<string, void> {
  const [first] = (await reader.readAll({ limit: 1 })).events;
  if (first === undefined) throw new EmptyLog('the store has no event: there is nothing to export');
  const { ledger } = first.event;
  const total = until ?? (await wholeHead(reader)).count;
  const checks = new LogChecks(ledger, catalogue);
  const progress = progressTo(total);
  let digest = firstDigest(ledger);
  let piece = `${header(ledger)}\n`;
  try {
    let sequence = 0;
    for (let after: Place | undefined; sequence < total;) {
      const page = await reader.readAll({ limit: PAGE, ...(after !== undefined && { after }) });
      if (page.atEnd && sequence + page.events.length < total)
        throw new AheadOfLog(total, sequence + page.events.length);
      for (const { event } of page.events.slice(0, total - sequence)) {
        const text = canonicalEvent(event);
        checks.take(event, text);
        digest = nextDigest(digest, text);
        piece += `${eventLine(digest, text, sequence++)}\n`;
        if (piece.length < PIECE) continue;
        yield piece;
        piece = '';
      }
      progress.update(sequence);
      after = page.next;
    }
  } finally {
    progress.stop();
  }
  yield `${piece}${closing(digest, total)}\n`;
  done({ ledger, events: total, digest });
}

/** @param out as of `writeOut` @throws what `exportedLines` and `writeOut` throw */
export async function exportLog(
  reader: EventReader,
  catalogue: Catalogue,
  out: string,
  signal: AbortSignal,
  output?: Output,
  until?: number,
): Promise<Summary> {
  const whole: { summary?: Summary } = {};
  const lines = exportedLines(
    reader,
    catalogue,
    (total) => progressOf(total, 'events', output),
    (summary) => (whole.summary = summary),
    until,
  );
  await writeOut(lines, out, signal);
  return whole.summary as Summary;
}
