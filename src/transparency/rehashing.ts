import { canonicalEvent } from '../event-store/canonical.js';
import type { Envelope } from '../kernel/envelope.js';
import type { EventId } from '../kernel/ids.js';
import { entriesIn } from './growth.js';
import { leafOf } from './leaf.js';
import { LogUnavailable, type LogReader } from './log-storage.js';

/** An event as it is stored, by its place. */
export interface Placed {
  readonly event: Envelope;
  readonly sequence: number;
}

/** Which of these events, in their order and without a gap, are not the ones that were hashed. */
export type Rehash = (events: readonly Placed[]) => Promise<readonly Placed[]>;

/**
 * Hashes events again and holds them against the entries of the transparency log: the builder looks at the last one that
 * was signed, this at those further back. Events that no checkpoint covers yet are passed over.
 * @param saltOf `Vault.leafSalt`
 */
export const rehashing =
  (storage: Pick<LogReader, 'read' | 'signed'>, saltOf: (event: EventId) => string): Rehash =>
  async (events) => {
    try {
      const signed = (await storage.signed())?.size ?? 0;
      const covered = events.filter(({ sequence }) => sequence < signed);
      const first = covered[0]?.sequence ?? 0;
      const entries = await entriesIn(storage, first, first + covered.length);
      return covered.filter(({ event, sequence }, at) => {
        return leafOf(event.ledger, sequence, saltOf(event.id), canonicalEvent(event)) !== String(entries[at]);
      });
    } catch (error) {
      if (error instanceof LogUnavailable) return []; // the builder says so
      throw error;
    }
  };
