import type { Readable } from 'node:stream';
import { Controller, Inject, Param, Query } from '@nestjs/common';
import { SCOPE } from '../../src/http/access.js';
import { Access } from '../../src/http/access.decorator.js';
import { listOf } from '../../src/http/answers.js';
import { OnExchange, type Exchange } from '../../src/http/exchange.js';
import { invalid } from '../../src/http/problems/problem.js';
import { NoQuery } from '../../src/http/validation/dtos.js';
import { KnownAt } from '../known-at.js';
import { PARAMETERS, type Known, type ParameterName, type PlacedRow, type Report, type Row } from '../report.js';
import { DESCRIBED, DIFFERENCE, REPORT } from './answers.js';
import { Asking, patience, type Question } from './asking.js';
import { announced, file, formatOf } from './formats.js';
import type { Corrections } from './making.js';
import { marksOf } from './marks.js';
import { Address, later, linkNext, pageOf } from './paging.js';
import { DifferenceQuery, ReportQuery } from './query.js';
import { csvStream, pageOf as streamedPageOf, placeOf } from './streaming.js';
import { tableOf, tableOfDifference } from './table.js';

const DEFAULT_LIMIT = 100;
const sizeOf = (limit: string | undefined): number => Number(limit ?? DEFAULT_LIMIT);

/** The reports of domain.md §5: the same question gets the same bytes, whenever it is asked. */
@Controller()
export class ReportsController {
  constructor(
    @Inject(Asking) private readonly asking: Asking,
    @Inject(KnownAt) private readonly knownAt: KnownAt,
  ) {}

  /** Those that the caller may ask for. */
  @Access('GET /v1/reports', listOf(DESCRIBED))
  list(@OnExchange() { caller }: Exchange, @Query() _query: NoQuery): { items: object[] } {
    const admitted = this.asking.admitted(SCOPE[caller.role]);
    const items = admitted.map(({ name, number, title, about, takes, columns, key, boundBy }) => {
      const parameters = (Object.keys(takes) as ParameterName[]).map((parameter) => {
        const presence = takes[parameter];
        return {
          name: parameter,
          ...PARAMETERS[parameter],
          presence: typeof presence === 'string' ? presence : 'default',
        };
      });
      return { name, number, title, about, parameters, columns, key, boundBy };
    });
    return { items };
  }

  /** JSON a page at a time; all of it as a file where the name ends so, or `Accept` says so. */
  @Access('GET /v1/reports/{name}', REPORT)
  async show(
    @OnExchange() exchange: Exchange,
    @Param('name') asked: string,
    @Query() query: ReportQuery,
  ): Promise<object | Readable> {
    const { name, format } = formatOf(exchange, asked);
    const { knownAt, cursor, limit, ...parameters } = query;
    const question = await this.asking.question(exchange, name, parameters);
    const sequence = await this.knownAt.sequenceOf(knownAt);
    const { source } = question.report;
    if ('streaming' in source && (format === 'json' || format === 'csv')) {
      const rows = await this.asking.stream(question, source.streaming, sequence, cursor && placeOf(cursor));
      const address = new Address(`/v1/reports/${name}`, question, { knownAt: sequence });
      return this.#streamed(exchange, question, { rows, sequence, address, format, limit });
    }
    const making = this.asking.report(question, sequence);
    const made = await making.within(patience(exchange));
    const address = new Address(`/v1/reports/${asked}`, question, { knownAt: sequence });
    if (made === undefined) return later(exchange, making, sequence, address);
    const { digest, totals } = made;
    tell(exchange, sequence, digest, address);
    if (format !== 'json') {
      const told = { ...question, sequence, digest, rows: made.rows.length };
      return file(exchange, format, `${name}-${sequence}-${digest.slice(0, 12)}`, tableOf(question.report, made), told);
    }
    const items = pageOf(exchange, made.rows, address, query, sizeOf(limit));
    const selector = question.values;
    const said = { report: name, sequence, selector, digest, rows: made.rows.length, totals, items };
    const { report } = question;
    const corrections = made.corrections ?? (await this.asking.corrections(marksOf(report, items, made.marks)));
    return { ...said, ...correctionsOf(report, corrections) };
  }

  /** What the report said then and says now, row by row where the two differ, with the events that restated it. */
  @Access('GET /v1/reports/{name}/difference', DIFFERENCE)
  async compare(
    @OnExchange() exchange: Exchange,
    @Param('name') asked: string,
    @Query() query: DifferenceQuery,
  ): Promise<object | Readable> {
    const { name, format } = formatOf(exchange, asked);
    const { knownAt, against: then, cursor: _, limit, ...parameters } = query;
    const question = await this.asking.question(exchange, name, parameters);
    const sequence = await this.knownAt.sequenceOf(knownAt);
    const against = await this.knownAt.sequenceOf(then, 'against');
    if (against > sequence) {
      throw invalid({ path: 'against', code: 'NOT_IN_RANGE', facts: { least: -1, most: sequence } });
    }
    const making = this.asking.difference(question, { sequence, against });
    const made = await making.within(patience(exchange));
    const address = new Address(`/v1/reports/${asked}/difference`, question, { knownAt: sequence, against });
    if (made === undefined) return later(exchange, making, sequence, address);
    tell(exchange, sequence, made.after, address);
    if (format !== 'json') {
      const told = { ...question, sequence, against, digest: made.after, rows: made.rows.length };
      return file(exchange, format, `${name}-${against}-${sequence}`, tableOfDifference(question.report, made), told);
    }
    const { rows, named, before: digestAgainst, after: digest } = made;
    const page = pageOf(exchange, rows, address, query, sizeOf(limit));
    const items = page.map(({ events, ...row }) => ({ ...row, events: events.map(said) }));
    const selector = question.values;
    return { report: name, sequence, against, selector, digest, digestAgainst, named, rows: rows.length, items };
  }

  /** However many rows there are, no more than a page of them is in memory: all of them as CSV, or one as JSON. */
  async #streamed(
    exchange: Exchange,
    { report, values: selector }: Question,
    { rows, sequence, address, format, limit }: Streamed,
  ): Promise<object> {
    const { name } = report;
    exchange.reply.headers({ 'sijill-sequence': String(sequence), 'sijill-selector': address.selector.toString() });
    if (format === 'csv') {
      return csvStream(exchange.reply, report, rows, announced(exchange, format, `${name}-${sequence}`));
    }
    const { items, marks, next } = await streamedPageOf(report, rows, sizeOf(limit));
    linkNext(exchange, address, next, limit);
    const corrections = await this.asking.corrections(marks);
    return { report: name, sequence, selector, items, ...correctionsOf(report, corrections) };
  }
}

interface Streamed {
  readonly rows: AsyncIterable<PlacedRow>;
  readonly sequence: number;
  readonly address: Address;
  readonly format: 'json' | 'csv';
  readonly limit: string | undefined;
}

/** What makes an answer repeatable, in its headers too: a file has no other place for it. */
const tell = ({ reply }: Exchange, sequence: number, digest: string, { selector }: Address): unknown =>
  reply.headers({
    'sijill-sequence': String(sequence),
    'sijill-digest': digest,
    'sijill-selector': selector.toString(),
  });

const said = ({ sequence, event }: Known): object => ({
  sequence,
  event: event.id,
  type: event.type,
  effectiveOn: event.effectiveOn,
  recordedAt: event.recordedAt,
  ...(event.refs.correction !== undefined && { correction: event.refs.correction }),
});

function correctionsOf(report: Report, { listed, more }: Corrections): object {
  const cellsOf = (key: string): Row => {
    const cells = JSON.parse(key) as Row[string][];
    return Object.fromEntries(report.key.map((name, i) => [name, cells[i] ?? null]));
  };
  const corrections = listed.map((each) => ({ ...said(each), rows: each.rows.map(cellsOf) }));
  return { corrections, ...(more > 0 && { moreCorrections: more }) };
}
