import Type from 'typebox';
import { Catalogue, defineEvent } from '../../src/event-store/catalogue.js';
import type { Envelope, Json } from '../../src/kernel/envelope.js';
import { envelope, newStream } from '../event-store/envelopes.js';
import { InMemoryEventStore } from '../event-store/in-memory.js';

const definition = { schema: Type.Any(), en: 'Sample', ar: 'عينة', rule: 'E7' };
export const samples = new Catalogue([
  defineEvent({ type: 'tests.Happened', ...definition }),
  defineEvent({ type: 'tests.Other', ...definition }),
]);

/** A log in memory: what happened is there at once, for every reader. */
export class MemoryLog extends InMemoryEventStore {
  readonly events: Envelope[] = [];

  happened(data: Json, type = 'tests.Happened', schemaVersion = 1): void {
    const stream = newStream();
    const event = envelope(stream, 0, { type, schemaVersion, data });
    this.events.push(event);
    void this.append(stream, 'none', [event]);
  }
}
