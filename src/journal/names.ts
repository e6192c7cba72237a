import type { EventDefinition } from '../event-store/catalogue.js';
import { CHART } from '../kernel/accounts.js';
import { plain, type Language, type Names } from './format.js';

/** As the chart of accounts and the catalogue of events have them. */
export function namesIn(language: Language, definitions: readonly EventDefinition[]): Names {
  const events = new Map(definitions.map((definition) => [definition.type, definition[language]]));
  return {
    account: (code) => CHART[code][language],
    event: (type) => events.get(type) ?? plain(type),
  };
}
