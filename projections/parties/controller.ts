import { Controller, Inject, Param, Query } from '@nestjs/common';
import { Access, Tagged } from '../../src/http/access.decorator.js';
import { OnExchange, type Exchange } from '../../src/http/exchange.js';
import { Reads, sightOf } from '../../src/http/reads.js';
import { NoQuery } from '../../src/http/validation/dtos.js';
import type { ReadModelReader } from '../../src/read-models/read-models.js';
import { READ_MODELS } from '../../src/read-models/token.js';
import { partiesModel, partyView, type PartyView } from './model.js';

@Controller()
export class PartiesController {
  constructor(
    @Inject(READ_MODELS) private readonly models: ReadModelReader,
    @Inject(Reads) private readonly reads: Reads,
  ) {}

  @Tagged()
  @Access('GET /v1/parties/{party}', partyView)
  async show(
    @OnExchange() exchange: Exchange,
    @Param('party') party: string,
    @Query() _query: NoQuery,
  ): Promise<object | undefined> {
    const sight = sightOf(exchange.caller);
    const isVisible = sight.scope !== 'own' || sight.party === party;
    if (!isVisible) throw await this.reads.hidden(exchange);
    const found = await this.models.get(partiesModel, party);
    const shown = await this.reads.one(
      exchange,
      found,
      () => true,
      ({ revision }) => revision,
    );
    return shown && withoutClock(shown);
  }
}

const withoutClock = ({ approval: _a, waits: _w, erasedAt: _e, ...view }: PartyView): object => view;
