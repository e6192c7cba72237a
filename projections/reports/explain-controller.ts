import { Controller, Inject, Param, Query } from '@nestjs/common';
import { EVENT_READER, type EventReader, type StoredEvent } from '../../src/event-store/event-store.js';
import { Access } from '../../src/http/access.decorator.js';
import { OnExchange, type Exchange } from '../../src/http/exchange.js';
import { Problem } from '../../src/http/problems/problem.js';
import { sightOf } from '../../src/http/reads.js';
import { isBusinessDate } from '../../src/kernel/calendar.js';
import type { StreamName } from '../../src/kernel/ids.js';
import { EVENTS_AT, type EventsAt } from '../events-at.js';
import { summary, withEffect } from '../instruments/explanation.js';
import { opened, type Log } from '../instruments/opening.js';
import { AR, EN } from '../instruments/words.js';
import { KnownAt } from '../known-at.js';
import type { Column, EventPlace, Named, Report, Row } from '../report.js';
import { decimal } from '../sums.js';
import { UPCAST, type Upcast } from '../upcast.js';
import { EXPLANATION } from './answers.js';
import { Asking, patience, type Question } from './asking.js';
import type { LinesEffect } from './explaining-lines.js';
import { cellOf, type CellValue, type Traced } from './explaining.js';
import { Address, later, linkNext, pageOf } from './paging.js';
import { CellQuery } from './query.js';
import { placeOf } from './streaming.js';

const DEFAULT_LIMIT = '20';
/** Each is opened by reads of its own. */
const MOST_OPENED = 200;

/** A page of an explanation, whatever its report is made of. */
interface Page {
  readonly row: Row;
  readonly value: CellValue;
  readonly opening: bigint | null;
  /** Absent: nobody counts them. */
  readonly count?: number;
  readonly items: readonly (Pick<LinesEffect, 'before' | 'after'> & {
    readonly stored: StoredEvent;
    readonly byEntry?: LinesEffect['byEntry'];
  })[];
}

/** Opens a report's cells into the instruments that make them. */
@Controller()
export class ReportExplanationController {
  readonly #log: Log;

  constructor(
    @Inject(Asking) private readonly asking: Asking,
    @Inject(KnownAt) private readonly knownAt: KnownAt,
    @Inject(EVENT_READER) events: EventReader,
    @Inject(EVENTS_AT) private readonly eventsAt: EventsAt,
    @Inject(UPCAST) upcast: Upcast,
  ) {
    this.#log = { events, upcast };
  }

  /**
   * What the cell said before and after each. Of a report that replays the log in the order in which they were recorded; of
   * the books' reports by day and sequence, a page at a time.
   */
  @Access('GET /v1/reports/{name}/explain', EXPLANATION)
  async explain(
    @OnExchange() exchange: Exchange,
    @Param('name') name: string,
    @Query() query: CellQuery,
  ): Promise<object> {
    const { knownAt, cursor: _, limit: _limit, cell, ...parameters } = query;
    const question = await this.asking.question(exchange, name, parameters);
    const sequence = await this.knownAt.sequenceOf(knownAt);
    const address = new Address(`/v1/reports/${name}/explain`, question, { knownAt: sequence });
    address.selector.set('cell', cell);
    const { report, values } = question;
    const page =
      'replay' in report.source
        ? await this.#replayed(exchange, question, query, sequence, address)
        : await this.#lines(exchange, question, query, sequence, address);
    if ('state' in page) return page;
    const { column } = cellOf(report, cell);
    const currency = currencyOf(report, page.row);
    const found = page.items.map(({ stored }) => ({ stored, currency }));
    const shown = await opened(found, this.#log, sightOf(exchange.caller));
    const text = (each: bigint): string => (column.kind === 'money' ? decimal(each, currency) : String(each));
    const value = typeof page.value === 'bigint' ? text(page.value) : page.value;
    const { opening, count } = page;
    return {
      report: name,
      sequence,
      selector: values,
      column: column.name,
      row: Object.fromEntries(report.key.map((each) => [each, page.row[each] ?? null])),
      value,
      ...(opening !== null && { opening: text(opening) }),
      sentence: summary({
        what: whatOf(report, column, value, currency),
        knownAt: sequence,
        ...(count !== undefined && { count }),
        ...(opening !== null && opening !== 0n && { opening: amountOf(text(opening), currency) }),
      }),
      ...(count !== undefined && { instruments: count }),
      items: shown.map((each, i) => {
        const { byEntry, ...change } = page.items[i] as Page['items'][number];
        const isFigure = byEntry !== undefined && column.kind === 'money';
        return withEffect(each, change, text, isFigure ? (_entry, at) => byEntry.get(at) ?? 0n : undefined);
      }),
    };
  }

  /** @returns that it is being made, where it takes longer than the caller waits */
  async #replayed(
    exchange: Exchange,
    question: Question,
    query: CellQuery,
    sequence: number,
    address: Address,
  ): Promise<Page | { readonly state: string }> {
    const making = this.asking.explanation(question, query.cell, sequence);
    const made = await making.within(patience(exchange));
    if (made === undefined) return later(exchange, making, sequence, address) as { state: string };
    const effects = pageOf(exchange, made.effects, address, query, sizeOf(query));
    const items = await Promise.all(effects.map(async (each) => ({ ...each, stored: await this.#stored(each) })));
    return { row: made.row, value: made.value, opening: null, count: made.effects.length, items };
  }

  async #lines(
    exchange: Exchange,
    question: Question,
    query: CellQuery,
    sequence: number,
    address: Address,
  ): Promise<Page> {
    const after = query.cursor === undefined ? undefined : eventPlaceOf(query.cursor, sequence);
    const asked = { after, limit: sizeOf(query) };
    const { effects, next, ...page } = await this.asking.lines(question, query.cell, sequence, asked);
    linkNext(exchange, address, next && cursorOf(next), query.limit);
    const { upcast } = this.#log;
    const found = await this.eventsAt(effects.map((each) => each.sequence));
    const items = effects.map((effect, i) => {
      const stored = found[i] as StoredEvent;
      if (stored.event.id !== effect.event) throw new Error(`event ${effect.sequence} is not ${effect.event}`);
      return { ...effect, stored: { ...stored, event: upcast(stored.event) } };
    });
    return { ...page, items };
  }

  async #stored({ stream, revision, sequence }: Traced): Promise<StoredEvent> {
    const { events, upcast } = this.#log;
    const [stored] = await events.readStream(stream as StreamName, { from: BigInt(revision), limit: 1 });
    if (stored === undefined) throw new Error(`event ${revision} of ${stream} is gone`);
    return { ...stored, sequence, event: upcast(stored.event) };
  }
}

const sizeOf = ({ limit = DEFAULT_LIMIT }: CellQuery): number => Math.min(Number(limit), MOST_OPENED);

const cursorOf = ({ effectiveOn, sequence }: EventPlace): string =>
  Buffer.from(`${effectiveOn} ${sequence}`).toString('base64url');

/** @throws Problem `CURSOR_INVALID` */
function eventPlaceOf(cursor: string, known: number): EventPlace {
  const [effectiveOn = '', sequence = '', ...more] = placeOf(cursor).split(' ');
  const isPlace = isBusinessDate(effectiveOn) && /^\d{1,12}$/.test(sequence) && more.length === 0;
  if (!isPlace || Number(sequence) > known) throw new Problem('CURSOR_INVALID');
  return { effectiveOn, sequence: Number(sequence) };
}

const currencyOf = ({ columns }: Report, row: Row): string => {
  const column = columns.find(({ kind }) => kind === 'currency');
  return column === undefined ? '' : String(row[column.name] ?? '');
};

const amountOf = (value: string, currency: string): Named => ({
  en: EN.money(value, currency),
  ar: AR.money(value, currency),
});

/** The cell's name and what it says. */
function whatOf({ title }: Report, column: Column, value: string | null, currency: string): Named {
  const label = value === null ? undefined : column.labels?.[value];
  const said =
    column.kind === 'money' && value !== null
      ? amountOf(value, currency)
      : { en: label?.en ?? value ?? 'empty', ar: label?.ar ?? value ?? 'بلا قيمة' };
  return {
    en: `“${column.en}” in the report “${title.en}” is ${said.en}`,
    ar: `«${column.ar}» في تقرير «${title.ar}»: ${said.ar}`,
  };
}
