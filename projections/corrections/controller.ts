import { Controller, Inject, Query } from '@nestjs/common';
import { Access } from '../../src/http/access.decorator.js';
import { listOf } from '../../src/http/answers.js';
import { listPage } from '../../src/http/cursor.js';
import { OnExchange, parameter, type Exchange } from '../../src/http/exchange.js';
import { Reads, sightOf } from '../../src/http/reads.js';
import { PageQuery } from '../../src/http/validation/dtos.js';
import type { ReadModelReader } from '../../src/read-models/read-models.js';
import { READ_MODELS } from '../../src/read-models/token.js';
import { correctionsModel, correctionView } from './model.js';

@Controller()
export class CorrectionsController {
  constructor(
    @Inject(READ_MODELS) private readonly models: ReadModelReader,
    @Inject(Reads) private readonly reads: Reads,
  ) {}

  /** The latest period first. */
  @Access('GET /v1/entities/{party}/corrections', listOf(correctionView))
  async list(@OnExchange() exchange: Exchange, @Query() query: PageQuery): Promise<Buffer> {
    const entity = parameter(exchange.request, 'party') as string;
    const sight = sightOf(exchange.caller);
    if (sight.scope !== 'all' && sight.party !== entity) throw await this.reads.hidden(exchange);
    const sort = { field: 'period', direction: 'desc' } as const;
    return listPage(exchange, query, this.models, correctionsModel, {
      where: [{ field: 'entity', is: 'eq', value: entity }],
      sort,
    });
  }
}
