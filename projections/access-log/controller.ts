import { Controller, Inject, Param, Query } from '@nestjs/common';
import Type, { type Static } from 'typebox';
import type { PersonalDataRead } from '../../src/contexts/parties/events.js';
import { EVENT_READER, type EventReader, type StoredEvent } from '../../src/event-store/event-store.js';
import { Access } from '../../src/http/access.decorator.js';
import { answer, listOf, orNull } from '../../src/http/answers.js';
import { linkNext, pageOf } from '../../src/http/cursor.js';
import { OnExchange, type Exchange } from '../../src/http/exchange.js';
import { Problem } from '../../src/http/problems/problem.js';
import { Reads, sightOf } from '../../src/http/reads.js';
import { PageQuery } from '../../src/http/validation/dtos.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { streamName, uuidOf, type PartyId } from '../../src/kernel/ids.js';
import type { Cursor } from '../../src/read-models/read-models.js';

/** One reading. Their numbers have no gap: who sees number 7 and not number 6 was not shown all. */
const reading = Type.Object({
  /** From 1. */
  number: answer.count,
  event: answer.id,
  sequence: Type.Optional(answer.count),
  readAt: answer.moment,
  by: answer.actor,
  role: answer.code,
  /** The entity or party that the reader acted for. */
  actingFor: orNull(answer.party),
  fields: Type.Array(answer.code),
  purpose: answer.code,
  /** The debt that it was shown on. */
  debt: orNull(answer.id),
});

@Controller()
export class AccessLogController {
  constructor(
    @Inject(EVENT_READER) private readonly events: EventReader,
    @Inject(Reads) private readonly reads: Reads,
  ) {}

  /** The latest first, straight from the log: no reading is missing, and none is late. */
  @Access('GET /v1/parties/{party}/access-log', listOf(reading))
  async list(
    @OnExchange() exchange: Exchange,
    @Param('party') party: PartyId,
    @Query() query: PageQuery,
  ): Promise<{ items: readonly Static<typeof reading>[] }> {
    const sight = sightOf(exchange.caller);
    if (sight.scope !== 'all' && sight.party !== party) throw await this.reads.hidden(exchange);
    const page = pageOf(exchange, query);
    const stream = streamName('access', uuidOf(party));
    const from = page.after && { from: revisionBefore(page.after) };
    const found = await this.events.readStream(stream, { direction: 'backwards', limit: page.limit + 1, ...from });
    const items = found.slice(0, page.limit).map(shown);
    const last = found.length > page.limit ? items.at(-1) : undefined;
    linkNext(exchange, last && { value: last.number - 1, id: CURSOR }, page);
    return { items };
  }
}

const CURSOR = 'number';

/** @throws Problem for a cursor that this log did not give */
function revisionBefore({ value, id }: Cursor): bigint {
  if (id !== CURSOR || typeof value !== 'number' || value < 1) throw new Problem('CURSOR_INVALID');
  return BigInt(value - 1);
}

function shown({ event, sequence }: StoredEvent): Static<typeof reading> {
  const { id, revision, recordedAt, actor, refs, data } = event as Recorded<PersonalDataRead>;
  return {
    number: revision + 1,
    event: id,
    ...(sequence !== undefined && { sequence }),
    readAt: recordedAt,
    by: actor.id,
    role: actor.role,
    actingFor: actor.actingFor ?? null,
    fields: data.fields,
    purpose: data.purpose,
    debt: refs.debt ?? null,
  };
}
