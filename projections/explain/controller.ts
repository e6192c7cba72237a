import { Controller, Inject, Param, Query } from '@nestjs/common';
import Type from 'typebox';
import { EVENT_READER, type EventReader } from '../../src/event-store/event-store.js';
import { Access } from '../../src/http/access.decorator.js';
import { answer } from '../../src/http/answers.js';
import { encode, pageOf } from '../../src/http/cursor.js';
import { OnExchange, type Exchange } from '../../src/http/exchange.js';
import { HTTP_PORTS, type HttpPorts } from '../../src/http/ports.js';
import { invalid, Problem } from '../../src/http/problems/problem.js';
import { Reads, sightOf } from '../../src/http/reads.js';
import { PageQuery } from '../../src/http/validation/dtos.js';
import { IsBusinessDay, IsOneOf, IsWholeNumber } from '../../src/http/validation/fields.js';
import { businessDateAt, type BusinessDate } from '../../src/kernel/calendar.js';
import type { Uuid } from '../../src/kernel/ids.js';
import type { Cursor } from '../../src/read-models/read-models.js';
import { Cuts, type Cut } from '../instruments/cut.js';
import { opened, type Log } from '../instruments/opening.js';
import { UPCAST, type Upcast } from '../upcast.js';
import { explanation, summary, withEffect } from './answer.js';
import { DEBT_FIGURES, owedBy, textOf, type DebtFigure } from './debt.js';
import { beginningOf, explainedDebt, isVisible } from './debts.js';
import { figureWords } from './figures.js';

export class ExplanationQuery extends PageQuery {
  @IsBusinessDay({ optional: true, description: 'What counts up to this day; default: today.' })
  effectiveOn?: BusinessDate;

  @IsWholeNumber(0, 999_999_999_999, {
    optional: true,
    description: 'The sequence of the last event that is known; default: the last one that there is.',
  })
  knownAt?: string;
}

export class DebtExplanationQuery extends ExplanationQuery {
  @IsOneOf(DEBT_FIGURES, { optional: true, description: 'Default: balance.' })
  figure?: DebtFigure;
}

const debtExplanation = Type.Object({ debt: answer.id, ...explanation });

/** Where figures come from: the instruments that make them, in sentences, with the events and entries behind them. */
@Controller()
export class ExplainController {
  readonly #log: Log;
  readonly #cuts: Cuts;

  constructor(
    @Inject(EVENT_READER) events: EventReader,
    @Inject(UPCAST) upcast: Upcast,
    @Inject(HTTP_PORTS) private readonly ports: HttpPorts,
    @Inject(Reads) private readonly reads: Reads,
  ) {
    this.#log = { events, upcast };
    this.#cuts = new Cuts(events);
  }

  /** The debt's own instruments, in the order in which they were recorded. */
  @Access('GET /v1/debts/{id}/explain', debtExplanation)
  async debt(
    @OnExchange() exchange: Exchange,
    @Param('id') id: Uuid,
    @Query() query: DebtExplanationQuery,
  ): Promise<object> {
    const sight = sightOf(exchange.caller);
    const beginning = await beginningOf(this.#log, id);
    if (beginning === undefined) throw new Problem('NOT_FOUND');
    if (!isVisible(beginning, sight)) throw await this.reads.hidden(exchange);
    const { figure = 'balance', effectiveOn = this.#today() } = query;
    const cut = await this.#known(query.knownAt);
    const stated = { figure, effectiveOn, knownAt: String(cut.sequence) };
    const page = pageOf(exchange, { ...stated, ...paging(query) });
    const after = page.after && revisionOf(page.after, id);
    const asked = { id, figure, effectiveOn, cut, limit: page.limit, ...(after !== undefined && { after }) };
    const { standing, value, count, page: found, isLast } = await explainedDebt(this.#log, beginning, asked);
    const shown = await opened(found, this.#log, sight);
    const { currency } = standing;
    const last = found.at(-1)?.stored.event.revision;
    if (!isLast && last !== undefined) {
      const cursor = encode({ value: last, id }, page.query);
      next(exchange, { ...stated, ...paging(query), cursor });
    }
    const text = textOf(value, currency);
    const what = figureWords(figure, text, currency);
    return {
      debt: id,
      figure,
      value: text,
      currency,
      effectiveOn,
      knownAt: cut.sequence,
      sentence: summary({ what, effectiveOn, knownAt: cut.sequence, count }),
      instruments: count,
      items: shown.map((each, i) => withEffect(each, found[i]!, currency, figure === 'balance' ? owedBy : undefined)),
    };
  }

  #today(): BusinessDate {
    return businessDateAt(this.ports.clock.now());
  }

  /** @throws Problem where no such event is there yet: the answer would be another one later */
  async #known(asked: string | undefined): Promise<Cut> {
    const now = await this.#cuts.now();
    if (asked === undefined || Number(asked) === now.sequence) return now;
    if (Number(asked) < now.sequence) return this.#cuts.upTo(Number(asked));
    throw invalid({ path: 'knownAt', code: 'NOT_IN_RANGE', facts: { least: 0, most: now.sequence } });
  }
}

const paging = ({ cursor, limit }: PageQuery) => ({
  ...(cursor !== undefined && { cursor }),
  ...(limit !== undefined && { limit }),
});

/** @throws Problem for a cursor that this explanation did not give */
function revisionOf({ value, id }: Cursor, of: string): number {
  if (id !== of || typeof value !== 'number' || value < 0) throw new Problem('CURSOR_INVALID');
  return value;
}

/** The link to the next page says what is known, so that the pages are of one answer. */
function next({ request, reply }: Exchange, stated: Readonly<Record<string, string>>): void {
  const [path = ''] = request.url.split('?', 1);
  reply.header('link', `<${path}?${new URLSearchParams(stated).toString()}>; rel="next"`);
}
