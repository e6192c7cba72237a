/*
 * What a ledger is audited from, without the ledger (src/verify/audit.ts): its events up to a checkpoint, the salt of
 * each in the same order, the checkpoint, and the roots over all balances that it covers. Who has it reads every event, and nobody's personal data.
 */
import type { Catalogue } from '../../event-store/catalogue.js';
import type { EventReader, Place } from '../../event-store/event-store.js';
import { AheadOfLog } from '../../feed/feed.js';
import type { EventId, LedgerId } from '../../kernel/ids.js';
import { LineSalts } from '../../transparency/balances/line.js';
import { recordedUpTo } from '../../transparency/balances/recorded.js';
import { stopAt } from '../log/check-file.js';
import { exportLog } from '../log/export-log.js';
import type { Summary } from '../log/file.js';
import { EVENTS } from './format.js';
import { FileWriter, wholeDirectory, writeText } from './writing.js';

const SALTS = 'salts';
const CHECKPOINT = 'checkpoint';
const BALANCES = 'balances';
const PAGE = 1_024;

export interface Audited {
  readonly reader: EventReader;
  readonly catalogue: Catalogue;
  /** The checkpoint, and how many events it covers. */
  readonly signed: { readonly size: number; readonly note: string };
  /** `Vault.leafSalt` */
  readonly saltOf: (event: EventId) => string;
  /** `Vault.leafKey` */
  readonly leafKey: Buffer;
}

/** The store was put back to an earlier state, or events were taken out of it. */
export class EventsMissing extends Error {
  override readonly name = 'EventsMissing';
  constructor(covered: number) {
    super(`the last checkpoint covers ${covered} events, and the store has fewer: docs/transparency.md, ROLLED_BACK`);
  }
}

/**
 * @param out a directory that does not exist yet; it gets its name when it is whole and on the disk
 * @throws EventsMissing; what `exportLog` throws; what the file system throws
 */
export function exportForAudit(audited: Audited, out: string, signal: AbortSignal): Promise<Summary> {
  const { reader, catalogue, signed } = audited;
  return wholeDirectory(out, async (part) => {
    const summary = await exportLog(reader, catalogue, `${part}/${EVENTS}`, signal, undefined, signed.size).catch(
      (error: unknown) => {
        throw error instanceof AheadOfLog ? new EventsMissing(signed.size) : error;
      },
    );
    await writeSalts(audited, part, signal);
    await writeText(part, CHECKPOINT, signed.note);
    await writeRoots(audited, summary.ledger as LedgerId, part);
    return summary;
  });
}

/** What makes the places and, with the salts of the events, the salts of all lines; and the roots. */
async function writeRoots({ reader, signed, leafKey, saltOf }: Audited, ledger: LedgerId, part: string): Promise<void> {
  const file = new FileWriter(part, BALANCES);
  await file.write(`${new LineSalts(leafKey, saltOf).key}\n`);
  for await (const { note } of recordedUpTo(reader, ledger, signed.size)) await file.write(`${JSON.stringify(note)}\n`);
  await file.end();
}

async function writeSalts({ reader, signed, saltOf }: Audited, part: string, signal: AbortSignal): Promise<void> {
  const file = new FileWriter(part, SALTS);
  let written = 0;
  for (let after: Place | undefined; written < signed.size;) {
    stopAt(signal);
    const page = await reader.readAll({ limit: PAGE, ...(after !== undefined && { after }) });
    const events = page.events.slice(0, signed.size - written);
    await file.write(events.map(({ event }) => `${saltOf(event.id)}\n`).join(''));
    written += events.length;
    after = page.next;
  }
  await file.end();
}
