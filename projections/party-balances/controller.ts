import { Controller, Inject, Query } from '@nestjs/common';
import { Access } from '../../src/http/access.decorator.js';
import { OnExchange, parameter, type Exchange } from '../../src/http/exchange.js';
import { Reads, sightOf } from '../../src/http/reads.js';
import { NoQuery } from '../../src/http/validation/dtos.js';
import type { ReadModelReader } from '../../src/read-models/read-models.js';
import { READ_MODELS } from '../../src/read-models/token.js';
import { partyBalances, partyBalancesModel, type PartyBalances } from './model.js';

@Controller()
export class PartyBalancesController {
  constructor(
    @Inject(READ_MODELS) private readonly models: ReadModelReader,
    @Inject(Reads) private readonly reads: Reads,
  ) {}

  /** A party without movements has empty balances: an entity cannot tell it from one that others only deal with. */
  @Access('GET /v1/parties/{party}/balances', partyBalances)
  async show(@OnExchange() exchange: Exchange, @Query() _query: NoQuery): Promise<PartyBalances | undefined> {
    const id = parameter(exchange.request, 'party') as string;
    const sight = sightOf(exchange.caller);
    const found = (await this.models.get(partyBalancesModel, id)) ?? { id, owed: [], credits: [] };
    const shown = await this.reads.one(exchange, found, () => sight.scope !== 'own' || sight.party === id);
    if (shown === undefined || sight.scope !== 'entity') return shown;
    const mine = ({ entity }: { readonly entity: string }): boolean => entity === sight.party;
    return { id, owed: shown.owed.filter(mine), credits: shown.credits.filter(mine) };
  }
}
