import { createHmac } from 'node:crypto';
import type { EventId } from '../kernel/ids.js';

/** The salt, hex, of an event's leaf in the transparency log. @param key `Vault.leafKey` */
export const leafSaltUnder = (key: Buffer, event: EventId): string =>
  createHmac('sha256', key).update(event).digest('hex');
