import type { DelegationRegistered } from '../../src/contexts/delegations/events.js';
import type { ReceiptRecorded } from '../../src/contexts/billing/events.js';
import type { EventReader, StoredEvent } from '../../src/event-store/event-store.js';
import type { Sight } from '../../src/http/reads.js';
import type { Recorded } from '../../src/kernel/decider.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { streamName, type Uuid } from '../../src/kernel/ids.js';
import { shownTo } from '../shown.js';
import { instrumentOf, type Grounds, type Instrument } from './instrument.js';

/** Where the events are, and in which version they are read. */
export interface Log {
  readonly events: EventReader;
  /** Brings an event to its type's current version. @throws InvalidEvent */
  readonly upcast: (event: Envelope) => Envelope;
}

/** An event that is to be shown as an instrument. */
export interface Found {
  readonly stored: StoredEvent;
  readonly currency: string;
  readonly request?: Instrument['request'];
}

/**
 * Events as instruments, with the receipts and delegations that they rest on: at most one more read for each, all at
 * once. What the reader may not see is left out.
 */
export const opened = (found: readonly Found[], log: Log, sight: Sight): Promise<Instrument[]> =>
  Promise.all(
    found.map(async ({ stored, currency, request = null }) => {
      const { sequence, ...event } = shownTo(sight)(stored) as Envelope & { sequence?: number };
      const [bank, authority] = await Promise.all([bankOf(stored.event, log, sight), authorityOf(event, log, sight)]);
      const grounds: Grounds = { bank, authority, request: request && seenBy(request, sight) };
      return instrumentOf(event as Envelope, sequence, currency, grounds);
    }),
  );

/** The bank's own names of a payment are for whoever paid, for who was paid, and for auditors (T5). */
async function bankOf({ refs }: Envelope, log: Log, sight: Sight): Promise<Instrument['bank']> {
  const { receipt } = refs;
  if (receipt === undefined) return null;
  const told = (await first(log, 'receipt', receipt)) as Recorded<ReceiptRecorded> | undefined;
  if (told === undefined) return null;
  const { payer, payee, reference, paidOn, channel, sourceAccount = null } = told.data;
  if (sight.scope === 'own' && payer !== sight.party) return null;
  if (sight.scope === 'entity' && payee !== sight.party) return null;
  return { receipt, reference, paidOn, channel, sourceAccount };
}

async function authorityOf({ actor }: Envelope, log: Log, sight: Sight): Promise<Instrument['authority']> {
  const { authority } = actor;
  if (authority === undefined) return null;
  if (sight.scope === 'own') return { delegation: authority, terms: null };
  const told = (await first(log, 'delegation', authority)) as Recorded<DelegationRegistered> | undefined;
  if (told === undefined) return { delegation: authority, terms: null };
  const { approver, kind, upTo: amount, currency, from, to } = told.data;
  return { delegation: authority, terms: { approver, kind, upTo: { amount, currency }, from, to } };
}

async function first({ events, upcast }: Log, category: string, id: string): Promise<Envelope | undefined> {
  const [stored] = await events.readStream(streamName(category, id as Uuid), { limit: 1 });
  return stored && upcast(stored.event);
}

/** Whom a requester acted for is for others to know only where the event itself would say it. */
function seenBy(request: NonNullable<Instrument['request']>, sight: Sight): NonNullable<Instrument['request']> {
  const { actingFor, ...by } = request.by;
  return sight.scope !== 'own' || actingFor === undefined || actingFor === sight.party ? request : { ...request, by };
}
