import type { Catalogue } from '../../event-store/catalogue.js';
import type { EventReader } from '../../event-store/event-store.js';
import { AheadOfLog } from '../../feed/feed.js';
import type { LedgerId } from '../../kernel/ids.js';
import {
  AUDIT_FILES,
  EventsMissing,
  type AuditedLog,
  type AuditFile,
} from '../../transparency/auditing/audit-files.js';
import { stopAt } from '../log/check-file.js';
import { exportLog } from '../log/export-log.js';
import type { Summary } from '../log/file.js';
import { EVENTS } from './format.js';
import { FileWriter, wholeDirectory, writeText } from './writing.js';

const CHECKPOINT = 'checkpoint';
const OTHERS = (Object.keys(AUDIT_FILES) as AuditFile[]).filter((name) => name !== EVENTS);

export interface Audited extends Omit<AuditedLog, 'ledger' | 'events'> {
  readonly reader: EventReader;
  readonly catalogue: Catalogue;
  /** The checkpoint, and how many events it covers. */
  readonly signed: { readonly size: number; readonly note: string };
}

/**
 * What a ledger is audited from, each event checked as every export checks it: what cannot be brought back is found
 * while the store is still there.
 * @param out a directory that does not exist yet; it gets its name when it is whole and on the disk
 * @throws EventsMissing; what `exportLog` throws; what the file system throws
 */
export function exportForAudit(audited: Audited, out: string, signal: AbortSignal): Promise<Summary> {
  const { reader, catalogue, signed, saltOf, leafKey } = audited;
  return wholeDirectory(out, async (part) => {
    const summary = await exportLog(reader, catalogue, `${part}/${EVENTS}`, signal, undefined, signed.size).catch(
      (error: unknown) => {
        throw error instanceof AheadOfLog ? new EventsMissing(signed.size) : error;
      },
    );
    await writeText(part, CHECKPOINT, signed.note);
    const log: AuditedLog = { ledger: summary.ledger as LedgerId, events: reader, saltOf, leafKey };
    for (const name of OTHERS) {
      const file = new FileWriter(part, name);
      for await (const text of AUDIT_FILES[name](log, signed.size)) {
        stopAt(signal);
        await file.write(text);
      }
      await file.end();
    }
    return summary;
  });
}
