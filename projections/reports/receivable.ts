import { factTypes } from '../../src/event-store/catalogue.js';
import { debtEvents } from '../../src/contexts/debts/events.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { postedTo } from '../postings.js';

/** So much more is owed on a debt, in minor units. */
export interface Change {
  readonly debt: string;
  readonly entity: string;
  readonly currency: string;
  readonly minor: bigint;
}

/** Of a debt, all that may post to what is owed on it. */
export const RECEIVABLE_TYPES = factTypes(debtEvents);

/** What an event posts to 1200 and 1205. A move between the two is no change. */
export const receivables = (event: Envelope): Change[] =>
  postedTo(['1200', '1205'], event).map(({ dims: { debt = '', entity }, currency, minor }) => ({
    debt,
    entity,
    currency,
    minor,
  }));
