import { Controller, Inject, Query } from '@nestjs/common';
import Type from 'typebox';
import { Access } from '../../src/http/access.decorator.js';
import { answer, recordedEvent } from '../../src/http/answers.js';
import { linkNext, pageOf } from '../../src/http/cursor.js';
import { OnExchange, type Exchange } from '../../src/http/exchange.js';
import { invalid, Problem, type FieldFault } from '../../src/http/problems/problem.js';
import { sightOf } from '../../src/http/reads.js';
import { PageQuery } from '../../src/http/validation/dtos.js';
import {
  IsActor,
  IsAmount,
  IsBusinessDay,
  IsCode,
  IsCurrency,
  IsDayOrMoment,
  IsFlag,
  IsId,
  IsKnownAt,
  IsParty,
  momentsOf,
} from '../../src/http/validation/fields.js';
import { LAST_DAY } from '../../src/kernel/calendar.js';
import type { Cursor } from '../../src/read-models/read-models.js';
import { KnownAt } from '../known-at.js';
import { shownTo } from '../shown.js';
import { amountsInOrder, type Filter } from './filter.js';
import { AUDITED, Finder, within, type Audited } from './finder.js';

const OPTIONAL = { optional: true } as const;

export class AuditQuery extends PageQuery {
  @IsActor({ ...OPTIONAL, description: 'Who did it, or tried.' })
  actor?: string;

  @IsParty({ ...OPTIONAL, description: 'Whom it concerns: debtor, creditor, payer, entity …' })
  party?: string;

  @IsParty({ ...OPTIONAL, description: 'In whose books it counts, or who is asked.' })
  entity?: string;

  @IsId({ ...OPTIONAL, description: 'A debt, a receipt, a request, a delegation … that it names or happened to.' })
  about?: string;

  @IsCode([], { ...OPTIONAL, description: 'A stored type, such as debts.DebtRegistered.' })
  type?: string;

  @IsCode([], { ...OPTIONAL, description: 'A rule or its code: what it stopped, and what serves it.' })
  rule?: string;

  @IsFlag({ ...OPTIONAL, description: 'Only what a rule stopped, or only what happened.' })
  refused?: string;

  @IsCurrency(OPTIONAL)
  currency?: string;

  @IsAmount({ ...OPTIONAL, description: 'Of one of its amounts, in the currency where one is given.' })
  minAmount?: string;

  @IsAmount(OPTIONAL)
  maxAmount?: string;

  @IsBusinessDay(OPTIONAL)
  effectiveFrom?: string;

  @IsBusinessDay(OPTIONAL)
  effectiveTo?: string;

  @IsDayOrMoment(OPTIONAL)
  recordedFrom?: string;

  @IsDayOrMoment(OPTIONAL)
  recordedTo?: string;

  @IsId({ ...OPTIONAL, description: 'The whole flow that one command or trace began.' })
  correlation?: string;

  @IsKnownAt(OPTIONAL)
  knownAt?: string;
}

const FOUND = Type.Object({
  /** All events from this sequence on were considered; 0: every event, and there is no next page. */
  reached: answer.count,
  items: Type.Array(recordedEvent),
});

/** Documents of the index and events in vain that a page may cost: some 30,000 events where nothing can be left out. */
const EFFORT = 256;

/** Any combination of who, whom, what, when and how much, over all events (docs/adr/0020-an-index-of-blocks.md). */
@Controller()
export class AuditController {
  constructor(
    @Inject(Finder) private readonly finder: Finder,
    @Inject(KnownAt) private readonly knownAt: KnownAt,
    @Inject(AUDITED) private readonly audited: Audited,
  ) {}

  /** The latest first. A page may be short, or empty, and have a next one: then it says how far it looked. */
  @Access('GET /v1/audit', FOUND)
  async search(@OnExchange() exchange: Exchange, @Query() query: AuditQuery): Promise<object> {
    const sight = sightOf(exchange.caller);
    const page = pageOf(exchange, query);
    const filter = within(sight, this.#filterOf(query));
    if (filter === undefined) return { reached: 0, items: [] };
    const count = await this.finder.count();
    const begin = await this.#begin(query, page.after, count);
    const asked = { filter, before: begin, limit: page.limit, effort: EFFORT };
    const { events, reached } = await this.finder.find(asked, count);
    linkNext(exchange, reached > 0 ? { value: reached, id: CURSOR } : undefined, page);
    const shown = shownTo(sight);
    return { reached, items: events.map(({ stored, sequence }) => shown({ ...stored, sequence })) };
  }

  async #begin({ knownAt }: AuditQuery, after: Cursor | undefined, count: number): Promise<number> {
    if (after !== undefined) {
      const { value, id } = after;
      if (id !== CURSOR || typeof value !== 'number' || value < 1 || value > count) throw new Problem('CURSOR_INVALID');
      return value;
    }
    return knownAt === undefined ? count : (await this.knownAt.sequenceOf(knownAt)) + 1;
  }

  #filterOf(query: AuditQuery): Filter {
    const { rule, type, refused, recordedFrom, recordedTo, cursor: _, limit: _l, knownAt: _k, ...same } = query;
    const faults: FieldFault[] = [];
    const accepted = (codes: Iterable<string>) => ({ accepted: [...codes].sort().join(', ') });
    if (type !== undefined && !this.audited.types.some((each) => each.type === type)) {
      faults.push({ path: 'type', code: 'NOT_ACCEPTED', facts: accepted(this.audited.types.map((each) => each.type)) });
    }
    if (rule !== undefined && !this.audited.rules.has(rule)) {
      faults.push({ path: 'rule', code: 'NOT_ACCEPTED', facts: accepted(this.audited.rules) });
    }
    const first = recordedFrom === undefined ? undefined : momentsOf(recordedFrom).first;
    const last = recordedTo === undefined ? undefined : momentsOf(recordedTo).last;
    const { effectiveFrom, effectiveTo, minAmount, maxAmount } = query;
    if (isBelow(effectiveTo, effectiveFrom)) faults.push(outOfRange('effectiveTo', effectiveFrom!, LAST_DAY));
    if (isBelow(last, first)) faults.push(outOfRange('recordedTo', recordedFrom!, LAST_DAY));
    if (minAmount !== undefined && maxAmount !== undefined && !amountsInOrder(minAmount, maxAmount)) {
      faults.push(outOfRange('maxAmount', minAmount, '9999999999999999'));
    }
    if (faults.length > 0) throw invalid(...faults);
    return {
      ...same,
      ...(type !== undefined && { type }),
      ...(rule !== undefined && { rule: { name: rule, types: this.finder.typesServing(rule) } }),
      ...(refused !== undefined && { refused: refused === 'true' }),
      ...(first !== undefined && { recordedFrom: first }),
      ...(last !== undefined && { recordedTo: last }),
    };
  }
}

/** In the place of a document's id: the list is not one of documents. */
const CURSOR = 'audit';

const isBelow = (to: string | undefined, from: string | undefined): boolean =>
  to !== undefined && from !== undefined && to < from;

const outOfRange = (path: string, least: string, most: string): FieldFault => ({
  path,
  code: 'NOT_IN_RANGE',
  facts: { least, most },
});
