import type { EventReader } from '../event-store/event-store.js';

/** The log's name, which the ledger was opened with: its first event says so, and no setting changes it later. */
export async function originOf(reader: Pick<EventReader, 'readAll'>): Promise<string> {
  const [first] = (await reader.readAll({ limit: 1 })).events;
  const { logOrigin } = (first?.event.data ?? {}) as { readonly logOrigin?: unknown };
  if (typeof logOrigin !== 'string') throw new Error('the first event of the ledger does not name its log');
  return logOrigin;
}
