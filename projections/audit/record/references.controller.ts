import { Controller, Inject, Query } from '@nestjs/common';
import Type from 'typebox';
import { EVENT_READER, type EventReader, type StoredEvent } from '../../../src/event-store/event-store.js';
import { Access } from '../../../src/http/access.decorator.js';
import { answer, orNull } from '../../../src/http/answers.js';
import { linkNext, pageOf, type Page } from '../../../src/http/cursor.js';
import { OnExchange, type Exchange } from '../../../src/http/exchange.js';
import { invalid, Problem } from '../../../src/http/problems/problem.js';
import { Reads, sightOf, type Sight } from '../../../src/http/reads.js';
import { PageQuery } from '../../../src/http/validation/dtos.js';
import { IsId, IsText } from '../../../src/http/validation/fields.js';
import {
  eventId,
  isBookkeeping,
  isUuid,
  streamName,
  type CommandId,
  type StreamName,
  type Uuid,
} from '../../../src/kernel/ids.js';
import { hidesFrom } from '../../shown.js';
import { UPCAST, type Upcast } from '../../upcast.js';
import { Finder } from '../finder.js';
import { isVisible } from './visible.js';

export class ReferencesQuery extends PageQuery {
  @IsId({ optional: true, description: 'An event.' })
  event?: string;

  @IsId({ optional: true, description: 'The command that made the events, or was refused.' })
  command?: string;

  @IsText(1, 200, { optional: true, description: 'A stream, such as debt-<its id>.' })
  stream?: string;
}

const REFERENCES = Type.Object({
  items: Type.Array(
    Type.Object({
      event: answer.id,
      type: answer.code,
      stream: Type.String(),
      revision: answer.revision,
      recordedAt: answer.moment,
      /** null: the store does not tell it here, but the proof does. */
      sequence: orNull(answer.count),
      /** Where its proof of record is; null: it names somebody whom the caller is not shown. */
      proof: orNull(Type.String()),
    }),
  ),
});

/** Where to read on in a stream. */
interface Begin {
  readonly stream: StreamName;
  readonly revision: number;
}

/** Which events there are proofs of, for whoever may read them: by an event's id, a command's, or a stream's name. */
@Controller()
export class ProofReferencesController {
  constructor(
    @Inject(Finder) private readonly finder: Finder,
    @Inject(EVENT_READER) private readonly events: EventReader,
    @Inject(UPCAST) private readonly upcast: Upcast,
    @Inject(Reads) private readonly reads: Reads,
  ) {}

  /** In the order of their stream. A page costs one reading of a stream, and of an id one look into the index. */
  @Access('GET /v1/proofs-of-record', REFERENCES)
  async list(@OnExchange() exchange: Exchange, @Query() query: ReferencesQuery): Promise<object> {
    const { event, command, stream } = query;
    if ([event, command, stream].filter((each) => each !== undefined).length !== 1) {
      throw invalid({ path: 'event', code: 'NOT_ACCEPTED', facts: { accepted: 'event | command | stream' } });
    }
    const page = pageOf(exchange, query);
    const begin = await this.#begin(query, page);
    const limit = event === undefined ? page.limit : 1;
    // One more than is shown says whether there is a next page.
    const read = await this.events.readStream(begin.stream, { from: BigInt(begin.revision), limit: limit + 1 });
    const found = command === undefined ? read : read.filter((each) => each.event.commandId === command);
    if (found.length === 0) throw new Problem('NOT_FOUND');
    const shown = found.slice(0, limit);
    const sight = sightOf(exchange.caller);
    const visible = shown.filter((each) => isVisible(sight, this.upcast(each.event)));
    if (visible.length === 0 && page.after === undefined) {
      const id = (event ?? command ?? begin.stream.slice(begin.stream.indexOf('-') + 1)) as Uuid;
      throw await this.reads.hidden(exchange, { id, facts: {} });
    }
    const next = event === undefined ? found[limit] : undefined;
    linkNext(exchange, next && { value: next.event.revision, id: next.event.stream }, page);
    return { items: visible.map((each) => referenceTo(each, sight)) };
  }

  /** @throws Problem */
  async #begin({ event, command, stream }: ReferencesQuery, { after }: Page): Promise<Begin> {
    if (after !== undefined) {
      if (typeof after.value !== 'number' || after.value < 0) throw new Problem('CURSOR_INVALID');
      return { stream: nameOf(after.id), revision: after.value };
    }
    if (stream !== undefined) return { stream: nameOf(stream), revision: 0 };
    const id = event ?? eventId(command as CommandId, 0);
    const found = await this.finder.one({ id });
    if (found !== undefined) return found.event;
    // A refusal has a stream of its own.
    if (command !== undefined) return { stream: streamName('attempt', command as CommandId), revision: 0 };
    throw new Problem('NOT_FOUND');
  }
}

/** @throws Problem for what names no stream of the business */
function nameOf(text: string): StreamName {
  const [, category = '', id = ''] = /^([^-]*)-(.*)$/s.exec(text) ?? [];
  if (!/^[a-zA-Z0-9]+$/.test(category) || !isUuid(id) || isBookkeeping(text)) {
    throw invalid({ path: 'stream', code: 'NOT_ACCEPTED', facts: { accepted: 'debt-<uuid>, receipt-<uuid>, …' } });
  }
  return streamName(category, id);
}

const referenceTo = ({ event, sequence }: StoredEvent, sight: Sight): object => ({
  event: event.id,
  type: event.type,
  stream: event.stream,
  revision: event.revision,
  recordedAt: event.recordedAt,
  sequence: sequence ?? null,
  proof: hidesFrom(sight, event) ? null : `/v1/proofs-of-record/${event.id}`,
});
