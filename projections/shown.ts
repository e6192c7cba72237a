import { isDeepStrictEqual } from 'node:util';
import type { StoredEvent } from '../src/event-store/event-store.js';
import type { Envelope } from '../src/kernel/envelope.js';
import { isPartyId } from '../src/kernel/ids.js';
import type { Sight } from '../src/http/reads.js';

/** An event with its place in the ledger, as a caller is shown it: an item of the page, or a stream's data. */
export const shownTo =
  (sight: Sight) =>
  ({ event, sequence }: StoredEvent): object => ({
    sequence,
    ...(sight.scope === 'own' ? forOwner(event, sight.party) : event),
  });

/** Whether the event names somebody whom this caller is not shown. */
export const hidesFrom = (sight: Sight, event: Envelope): boolean =>
  sight.scope === 'own' && !isDeepStrictEqual(forOwner(event, sight.party), event);

/**
 * Whose debt or subscription it is is shown its parties, and that somebody else paid, not who (T5). Such an event does
 * not give the hash of its leaf: the creditor or entity and auditors have it whole.
 */
function forOwner(event: Envelope, oneself: string): Envelope {
  const { debtor, creditor, establishment, user, entity } = event.refs;
  const parties: readonly (string | undefined)[] = [oneself, debtor, creditor, establishment, user, entity];
  const isHidden = (value: unknown): boolean =>
    typeof value === 'string' && isPartyId(value) && !parties.includes(value);
  const shown = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.filter((item) => !isHidden(item)).map(shown);
    if (typeof value !== 'object' || value === null) return value;
    const kept = Object.entries(value).filter(([, item]) => !isHidden(item));
    return Object.fromEntries(kept.map(([name, item]) => [name, shown(item)]));
  };
  return shown(event) as Envelope;
}
