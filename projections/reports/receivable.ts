import { factTypes } from '../../src/event-store/catalogue.js';
import { debtEvents } from '../../src/contexts/debts/events.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { parseMoney } from '../../src/kernel/money.js';

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
export function receivables({ entries }: Envelope): Change[] {
  const changes: Change[] = [];
  for (const { debit, credit, amount, currency } of entries) {
    const { minor } = parseMoney({ amount, currency });
    for (const [{ account, dims }, by] of [
      [debit, minor],
      [credit, -minor],
    ] as const) {
      if (account !== '1200' && account !== '1205') continue;
      const { debt, entity } = dims;
      changes.push({ debt, entity, currency, minor: by });
    }
  }
  return changes;
}
