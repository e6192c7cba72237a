import { Controller, Inject, Param, Query } from '@nestjs/common';
import Type from 'typebox';
import { EVENT_READER, type EventReader } from '../../src/event-store/event-store.js';
import { Access } from '../../src/http/access.decorator.js';
import { answer, orNull } from '../../src/http/answers.js';
import { encode, pageOf } from '../../src/http/cursor.js';
import { OnExchange, type Exchange } from '../../src/http/exchange.js';
import { HTTP_PORTS, type HttpPorts } from '../../src/http/ports.js';
import { invalid, Problem, type FieldFault } from '../../src/http/problems/problem.js';
import { Reads, sightOf, type Sight } from '../../src/http/reads.js';
import { PageQuery } from '../../src/http/validation/dtos.js';
import { IsBusinessDay, IsCode, IsCurrency, IsKnownAt, IsOneOf, IsParty } from '../../src/http/validation/fields.js';
import { businessDateAt, type BusinessDate } from '../../src/kernel/calendar.js';
import { balanceId, streamName, type PartyId, type StreamName, type Uuid } from '../../src/kernel/ids.js';
import { formatMinor, type Currency } from '../../src/kernel/money.js';
import type { Cursor, ReadModelReader } from '../../src/read-models/read-models.js';
import { READ_MODELS } from '../../src/read-models/token.js';
import { Cuts, type Cut } from '../instruments/cut.js';
import { opened, type Log } from '../instruments/opening.js';
import { KnownAt } from '../known-at.js';
import { streamsOwing } from '../owing.js';
import { UPCAST, type Upcast } from '../upcast.js';
import { explanation, summary, withEffect } from '../instruments/explanation.js';
import { DEBT_FIGURES, owedBy, textOf, type DebtFigure } from './debt.js';
import { beginningOf, explainedDebt, isVisible } from './debts.js';
import { figureWords, partyWords } from './figures.js';
import { explainedParty } from './parties.js';
import { changeBy, PARTY_FIGURES, type Line, type PartyFigure } from './party.js';

export class ExplanationQuery extends PageQuery {
  @IsBusinessDay({ optional: true, description: 'What counts up to this day; default: today.' })
  effectiveOn?: BusinessDate;

  @IsKnownAt({ optional: true })
  knownAt?: string;
}

export class DebtExplanationQuery extends ExplanationQuery {
  @IsOneOf(DEBT_FIGURES, { optional: true, description: 'Default: balance.' })
  figure?: DebtFigure;
}

export class PartyExplanationQuery extends ExplanationQuery {
  @IsOneOf(PARTY_FIGURES, { optional: true, description: 'Default: owed.' })
  figure?: PartyFigure;

  @IsParty({ optional: true, description: 'Whose books; staff of an entity ask for their own.' })
  entity?: PartyId;

  @IsCurrency()
  currency!: string;

  @IsCode([], { optional: true, description: 'Of every figure but total, which is that of all sectors.' })
  sector?: string;
}

const debtExplanation = Type.Object({ debt: answer.id, ...explanation });

const partyExplanation = Type.Object({
  party: answer.party,
  entity: answer.party,
  sector: orNull(answer.code),
  ...explanation,
});

/** Where figures come from: the instruments that make them, in sentences, with the events and entries behind them. */
@Controller()
export class ExplainController {
  readonly #log: Log;
  readonly #cuts: Cuts;

  constructor(
    @Inject(EVENT_READER) events: EventReader,
    @Inject(UPCAST) upcast: Upcast,
    @Inject(READ_MODELS) private readonly models: ReadModelReader,
    @Inject(KnownAt) private readonly knownAt: KnownAt,
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
      items: shown.map((each, i) =>
        withEffect(each, found[i]!, writtenIn(currency), figure === 'balance' ? owedBy : undefined),
      ),
    };
  }

  /** What makes a line of the party's balances, stream by stream. */
  @Access('GET /v1/parties/{party}/balances/explain', partyExplanation)
  async party(
    @OnExchange() exchange: Exchange,
    @Param('party') party: PartyId,
    @Query() query: PartyExplanationQuery,
  ): Promise<object> {
    const sight = sightOf(exchange.caller);
    const { figure = 'owed', effectiveOn = this.#today(), currency } = query;
    const isForeign = sight.scope === 'own' ? sight.party !== party : isOfAnother(sight, query.entity);
    if (isForeign) throw await this.reads.hidden(exchange);
    const line = { party, currency, ...lineOf(query, sight) };
    const cut = await this.#known(query.knownAt);
    const stated = { figure, ...line, effectiveOn, knownAt: String(cut.sequence) };
    const page = pageOf(exchange, { ...stated, ...paging(query) });
    const asked = {
      figure,
      line,
      effectiveOn,
      cut,
      limit: page.limit,
      ...(page.after && { after: placeOf(page.after) }),
    };
    const streams = figure === 'owed' ? await this.#streamsOwing(line, cut) : [balanceOf(line)];
    const { value, count, page: found, isLast } = await explainedParty(this.#log, streams, asked);
    const shown = await opened(found, this.#log, sight);
    const last = found.at(-1)?.stored.event;
    if (!isLast && last !== undefined) {
      const { party: _, ...selected } = stated;
      const cursor = encode({ value: last.revision, id: last.stream }, page.query);
      next(exchange, { ...selected, ...paging(query), cursor });
    }
    const text = formatMinor(value, currency as Currency);
    const what = partyWords(figure, text, currency);
    return {
      party,
      entity: line.entity,
      sector: line.sector ?? null,
      figure,
      value: text,
      currency,
      effectiveOn,
      knownAt: cut.sequence,
      sentence: summary({ what, effectiveOn, knownAt: cut.sequence, count }),
      instruments: count,
      items: shown.map((each, i) =>
        withEffect(each, found[i]!, writtenIn(currency as Currency), changeBy(figure, line)),
      ),
    };
  }

  /** @throws Problem `READ_MODEL_BEHIND`: of the lists of debts and subscriptions */
  async #streamsOwing({ party, entity }: Line, { sequence }: Cut): Promise<AsyncIterable<StreamName>> {
    await this.knownAt.folded(sequence);
    return streamsOwing(this.models, party, entity);
  }

  #today(): BusinessDate {
    return businessDateAt(this.ports.clock.now());
  }

  /** @throws Problem where what was known could still change */
  async #known(asked: string | undefined): Promise<Cut> {
    return asked === undefined ? this.#cuts.now() : this.#cuts.upTo(await this.knownAt.sequenceOf(asked));
  }
}

const writtenIn =
  (currency: Currency) =>
  (minor: bigint): string =>
    formatMinor(minor, currency);

const isOfAnother = (sight: Sight, entity: string | undefined): boolean =>
  sight.scope === 'entity' && entity !== undefined && entity !== sight.party;

/** @throws Problem where it is not said which line of the balances is meant */
function lineOf({ figure, entity, sector }: PartyExplanationQuery, sight: Sight): Pick<Line, 'entity' | 'sector'> {
  const of = entity ?? (sight.scope === 'entity' ? sight.party : undefined);
  const faults: FieldFault[] = of === undefined ? [{ path: 'entity', code: 'REQUIRED' }] : [];
  if (figure === 'total' && sector !== undefined) {
    faults.push({ path: 'sector', code: 'UNKNOWN_FIELD', facts: { accepted: 'entity, currency' } });
  } else if (figure !== 'total' && sector === undefined) faults.push({ path: 'sector', code: 'REQUIRED' });
  if (of === undefined || faults.length > 0) throw invalid(...faults);
  return { entity: of, ...(sector !== undefined && { sector }) };
}

const balanceOf = ({ party, entity, currency }: Line): StreamName =>
  streamName('balance', balanceId(party as PartyId, entity as PartyId, currency));

/** @throws Problem for a cursor that no explanation gave */
function placeOf({ value, id }: Cursor): { readonly stream: string; readonly revision: number } {
  if (typeof value !== 'number' || value < 0) throw new Problem('CURSOR_INVALID');
  return { stream: id, revision: value };
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
