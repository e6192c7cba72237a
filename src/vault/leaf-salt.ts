import { hmacUnder } from '../kernel/hmac.js';
import type { EventId } from '../kernel/ids.js';

/** The salt, hex, of an event's leaf in the transparency log. @param key `Vault.leafKey` */
export const leafSaltsUnder = (key: Buffer): ((event: EventId) => string) => hmacUnder(key);
