import { Controller, Inject, Query } from '@nestjs/common';
import { Access, Tagged } from '../../src/http/access.decorator.js';
import { listOf } from '../../src/http/answers.js';
import { listPage } from '../../src/http/cursor.js';
import { OnExchange, parameter, type Exchange } from '../../src/http/exchange.js';
import { Reads, sightOf, type Sight } from '../../src/http/reads.js';
import { NoQuery, PageQuery } from '../../src/http/validation/dtos.js';
import { IsFlag, IsOneOf, IsParty } from '../../src/http/validation/fields.js';
import type { Condition, ReadModelReader } from '../../src/read-models/read-models.js';
import { READ_MODELS } from '../../src/read-models/token.js';
import { RECEIPT_STATES, receiptsModel, receiptView, type ReceiptView } from './model.js';

export class ReceiptsQuery extends PageQuery {
  @IsParty({ optional: true })
  payer?: string;

  @IsParty({ optional: true })
  payee?: string;

  @IsParty({ optional: true })
  bank?: string;

  @IsFlag({ optional: true, description: 'Whether it has found its debt.' })
  matched?: string;

  @IsOneOf(RECEIPT_STATES, { optional: true })
  state?: string;
}

/** Where the caller's party must stand in a receipt that it may see. */
const PLACE = { own: 'payer', entity: 'payee', bank: 'bank' } as const satisfies Record<
  Exclude<Sight['scope'], 'all'>,
  string
>;

@Controller()
export class ReceiptsController {
  constructor(
    @Inject(READ_MODELS) private readonly models: ReadModelReader,
    @Inject(Reads) private readonly reads: Reads,
  ) {}

  /** The latest recorded first. */
  @Access('GET /v1/receipts', listOf(receiptView))
  list(@OnExchange() exchange: Exchange, @Query() query: ReceiptsQuery): Promise<Buffer> {
    const sight = sightOf(exchange.caller);
    const where: Condition[] = [];
    if (sight.scope !== 'all') where.push({ field: PLACE[sight.scope], is: 'eq', value: sight.party });
    for (const field of ['payer', 'payee', 'bank', 'state'] as const) {
      const value = query[field];
      if (value !== undefined) where.push({ field, is: 'eq', value });
    }
    if (query.matched !== undefined) where.push({ field: 'matched', is: 'eq', value: query.matched === 'true' });
    const sort = { field: 'recordedAt', direction: 'desc' } as const;
    return listPage(exchange, query, this.models, receiptsModel, { where, sort });
  }

  @Tagged()
  @Access('GET /v1/receipts/{id}', receiptView)
  async show(@OnExchange() exchange: Exchange, @Query() _query: NoQuery): Promise<ReceiptView | undefined> {
    const found = await this.models.get(receiptsModel, parameter(exchange.request, 'id') as string);
    const sight = sightOf(exchange.caller);
    const visible = (view: ReceiptView): boolean => sight.scope === 'all' || view[PLACE[sight.scope]] === sight.party;
    // Its application follows a match without a new revision: until then a tag would outlive what it names.
    const pending = found?.matched === true && found.applied === null;
    return this.reads.one(exchange, found, visible, pending ? undefined : ({ revision }) => revision);
  }
}
