import Type, { type TSchema } from 'typebox';
import { canonicalEvent } from '../event-store/canonical.js';
import type { EventDefinition } from '../event-store/catalogue.js';
import { ENVELOPE } from '../event-store/envelope-schema.js';
import type { Format } from './format.js';

/** A line for each event, exactly as it is stored (RFC 8785), with its sequence. */
export const ndjson: Format = {
  file: 'events.ndjson',
  mediaType: 'application/x-ndjson',
  en: 'Events as JSON, one on a line',
  ar: 'الأحداث بصيغة JSON، حدث في كل سطر',
  holds: 'events',
  head: () => '',
  event: ({ event, sequence }) => `{"event":${canonicalEvent(event)},"sequence":${sequence}}\n`,
};

export const SCHEMA_FILE = 'events.schema.json';
export const SCHEMA_MEDIA_TYPE = 'application/schema+json; charset=utf-8';

/**
 * The JSON Schema (2020-12) of a line of `events.ndjson`. What was stored under an older version of its type is held to the
 * envelope only: its data has the shape of its time.
 */
export function lineSchema(definitions: readonly EventDefinition[]): object {
  const sorted = definitions.toSorted((a, b) => (a.type < b.type ? -1 : 1));
  const bySchema = new Map<TSchema, EventDefinition[]>(); // all refusals have one
  for (const each of sorted) bySchema.set(each.schema, [...(bySchema.get(each.schema) ?? []), each]);
  const byType = [...bySchema].map(([schema, alike]) => ({
    if: {
      anyOf: alike.map(({ type, version }) => ({
        properties: { type: { const: type }, schemaVersion: { const: version } },
      })),
    },
    // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema says `then`
    then: { properties: { data: schema } },
  }));
  const type = Type.Enum(sorted.map((each) => each.type));
  const event = Type.Object({ ...ENVELOPE, type }, { additionalProperties: false });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A line of events.ndjson',
    type: 'object',
    additionalProperties: false,
    required: ['event', 'sequence'],
    properties: {
      event: { ...event, allOf: byType },
      sequence: { type: 'integer', minimum: 0 },
    },
  };
}
