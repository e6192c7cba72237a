import type { Envelope } from '../../../src/kernel/envelope.js';
import type { Sight } from '../../../src/http/reads.js';
import { fits } from '../filter.js';
import { within } from '../finder.js';

/** Whether the event is one of the caller's: as its list, search or detail would show it. @param event in its current version */
export function isVisible(sight: Sight, event: Envelope): boolean {
  if (sight.scope === 'own') {
    const { debtor, establishment, payer, party } = event.refs;
    return [debtor, establishment, payer, party].includes(sight.party);
  }
  const filter = within(sight, {});
  return filter !== undefined && fits(event, filter);
}
