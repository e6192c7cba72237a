import { Controller, Inject, Param, Query } from '@nestjs/common';
import { EVENT_READER, type EventReader, type StoredEvent } from '../../src/event-store/event-store.js';
import { Access } from '../../src/http/access.decorator.js';
import { OnExchange, type Exchange } from '../../src/http/exchange.js';
import { sightOf } from '../../src/http/reads.js';
import type { StreamName } from '../../src/kernel/ids.js';
import { summary, withEffect } from '../instruments/explanation.js';
import { opened, type Log } from '../instruments/opening.js';
import { AR, EN } from '../instruments/words.js';
import { KnownAt } from '../known-at.js';
import type { Column, Named, Report, Row } from '../report.js';
import { UPCAST, type Upcast } from '../upcast.js';
import { EXPLANATION } from './answers.js';
import { Asking, patience } from './asking.js';
import type { Traced } from './explaining.js';
import { Address, later, pageOf } from './paging.js';
import { CellQuery } from './query.js';
import { decimal } from '../sums.js';

const DEFAULT_LIMIT = '20';
/** Each is opened by reads of its own. */
const MOST_OPENED = 200;

/** Opens a report's cells into the instruments that make them. */
@Controller()
export class ReportExplanationController {
  readonly #log: Log;

  constructor(
    @Inject(Asking) private readonly asking: Asking,
    @Inject(KnownAt) private readonly knownAt: KnownAt,
    @Inject(EVENT_READER) events: EventReader,
    @Inject(UPCAST) upcast: Upcast,
  ) {
    this.#log = { events, upcast };
  }

  /** In the order in which they were recorded; what the cell said before and after each. */
  @Access('GET /v1/reports/{name}/explain', EXPLANATION)
  async explain(
    @OnExchange() exchange: Exchange,
    @Param('name') name: string,
    @Query() query: CellQuery,
  ): Promise<object> {
    const { knownAt, cursor: _, limit = DEFAULT_LIMIT, cell, ...parameters } = query;
    const question = await this.asking.question(exchange, name, parameters);
    const sequence = await this.knownAt.sequenceOf(knownAt);
    const making = this.asking.explanation(question, cell, sequence);
    const made = await making.within(patience(exchange));
    const address = new Address(`/v1/reports/${name}/explain`, question, { knownAt: sequence });
    address.selector.set('cell', cell);
    if (made === undefined) return later(exchange, making, sequence, address);
    const page = pageOf(exchange, made.effects, address, query, Math.min(Number(limit), MOST_OPENED));
    const { report, values } = question;
    const currency = currencyOf(report, made.row);
    const found = await Promise.all(page.map(async (each) => ({ stored: await this.#stored(each), currency })));
    const shown = await opened(found, this.#log, sightOf(exchange.caller));
    const column = made.column.name;
    const text = (value: bigint): string => (made.column.kind === 'money' ? decimal(value, currency) : String(value));
    const value = typeof made.value === 'bigint' ? text(made.value) : made.value;
    const count = made.effects.length;
    return {
      report: name,
      sequence,
      selector: values,
      column,
      row: Object.fromEntries(report.key.map((each) => [each, made.row[each] ?? null])),
      value,
      sentence: summary({ what: whatOf(report, made.column, value, currency), knownAt: sequence, count }),
      instruments: count,
      items: shown.map((each, i) => withEffect(each, page[i] as Traced, text)),
    };
  }

  async #stored({ stream, revision, sequence }: Traced): Promise<StoredEvent> {
    const { events, upcast } = this.#log;
    const [stored] = await events.readStream(stream as StreamName, { from: BigInt(revision), limit: 1 });
    if (stored === undefined) throw new Error(`event ${revision} of ${stream} is gone`);
    return { ...stored, sequence, event: upcast(stored.event) };
  }
}

const currencyOf = ({ columns }: Report, row: Row): string => {
  const column = columns.find(({ kind }) => kind === 'currency');
  return column === undefined ? '' : String(row[column.name] ?? '');
};

/** The cell's name and what it says. */
function whatOf({ title }: Report, column: Column, value: string | null, currency: string): Named {
  const isMoney = column.kind === 'money' && value !== null;
  const label = value === null ? undefined : column.labels?.[value];
  return {
    en: `“${column.en}” in the report “${title.en}” is ${isMoney ? EN.money(value, currency) : (label?.en ?? value ?? 'empty')}`,
    ar: `«${column.ar}» في تقرير «${title.ar}»: ${isMoney ? AR.money(value, currency) : (label?.ar ?? value ?? 'بلا قيمة')}`,
  };
}
