import { Controller, Inject, Query } from '@nestjs/common';
import { Access } from '../../src/http/access.decorator.js';
import { listOf } from '../../src/http/answers.js';
import { listPage } from '../../src/http/cursor.js';
import { OnExchange, type Exchange } from '../../src/http/exchange.js';
import { PageQuery } from '../../src/http/validation/dtos.js';
import { IsCode, IsDayOrMoment, IsId, IsText, momentsOf } from '../../src/http/validation/fields.js';
import type { Condition, ReadModelReader } from '../../src/read-models/read-models.js';
import { READ_MODELS } from '../../src/read-models/token.js';
import { attempt, attemptsModel } from './model.js';

export class AttemptsQuery extends PageQuery {
  @IsText(1, 64, { optional: true, description: 'The pseudonym of who tried: actor_ and a UUID.' })
  actor?: string;

  @IsId({ optional: true, description: 'What the attempt was about.' })
  target?: string;

  @IsCode([], { optional: true, description: 'A rule, such as E7 or TWO_TIMES, or a code, such as SELF_APPROVAL.' })
  rule?: string;

  @IsCode([], { optional: true, description: 'Such as SELF_APPROVAL.' })
  code?: string;

  @IsDayOrMoment({ optional: true, description: 'Recorded on this day in Asia/Riyadh, at this moment, or later.' })
  from?: string;

  @IsDayOrMoment({ optional: true, description: 'Recorded on this day in Asia/Riyadh, at this moment, or earlier.' })
  to?: string;
}

/** Laws of the design that rules come from; every other rule is a number of domain.md. */
const LAWS: ReadonlySet<string> = new Set(['TWO_TIMES', 'REFUSALS']);
const isRule = (text: string): boolean => /^[A-Z]\d+[a-z]?$/.test(text) || LAWS.has(text);

@Controller()
export class AttemptsController {
  constructor(@Inject(READ_MODELS) private readonly models: ReadModelReader) {}

  /** The latest recorded first; only roles that are bound to no party read them, so all are shown. */
  @Access('GET /v1/attempts', listOf(attempt))
  list(@OnExchange() exchange: Exchange, @Query() query: AttemptsQuery): Promise<Buffer> {
    const where: Condition[] = [];
    for (const field of ['target', 'actor', 'code'] as const) {
      const value = query[field];
      if (value !== undefined) where.push({ field, is: 'eq', value });
    }
    const { rule } = query;
    if (rule !== undefined) where.push({ field: isRule(rule) ? 'rule' : 'code', is: 'eq', value: rule });
    if (query.from !== undefined) where.push({ field: 'recordedAt', is: 'gte', value: momentsOf(query.from).first });
    if (query.to !== undefined) where.push({ field: 'recordedAt', is: 'lte', value: momentsOf(query.to).last });
    const sort = { field: 'recordedAt', direction: 'desc' } as const;
    return listPage(exchange, query, this.models, attemptsModel, { where, sort });
  }
}
