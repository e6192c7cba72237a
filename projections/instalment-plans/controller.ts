import { Controller, Inject, Param, Query } from '@nestjs/common';
import { Access, Tagged } from '../../src/http/access.decorator.js';
import { OnExchange, type Exchange } from '../../src/http/exchange.js';
import { Reads, sightOf } from '../../src/http/reads.js';
import { NoQuery } from '../../src/http/validation/dtos.js';
import type { ReadModelReader } from '../../src/read-models/read-models.js';
import { READ_MODELS } from '../../src/read-models/token.js';
import { instalmentPlansModel, planView, type PlanView } from './model.js';

@Controller()
export class InstalmentPlansController {
  constructor(
    @Inject(READ_MODELS) private readonly models: ReadModelReader,
    @Inject(Reads) private readonly reads: Reads,
  ) {}

  /** A debt without a plan answers like one that is not there. */
  @Tagged()
  @Access('GET /v1/debts/{id}/plan', planView)
  async show(
    @OnExchange() exchange: Exchange,
    @Param('id') id: string,
    @Query() _query: NoQuery,
  ): Promise<PlanView | undefined> {
    const sight = sightOf(exchange.caller);
    const visible = ({ debtor, creditor }: PlanView): boolean =>
      sight.scope === 'all' || sight.party === (sight.scope === 'own' ? debtor : creditor);
    return this.reads.one(
      exchange,
      await this.models.get(instalmentPlansModel, id),
      visible,
      ({ revision }) => revision,
    );
  }
}
