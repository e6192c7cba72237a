import { Controller, Inject, Param, Query } from '@nestjs/common';
import Type from 'typebox';
import { EVENT_READER, type EventReader } from '../../../src/event-store/event-store.js';
import { Access } from '../../../src/http/access.decorator.js';
import { answer } from '../../../src/http/answers.js';
import { linkNext, pageOf } from '../../../src/http/cursor.js';
import { OnExchange, type Exchange } from '../../../src/http/exchange.js';
import { Problem } from '../../../src/http/problems/problem.js';
import { sightOf } from '../../../src/http/reads.js';
import { PageQuery } from '../../../src/http/validation/dtos.js';
import { IsBusinessDay, IsOneOf } from '../../../src/http/validation/fields.js';
import { ACTS, actOf, type Act } from '../facets.js';
import type { Filter } from '../filter.js';
import { Finder, within } from '../finder.js';
import type { Located } from '../searching.js';
import { UPCAST, type Upcast } from '../../upcast.js';
import { askedFor } from './sides.js';

export class DecisionsQuery extends PageQuery {
  @IsOneOf(ACTS, { optional: true, description: 'Default: all of them.' })
  act?: Act;

  @IsBusinessDay({ optional: true })
  effectiveFrom?: string;

  @IsBusinessDay({ optional: true })
  effectiveTo?: string;
}

const SIDE = { event: answer.id, type: answer.code, actor: answer.actor, role: answer.code, on: answer.day };

const DECISIONS = Type.Object({
  actor: answer.actor,
  /** Which sides the officer ever stood on: whoever stood on both could have stood on both of one thing. */
  sides: Type.Object({ requested: Type.Boolean(), decided: Type.Boolean() }),
  /** All events from this sequence on were considered; 0: every event, and there is no next page. */
  reached: answer.count,
  items: Type.Array(
    Type.Object({
      sequence: answer.count,
      event: answer.id,
      act: Type.Enum(ACTS),
      type: answer.code,
      name: Type.Object({ en: Type.String(), ar: Type.String() }),
      stream: Type.String(),
      revision: answer.revision,
      role: answer.code,
      authority: Type.Union([answer.id, Type.Null()]),
      effectiveOn: answer.day,
      recordedAt: answer.moment,
      /** Of a decision: who asked for what it decides. */
      askedBy: Type.Array(Type.Object(SIDE)),
      /** Of a decision: whether somebody else asked; null where nobody is recorded as having asked. */
      fourEyes: Type.Union([Type.Boolean(), Type.Null()]),
    }),
  ),
});

const DECIDED = ['approved', 'declined'] as const;
/** Documents of the index and events in vain. */
const EFFORT = 256;
/** Events of a stream before a decision that are looked through for its request. */
const MOST_BEFORE = 256;

/** What one person asked for, approved and declined: the latest first. */
@Controller()
export class OfficersController {
  constructor(
    @Inject(Finder) private readonly finder: Finder,
    @Inject(EVENT_READER) private readonly events: EventReader,
    @Inject(UPCAST) private readonly upcast: Upcast,
  ) {}

  @Access('GET /v1/officers/{actor}/decisions', DECISIONS)
  async decisions(
    @OnExchange() exchange: Exchange,
    @Param('actor') actor: string,
    @Query() query: DecisionsQuery,
  ): Promise<object> {
    const sight = sightOf(exchange.caller);
    const page = pageOf(exchange, query);
    const { act, effectiveFrom, effectiveTo } = query;
    const mine = (acts: readonly Act[]): Filter => within(sight, { actor, acts }) as Filter;
    const filter = {
      ...mine(act === undefined ? ACTS : [act]),
      ...(effectiveFrom !== undefined && { effectiveFrom }),
      ...(effectiveTo !== undefined && { effectiveTo }),
    };
    const { value: before = Infinity, id = actor } = page.after ?? {};
    if (typeof before !== 'number' || before < 1 || id !== actor) throw new Problem('CURSOR_INVALID');
    const [{ events, reached }, requested, decided] = await Promise.all([
      this.finder.find({ filter, before, limit: page.limit, effort: EFFORT }),
      this.finder.one(mine(['requested'])),
      this.finder.one(mine(DECIDED)),
    ]);
    linkNext(exchange, reached > 0 ? { value: reached, id: actor } : undefined, page);
    return {
      actor,
      sides: { requested: requested !== undefined, decided: decided !== undefined },
      reached,
      items: await Promise.all(events.map((each) => this.#item(each))),
    };
  }

  async #item({ sequence, event }: Located): Promise<object> {
    const { id, type, stream, revision, actor, effectiveOn, recordedAt } = event;
    const { role, authority = null } = actor;
    const askedBy = askedFor(event, await this.#before(event));
    return {
      sequence,
      event: id,
      act: actOf(type),
      type,
      name: this.finder.nameOf(type),
      stream,
      revision,
      role,
      authority,
      effectiveOn,
      recordedAt,
      askedBy,
      fourEyes: askedBy.length === 0 ? null : askedBy.every((each) => each.actor !== actor.id),
    };
  }

  async #before({ stream, revision, type }: Located['event']): Promise<Located['event'][]> {
    const act = actOf(type);
    if (revision === 0 || (act !== 'approved' && act !== 'declined')) return [];
    const query = { from: BigInt(revision - 1), direction: 'backwards', limit: MOST_BEFORE } as const;
    const found = await this.events.readStream(stream, query);
    return found.map(({ event }) => this.upcast(event)).toReversed();
  }
}
