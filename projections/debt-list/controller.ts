import { Controller, Inject, Query } from '@nestjs/common';
import { Access } from '../../src/http/access.decorator.js';
import { listOf } from '../../src/http/answers.js';
import { listPage } from '../../src/http/cursor.js';
import { OnExchange, type Exchange } from '../../src/http/exchange.js';
import { READ_MODELS } from '../../src/read-models/token.js';
import { sightOf } from '../../src/http/reads.js';
import { PageQuery } from '../../src/http/validation/dtos.js';
import { IsAmount, IsBusinessDay, IsCurrency, IsFlag, IsOneOf, IsParty } from '../../src/http/validation/fields.js';
import type { Condition, ReadModelReader } from '../../src/read-models/read-models.js';
import { balanceKey, debtLine, debtListModel, DEBT_STATES } from './model.js';

const SORTS = { registeredOn: 'listedOn', balance: 'balanceKey' } as const;

export class DebtListQuery extends PageQuery {
  @IsParty({ optional: true })
  debtor?: string;

  @IsParty({ optional: true })
  creditor?: string;

  @IsOneOf(DEBT_STATES, { optional: true })
  state?: string;

  @IsFlag({ optional: true })
  underReview?: string;

  @IsCurrency({ optional: true })
  currency?: string;

  @IsAmount({ optional: true })
  minBalance?: string;

  @IsAmount({ optional: true })
  maxBalance?: string;

  @IsBusinessDay({ optional: true })
  registeredFrom?: string;

  @IsBusinessDay({ optional: true })
  registeredTo?: string;

  @IsOneOf(['-registeredOn', 'registeredOn', '-balance', 'balance'], { optional: true })
  sort?: string;
}

@Controller()
export class DebtListController {
  constructor(@Inject(READ_MODELS) private readonly models: ReadModelReader) {}

  @Access('GET /v1/debts', listOf(debtLine))
  list(@OnExchange() exchange: Exchange, @Query() query: DebtListQuery): Promise<Buffer> {
    const sight = sightOf(exchange.caller);
    const where = conditions(query);
    if (sight.scope === 'entity') where.push({ field: 'creditor', is: 'eq', value: sight.party });
    if (sight.scope === 'own') {
      // A draft is the creditor's own affair (domain.md E6): the debtor's list begins with registration.
      where.push({ field: 'debtor', is: 'eq', value: sight.party });
      where.push({ field: 'registeredOn', is: 'gte', value: '0000-00-00' });
    }
    const sort = query.sort ?? '-registeredOn';
    const direction = sort.startsWith('-') ? 'desc' : 'asc';
    const field = SORTS[sort.replace('-', '') as keyof typeof SORTS];
    return listPage(exchange, query, this.models, debtListModel, { where, sort: { field, direction } });
  }
}

function conditions(query: DebtListQuery): Condition[] {
  const where: Condition[] = [];
  for (const field of ['debtor', 'creditor', 'state', 'currency'] as const) {
    const value = query[field];
    if (value !== undefined) where.push({ field, is: 'eq', value });
  }
  if (query.underReview !== undefined) {
    where.push({ field: 'underReview', is: 'eq', value: String(query.underReview) === 'true' });
  }
  if (query.minBalance !== undefined)
    where.push({ field: 'balanceKey', is: 'gte', value: balanceKey(query.minBalance) });
  if (query.maxBalance !== undefined)
    where.push({ field: 'balanceKey', is: 'lte', value: balanceKey(query.maxBalance) });
  // By both days, which are one but for a draft, that has none of registration: the list is ordered by the other.
  for (const field of ['registeredOn', 'listedOn'] as const) {
    if (query.registeredFrom !== undefined) where.push({ field, is: 'gte', value: query.registeredFrom });
    if (query.registeredTo !== undefined) where.push({ field, is: 'lte', value: query.registeredTo });
  }
  return where;
}
