import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { canonicalEvent } from '../../event-store/canonical.js';
import type { Catalogue } from '../../event-store/catalogue.js';
import type { EventReader, Place } from '../../event-store/event-store.js';
import { wholeHead } from '../../event-store/whole-head.js';
import { progressOf, type Output, type Progress } from '../progress.js';
import { LogChecks } from './checks.js';
import type { Summary } from './file.js';
import { closing, eventLine, firstDigest, header, nextDigest } from './format.js';

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
 * @throws EmptyLog, DamagedLog (the store holds what no import would take), StoreUnavailable, UnusableLog
 */
export async function* exportedLines(
  reader: EventReader,
  catalogue: Catalogue,
  progressTo: (total: number) => Progress,
  done: (summary: Summary) => void,
): AsyncGenerator<string, void> {
  const [first] = (await reader.readAll({ limit: 1 })).events;
  if (first === undefined) throw new EmptyLog('the store has no event: there is nothing to export');
  const { ledger } = first.event;
  const { count: total } = await wholeHead(reader);
  const checks = new LogChecks(ledger, catalogue);
  const progress = progressTo(total);
  let digest = firstDigest(ledger);
  let piece = `${header(ledger)}\n`;
  try {
    let sequence = 0;
    for (let after: Place | undefined; sequence < total;) {
      const page = await reader.readAll({ limit: PAGE, ...(after !== undefined && { after }) });
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

/**
 * @param out a file that does not exist yet, gzipped where its name ends in `.gz`; or `-`, the standard output. A file
 * gets its name when it is whole and on the disk.
 * @throws what `exportedLines` throws; AbortError where the signal ends it; what the file system throws
 */
export async function exportLog(
  reader: EventReader,
  catalogue: Catalogue,
  out: string,
  signal: AbortSignal,
  output?: Output,
): Promise<Summary> {
  const whole: { summary?: Summary } = {};
  const lines = exportedLines(
    reader,
    catalogue,
    (total) => progressOf(total, 'events', output),
    (summary) => (whole.summary = summary),
  );
  if (out === '-') await pipeline(lines, process.stdout, { end: false, signal });
  else await writeWhole(lines, out, signal);
  return whole.summary as Summary;
}

async function writeWhole(lines: AsyncIterable<string>, out: string, signal: AbortSignal): Promise<void> {
  await (await open(out, 'wx')).close(); // what is there already stays, and nobody else begins it
  const part = `${out}.part`;
  try {
    const file = createWriteStream(part, { flush: true });
    await (out.endsWith('.gz') ? pipeline(lines, createGzip(), file, { signal }) : pipeline(lines, file, { signal }));
    await rename(part, out);
  } catch (error) {
    for (const path of [part, out]) await rm(path, { force: true });
    throw error;
  }
}
