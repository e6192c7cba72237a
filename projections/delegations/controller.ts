import { Controller, Inject, Query } from '@nestjs/common';
import { Access, Tagged } from '../../src/http/access.decorator.js';
import { listOf } from '../../src/http/answers.js';
import { listPage } from '../../src/http/cursor.js';
import { OnExchange, parameter, type Exchange } from '../../src/http/exchange.js';
import { Reads, sightOf } from '../../src/http/reads.js';
import { NoQuery, PageQuery } from '../../src/http/validation/dtos.js';
import { IsActor, IsBusinessDay, IsCode, IsParty } from '../../src/http/validation/fields.js';
import type { Condition, ReadModelReader } from '../../src/read-models/read-models.js';
import { READ_MODELS } from '../../src/read-models/token.js';
import { delegationsModel, delegationView, type DelegationView } from './model.js';

export class DelegationsQuery extends PageQuery {
  @IsParty({ optional: true })
  entity?: string;

  @IsActor({ optional: true })
  approver?: string;

  @IsCode([], { optional: true })
  kind?: string;

  @IsBusinessDay({ optional: true, description: 'Those that had force on this day.' })
  on?: string;
}

@Controller()
export class DelegationsController {
  constructor(
    @Inject(READ_MODELS) private readonly models: ReadModelReader,
    @Inject(Reads) private readonly reads: Reads,
  ) {}

  /** The latest to begin first. */
  @Access('GET /v1/delegations', listOf(delegationView))
  list(@OnExchange() exchange: Exchange, @Query() query: DelegationsQuery): Promise<Buffer> {
    const sight = sightOf(exchange.caller);
    const where: Condition[] = [];
    if (sight.scope !== 'all') where.push({ field: 'entity', is: 'eq', value: sight.party });
    for (const field of ['entity', 'approver', 'kind'] as const) {
      const value = query[field];
      if (value !== undefined) where.push({ field, is: 'eq', value });
    }
    const { on } = query;
    if (on !== undefined) {
      where.push({ field: 'liveFrom', is: 'lte', value: on }, { field: 'liveTo', is: 'gte', value: on });
    }
    const sort = { field: 'from', direction: 'desc' } as const;
    return listPage(exchange, query, this.models, delegationsModel, { where, sort });
  }

  @Tagged()
  @Access('GET /v1/delegations/{id}', delegationView)
  async show(@OnExchange() exchange: Exchange, @Query() _query: NoQuery): Promise<DelegationView | undefined> {
    const found = await this.models.get(delegationsModel, parameter(exchange.request, 'id') as string);
    const sight = sightOf(exchange.caller);
    const visible = ({ entity }: DelegationView): boolean => sight.scope === 'all' || sight.party === entity;
    // Decisions on it follow without a new revision: a tag would outlive what it names.
    const revisionOf = found?.state === 'pending' ? ({ revision }: DelegationView) => revision : undefined;
    return this.reads.one(exchange, found, visible, revisionOf);
  }
}
