import { Controller, Inject, Param, Query } from '@nestjs/common';
import Type from 'typebox';
import { EVENT_READER, type EventReader, type StoredEvent } from '../../src/event-store/event-store.js';
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
import type { Entry } from '../../src/kernel/entries.js';
import type { Cursor } from '../../src/read-models/read-models.js';
import { Cuts, type Cut } from '../instruments/cut.js';
import { opened, type Found, type Log } from '../instruments/opening.js';
import { EVENTS_AT, type EventsAt } from '../events-at.js';
import { KnownAt } from '../known-at.js';
import { PARTY_LINES, type PartyLines } from '../party-lines.js';
import type { Named } from '../report.js';
import { UPCAST, type Upcast } from '../upcast.js';
import { explanation, summary, withEffect, type Change } from '../instruments/explanation.js';
import { DEBT_FIGURES, owedBy, textOf, type DebtFigure } from './debt.js';
import { beginningOf, explainedDebt, isVisible } from './debts.js';
import { figureWords, partyWords } from './figures.js';
import { explainedOwing, type OwingAsked, type OwingPlace } from './owing.js';
import { explainedBalance, type PartyExplained } from './parties.js';
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

/** What is answered of a figure, whosever it is. */
interface Told {
  /** What it is a figure of. */
  readonly of: object;
  /** The question, its defaults filled in: the next page is asked with it. */
  readonly stated: Readonly<Record<string, string>>;
  /** What a cursor holds for. */
  readonly bound: string;
  readonly limit: string | undefined;
  readonly figure: string;
  readonly value: string;
  readonly what: Named;
  readonly currency: Currency;
  readonly effectiveOn: BusinessDate;
  readonly cut: Cut;
  /** Instruments in all. */
  readonly count: number;
  readonly page: readonly (Found & Change)[];
  readonly isLast: boolean;
  readonly cursorOf: (last: StoredEvent) => Cursor;
  /** Absent: the figure is not one of accounts. */
  readonly effectOf: ((entry: Entry) => bigint) | undefined;
}

/** Where figures come from: the instruments that make them, in sentences, with the events and entries behind them. */
@Controller()
export class ExplainController {
  readonly #log: Log;
  readonly #cuts: Cuts;

  constructor(
    @Inject(EVENT_READER) events: EventReader,
    @Inject(UPCAST) upcast: Upcast,
    @Inject(PARTY_LINES) private readonly lines: PartyLines,
    @Inject(EVENTS_AT) private readonly eventsAt: EventsAt,
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
    const { standing, value, ...explained } = await explainedDebt(this.#log, beginning, asked);
    const { currency } = standing;
    const text = textOf(value, currency);
    return this.#told(exchange, {
      ...explained,
      of: { debt: id },
      stated,
      bound: page.query,
      limit: query.limit,
      cursorOf: revisionIn(id),
      figure,
      value: text,
      what: figureWords(figure, text, currency),
      currency,
      effectiveOn,
      cut,
      effectOf: figure === 'balance' ? owedBy : undefined,
    });
  }

  /** What makes a line of the party's balances: what is owed by day and sequence, the rest as it was recorded. */
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
    const asked = { line, effectiveOn, cut, limit: page.limit };
    const { value, ...explained } = await this.#explained(figure, asked, page.after);
    const { party: _, ...selected } = stated;
    const text = formatMinor(value, currency as Currency);
    return this.#told(exchange, {
      ...explained,
      of: { party, entity: line.entity, sector: line.sector ?? null },
      stated: selected,
      bound: page.query,
      limit: query.limit,
      figure,
      value: text,
      what: partyWords(figure, text, currency),
      currency: currency as Currency,
      effectiveOn,
      cut,
      effectOf: changeBy(figure, line),
    });
  }

  /** @throws Problem `CURSOR_INVALID`; of what is owed `READ_MODEL_BEHIND` */
  async #explained(
    figure: PartyFigure,
    asked: Omit<OwingAsked, 'after'>,
    cursor: Cursor | undefined,
  ): Promise<PartyExplained & Pick<Told, 'cursorOf'>> {
    if (figure === 'owed') {
      await this.knownAt.folded(asked.cut.sequence);
      const sources = { log: this.#log, lines: this.lines, eventsAt: this.eventsAt };
      const explained = await explainedOwing(sources, { ...asked, ...(cursor && { after: placeOf(cursor) }) });
      const cursorOf = ({ sequence, event }: StoredEvent): Cursor => ({
        value: sequence ?? null,
        id: event.effectiveOn,
      });
      return { ...explained, cursorOf };
    }
    const stream = balanceOf(asked.line);
    const after = cursor && { after: revisionOf(cursor, stream) };
    return {
      ...(await explainedBalance(this.#log, stream, { ...asked, figure, ...after })),
      cursorOf: revisionIn(stream),
    };
  }

  /** A page of instruments with the whole figure; where more follows, `Link` leads on, and says what is known. */
  async #told(exchange: Exchange, told: Told): Promise<object> {
    const { of, stated, figure, value, what, currency, effectiveOn, cut, count, page, effectOf } = told;
    const shown = await opened(page, this.#log, sightOf(exchange.caller));
    const last = page.at(-1);
    if (!told.isLast && last !== undefined) {
      const cursor = encode(told.cursorOf(last.stored), told.bound);
      next(exchange, { ...stated, ...paging({ cursor, limit: told.limit }) });
    }
    return {
      ...of,
      figure,
      value,
      currency,
      effectiveOn,
      knownAt: cut.sequence,
      sentence: summary({ what, effectiveOn, knownAt: cut.sequence, count }),
      instruments: count,
      items: shown.map((each, i) => withEffect(each, page[i]!, (minor) => formatMinor(minor, currency), effectOf)),
    };
  }

  #today(): BusinessDate {
    return businessDateAt(this.ports.clock.now());
  }

  /** @throws Problem where what was known could still change */
  async #known(asked: string | undefined): Promise<Cut> {
    return asked === undefined ? this.#cuts.now() : this.#cuts.upTo(await this.knownAt.sequenceOf(asked));
  }
}

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

/** @throws Problem for a cursor that no explanation of what is owed gave */
function placeOf({ value, id }: Cursor): OwingPlace {
  if (typeof value !== 'number' || value < 0) throw new Problem('CURSOR_INVALID');
  return { sequence: value, effectiveOn: id };
}

/** @throws Problem for a cursor that this explanation did not give */
function revisionOf({ value, id }: Cursor, of: string): number {
  if (id !== of || typeof value !== 'number' || value < 0) throw new Problem('CURSOR_INVALID');
  return value;
}

const revisionIn =
  (id: string) =>
  ({ event }: StoredEvent): Cursor => ({ value: event.revision, id });

const paging = ({ cursor, limit }: { readonly cursor?: string | undefined; readonly limit?: string | undefined }) => ({
  ...(cursor !== undefined && { cursor }),
  ...(limit !== undefined && { limit }),
});

/** The link to the next page says what is known, so that the pages are of one answer. */
function next({ request, reply }: Exchange, stated: Readonly<Record<string, string>>): void {
  const [path = ''] = request.url.split('?', 1);
  reply.header('link', `<${path}?${new URLSearchParams(stated).toString()}>; rel="next"`);
}
