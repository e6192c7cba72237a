import { Controller, Inject, Param, Query } from '@nestjs/common';
import Type from 'typebox';
import type { EventDefinition } from '../../src/event-store/catalogue.js';
import { EVENT_READER, type EventReader } from '../../src/event-store/event-store.js';
import { Access } from '../../src/http/access.decorator.js';
import { listOf } from '../../src/http/answers.js';
import { OnExchange, type Exchange } from '../../src/http/exchange.js';
import { invalid, Problem } from '../../src/http/problems/problem.js';
import { Reads, sightOf } from '../../src/http/reads.js';
import { Exports } from '../../src/http/streams/exports.js';
import { NoQuery } from '../../src/http/validation/dtos.js';
import { IsBusinessDay, IsKnownAt, IsOneOf, IsParty } from '../../src/http/validation/fields.js';
import type { Format, Language, Selection } from '../../src/journal/format.js';
import { exported, FORMATS } from '../../src/journal/journal.js';
import { namesIn } from '../../src/journal/names.js';
import { lineSchema, SCHEMA_FILE, SCHEMA_MEDIA_TYPE } from '../../src/journal/ndjson.js';
import { LAST_DAY, type BusinessDate } from '../../src/kernel/calendar.js';
import type { PartyId } from '../../src/kernel/ids.js';
import { KnownAt } from '../known-at.js';

/** The composition root hands over the events that there may be. */
export const EVENT_DEFINITIONS = Symbol('EventDefinitions');

const ROUTE = 'GET /v1/exports/{name}';
const BY_FILE: ReadonlyMap<string, Format> = new Map(Object.values(FORMATS).map((format) => [format.file, format]));

export class ExportQuery {
  @IsParty({
    optional: true,
    description: 'The entity whose entries are wanted; of events.ndjson the events about it.',
  })
  entity?: string;

  @IsBusinessDay({ optional: true, description: 'The first day on which something counts.' })
  from?: string;

  @IsBusinessDay({ optional: true, description: 'The last one.' })
  to?: string;

  @IsKnownAt({ optional: true })
  knownAt?: string;

  @IsOneOf(['en', 'ar'], { optional: true, description: 'Of the names of accounts and events; default en.' })
  language?: string;
}

const EXPORT = Type.Object({ name: Type.String(), mediaType: Type.String(), en: Type.String(), ar: Type.String() });

const SCHEMA = { name: SCHEMA_FILE, mediaType: SCHEMA_MEDIA_TYPE };

/** The journal and the events, for other programs: read from the log as they are taken, and never held here. */
@Controller()
export class JournalController {
  constructor(
    @Inject(EVENT_DEFINITIONS) private readonly definitions: readonly EventDefinition[],
    @Inject(EVENT_READER) private readonly events: EventReader,
    @Inject(Reads) private readonly reads: Reads,
    @Inject(KnownAt) private readonly knownAt: KnownAt,
    @Inject(Exports) private readonly exports: Exports,
  ) {}

  /** Those that the caller may take. */
  @Access('GET /v1/exports', listOf(EXPORT))
  list(@OnExchange() exchange: Exchange, @Query() _query: NoQuery): { items: object[] } {
    const formats = Object.values(FORMATS).filter((format) => admits(exchange, format));
    const items: object[] = formats.map(({ file, mediaType, en, ar }) => ({ name: file, mediaType, en, ar }));
    items.push({ ...SCHEMA, en: 'JSON Schema of a line of events.ndjson', ar: 'مخطط JSON لسطر من events.ndjson' });
    return { items };
  }

  @Access(ROUTE)
  async send(
    @OnExchange() exchange: Exchange,
    @Param('name') name: string,
    @Query() { language = 'en', ...query }: ExportQuery,
  ): Promise<string | void> {
    const { reply } = exchange;
    if (name === SCHEMA_FILE) {
      reply.header('content-type', SCHEMA_MEDIA_TYPE);
      return JSON.stringify(lineSchema(this.definitions));
    }
    const format = BY_FILE.get(name);
    if (format === undefined) throw new Problem('NOT_FOUND');
    const selection = await this.#selection(exchange, format, query);
    const { sequence, ...chosen } = selection;
    const selector = new URLSearchParams({ ...chosen, knownAt: String(sequence), language });
    reply.headers({
      'content-type': format.mediaType,
      'content-disposition': `attachment; filename="${name.replace('.', `-${sequence}.`)}"`,
      'sijill-sequence': String(sequence),
      'sijill-selector': selector.toString(),
    });
    if (exchange.request.method === 'HEAD') return;
    reply.header('trailer', 'sijill-digest');
    const text = exported(this.events, format, namesIn(language as Language, this.definitions), selection, {
      done: ({ digest }) => reply.raw.addTrailers({ 'sijill-digest': digest }),
    });
    await this.exports.write(exchange, text);
  }

  /** @throws Problem `FORBIDDEN`, `INVALID_REQUEST`, RefusedByRule: someone else's, recorded */
  async #selection(
    exchange: Exchange,
    format: Format,
    { entity: asked, from, to, knownAt }: Omit<ExportQuery, 'language'>,
  ): Promise<Selection> {
    if (!admits(exchange, format)) {
      const admitted = 'auditor, regulator';
      throw new Problem('FORBIDDEN', { facts: { route: `GET /v1/exports/${format.file}`, admitted } });
    }
    if (from !== undefined && to !== undefined && from > to) {
      throw invalid({ path: 'to', code: 'NOT_IN_RANGE', facts: { least: from, most: LAST_DAY } });
    }
    const sight = sightOf(exchange.caller);
    const entity = sight.scope === 'all' ? asked : (asked ?? sight.party);
    if (sight.scope !== 'all' && entity !== sight.party) {
      throw await this.reads.hidden(exchange, { party: entity as PartyId, facts: { report: format.file } });
    }
    return {
      sequence: await this.knownAt.sequenceOf(knownAt),
      ...(entity !== undefined && { entity }),
      ...(from !== undefined && { from: from as BusinessDate }),
      ...(to !== undefined && { to: to as BusinessDate }),
    };
  }
}

/** An entity's staff see what is posted of it; whole events are for who sees everything. */
const admits = ({ caller }: Exchange, { holds }: Format): boolean =>
  holds === 'entries' || sightOf(caller).scope === 'all';
