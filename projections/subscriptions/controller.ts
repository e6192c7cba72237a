import { Controller, Inject, Param, Query } from '@nestjs/common';
import { EVENT_READER, type EventReader } from '../../src/event-store/event-store.js';
import { Access, Tagged } from '../../src/http/access.decorator.js';
import { listOf, recordedEvent } from '../../src/http/answers.js';
import { linkNext, listPage, pageOf } from '../../src/http/cursor.js';
import { OnExchange, type Exchange } from '../../src/http/exchange.js';
import { Problem } from '../../src/http/problems/problem.js';
import { Reads, sightOf } from '../../src/http/reads.js';
import { NoQuery, PageQuery } from '../../src/http/validation/dtos.js';
import { IsBusinessDay, IsOneOf, IsParty } from '../../src/http/validation/fields.js';
import { streamName, type Uuid } from '../../src/kernel/ids.js';
import type { Condition, Cursor, ReadModelReader } from '../../src/read-models/read-models.js';
import { READ_MODELS } from '../../src/read-models/token.js';
import { shownTo } from '../shown.js';
import { STATES, subscriptionsModel, subscriptionView, type SubscriptionView } from './model.js';

export class SubscriptionsQuery extends PageQuery {
  @IsParty({ optional: true })
  establishment?: string;

  @IsParty({ optional: true })
  user?: string;

  @IsOneOf(STATES, { optional: true })
  state?: string;

  @IsBusinessDay({ optional: true, description: 'Those whose latest term ends before that day.' })
  expiringBefore?: string;
}

/** Where the caller's party stands in a subscription that it may see: the user's own, the establishment's, the entity's. */
function placeOf({ caller }: Exchange): { field: 'user' | 'establishment' | 'entity'; party: string } | null {
  const sight = sightOf(caller);
  switch (sight.scope) {
    case 'all':
      return null;
    case 'own':
      return { field: caller.role === 'establishment' ? 'establishment' : 'user', party: sight.party };
    case 'entity':
      return { field: 'entity', party: sight.party };
    case 'bank':
      throw new Error('no bank reads subscriptions');
  }
}

@Controller()
export class SubscriptionsController {
  constructor(
    @Inject(READ_MODELS) private readonly models: ReadModelReader,
    @Inject(EVENT_READER) private readonly events: EventReader,
    @Inject(Reads) private readonly reads: Reads,
  ) {}

  /** The first to end first; before them those that have not begun. */
  @Access('GET /v1/subscriptions', listOf(subscriptionView))
  list(@OnExchange() exchange: Exchange, @Query() query: SubscriptionsQuery): Promise<Buffer> {
    const place = placeOf(exchange);
    const where: Condition[] = place === null ? [] : [{ field: place.field, is: 'eq', value: place.party }];
    for (const field of ['establishment', 'user', 'state'] as const) {
      const value = query[field];
      if (value !== undefined) where.push({ field, is: 'eq', value });
    }
    const { expiringBefore } = query;
    if (expiringBefore !== undefined) where.push({ field: 'endsOn', is: 'lt', value: expiringBefore });
    const sort = { field: 'endsOn', direction: 'asc' } as const;
    return listPage(exchange, query, this.models, subscriptionsModel, { where, sort });
  }

  @Tagged()
  @Access('GET /v1/subscriptions/{id}', subscriptionView)
  async show(
    @OnExchange() exchange: Exchange,
    @Param('id') id: string,
    @Query() _query: NoQuery,
  ): Promise<string | undefined> {
    const text = await this.models.getText(subscriptionsModel, id);
    return this.reads.document(exchange, text, visibleTo(exchange));
  }

  /** The subscription's whole history in its own order, straight from the log. */
  @Access('GET /v1/subscriptions/{id}/events', listOf(recordedEvent))
  async history(
    @OnExchange() exchange: Exchange,
    @Param('id') id: string,
    @Query() query: PageQuery,
  ): Promise<{ items: readonly unknown[] }> {
    await this.reads.one(exchange, await this.models.get(subscriptionsModel, id), visibleTo(exchange));
    const page = pageOf(exchange, query);
    const from = page.after === undefined ? 0n : revisionAfter(page.after, id);
    const found = await this.events.readStream(streamName('subscription', id as Uuid), { from, limit: page.limit + 1 });
    const shown = found.slice(0, page.limit);
    const last = found.length > page.limit ? shown.at(-1) : undefined;
    linkNext(exchange, last && { value: last.event.revision, id }, page);
    return { items: shown.map(shownTo(sightOf(exchange.caller))) };
  }
}

/** @throws Problem for a cursor that this history did not give */
function revisionAfter({ value, id }: Cursor, subscription: string): bigint {
  if (id !== subscription || typeof value !== 'number' || value < 0) throw new Problem('CURSOR_INVALID');
  return BigInt(value) + 1n;
}

const visibleTo = (exchange: Exchange) => {
  const place = placeOf(exchange);
  return (view: SubscriptionView): boolean => place === null || view[place.field] === place.party;
};
