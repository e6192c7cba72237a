import { Controller, Inject, Param, Query } from '@nestjs/common';
import Type from 'typebox';
import { EVENT_READER, type EventReader } from '../../src/event-store/event-store.js';
import { canonicalJson } from '../../src/event-store/canonical.js';
import { ROUTES, SCOPE } from '../../src/http/access.js';
import { Access } from '../../src/http/access.decorator.js';
import { answer, listOf } from '../../src/http/answers.js';
import { preferences } from '../../src/http/commands/headers.js';
import { OnExchange, type Exchange } from '../../src/http/exchange.js';
import { HTTP_PORTS, type HttpPorts } from '../../src/http/ports.js';
import { preferredLanguage } from '../../src/http/problems/language.js';
import { Problem } from '../../src/http/problems/problem.js';
import { Reads, sightOf } from '../../src/http/reads.js';
import { NoQuery } from '../../src/http/validation/dtos.js';
import {
  IsActor,
  IsBusinessDay,
  IsCode,
  IsCurrency,
  IsKnownAt,
  IsParty,
  IsWholeNumber,
} from '../../src/http/validation/fields.js';
import { businessDateAt } from '../../src/kernel/calendar.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import type { Uuid } from '../../src/kernel/ids.js';
import type { ReadModelReader } from '../../src/read-models/read-models.js';
import { READ_MODELS } from '../../src/read-models/token.js';
import { KnownAt } from '../known-at.js';
import { PARAMETERS, type ParameterName, type Report, type Row, type Values } from '../report.js';
import { admits, boundTo } from './bounds.js';
import { csv } from './csv.js';
import type { Made } from './making.js';
import { Makers, type Making } from './makers.js';
import { valuesOf } from './question.js';

/** What the composition root hands over. */
export interface Reports {
  readonly reports: readonly Report[];
  readonly upcast: (event: Envelope) => Envelope;
}
export const REPORTS = Symbol('Reports');

/** How long a question waits for its report, in milliseconds, unless `Prefer: wait` says another time. */
const WAIT_MS = 5_000;
const DEFAULT_LIMIT = 100;
const ROUTE = 'GET /v1/reports/{name}';

export class ReportQuery {
  @IsKnownAt({ optional: true })
  knownAt?: string;

  @IsWholeNumber(0, 999_999_999_999, { optional: true, description: 'From the link of the page before.' })
  cursor?: string;

  @IsWholeNumber(1, 1000, { optional: true, description: 'Most rows in the page of JSON; default 100.' })
  limit?: string;
}

const CHECKS = {
  party: IsParty,
  actor: IsActor,
  date: IsBusinessDay,
  code: () => IsCode([], OPTIONAL),
  currency: IsCurrency,
};
const OPTIONAL = { optional: true } as const;
for (const [name, { kind, en }] of Object.entries(PARAMETERS)) {
  CHECKS[kind]({ ...OPTIONAL, description: `${en}; of the reports that take it.` })(ReportQuery.prototype, name);
}

const named = { en: Type.String(), ar: Type.String() };
const COLUMN = Type.Object({
  name: Type.String(),
  kind: Type.String(),
  ...named,
  labels: Type.Optional(Type.Record(Type.String(), Type.Object(named))),
  total: Type.Optional(Type.Boolean()),
});
const DESCRIBED = Type.Object({
  name: Type.String(),
  number: Type.Integer({ description: 'In the list of what auditors ask for.' }),
  title: Type.Object(named),
  about: Type.Object(named),
  parameters: Type.Array(
    Type.Object({
      name: Type.String(),
      kind: Type.String(),
      ...named,
      presence: Type.Enum(['required', 'optional', 'default']),
    }),
  ),
  columns: Type.Array(COLUMN),
  key: Type.Array(Type.String()),
  boundBy: Type.Object(
    { entity: Type.Optional(Type.String()), own: Type.Optional(Type.String()) },
    { description: 'The parameter in which staff of an entity, and a party itself, ask for their own only.' },
  ),
});
const CELLS = Type.Record(Type.String(), Type.Union([Type.String(), Type.Integer(), Type.Null()]));
const REPORT = Type.Object({
  report: Type.String(),
  sequence: Type.Integer({ minimum: -1, description: 'The last event that is known; -1: none.' }),
  selector: Type.Record(Type.String(), Type.String(), { description: 'The parameters, defaults filled in.' }),
  digest: Type.String({ description: 'SHA-256 of the canonical JSON of all rows, each followed by a line feed.' }),
  rows: answer.count,
  totals: Type.Array(CELLS),
  items: Type.Array(CELLS),
});

/** The reports of domain.md §5: the same question gets the same bytes, whenever it is asked. */
@Controller()
export class ReportsController {
  readonly #makers = new Makers();
  readonly #byName: ReadonlyMap<string, Report>;

  constructor(
    @Inject(REPORTS) private readonly reports: Reports,
    @Inject(EVENT_READER) private readonly events: EventReader,
    @Inject(READ_MODELS) private readonly models: ReadModelReader,
    @Inject(HTTP_PORTS) private readonly ports: HttpPorts,
    @Inject(Reads) private readonly reads: Reads,
    @Inject(KnownAt) private readonly knownAt: KnownAt,
  ) {
    this.#byName = new Map(reports.reports.map((report) => [report.name, report]));
  }

  /** Those that the caller may ask for. */
  @Access('GET /v1/reports', listOf(DESCRIBED))
  list(@OnExchange() { caller }: Exchange, @Query() _query: NoQuery): { items: object[] } {
    const admitted = this.reports.reports.filter((report) => admits(report, SCOPE[caller.role]));
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

  /** JSON a page at a time; all of it as CSV where the name ends so, or `Accept` says so. */
  @Access(ROUTE, REPORT)
  async show(
    @OnExchange() exchange: Exchange,
    @Param('name') asked: string,
    @Query() query: ReportQuery,
  ): Promise<object | string> {
    const { name, isCsv } = formatOf(exchange, asked);
    const report = this.#byName.get(name);
    if (report === undefined) throw new Problem('NOT_FOUND');
    const { knownAt, cursor, limit, ...parameters } = query;
    const own = await this.#bound(exchange, report, parameters);
    const values = valuesOf(report, own, businessDateAt(this.ports.clock.now()));
    const sequence = await this.knownAt.sequenceOf(knownAt);
    const making = this.#making(report, values, sequence);
    const waitMs = preferences(exchange.request.headers.prefer).waitMs ?? WAIT_MS;
    const made = await making.within(waitMs);
    const selector = new URLSearchParams(values as Record<string, string>);
    selector.set('knownAt', String(sequence));
    if (made === undefined) return later(exchange, making, sequence, `/v1/reports/${asked}?${selector.toString()}`);
    const { reply, request } = exchange;
    const digest = made.digest;
    const facts = {
      'sijill-sequence': String(sequence),
      'sijill-digest': digest,
      'sijill-selector': selector.toString(),
    };
    reply.headers(facts);
    if (isCsv) {
      reply.header('content-type', 'text/csv; charset=utf-8; header=present');
      reply.header('content-disposition', `attachment; filename="${name}-${sequence}-${digest.slice(0, 12)}.csv"`);
      return csv(report, made, preferredLanguage(request.headers['accept-language']));
    }
    const page = pageOf(made, Number(cursor ?? 0), Number(limit ?? DEFAULT_LIMIT));
    if (page.next !== undefined) {
      selector.set('cursor', String(page.next));
      if (limit !== undefined) selector.set('limit', limit);
      reply.header('link', `</v1/reports/${asked}?${selector.toString()}>; rel="next"`);
    }
    const { rows, totals } = made;
    return { report: name, sequence, selector: values, digest, rows: rows.length, totals, items: page.items };
  }

  /** @throws Problem `FORBIDDEN`, RefusedByRule: someone else's, recorded */
  async #bound(
    exchange: Exchange,
    report: Report,
    parameters: Readonly<Partial<Record<ParameterName, string>>>,
  ): Promise<Readonly<Partial<Record<ParameterName, string>>>> {
    const sight = sightOf(exchange.caller);
    if (!admits(report, sight.scope)) {
      const admitted = ROUTES[ROUTE].roles.filter((role) => admits(report, SCOPE[role])).join(', ');
      throw new Problem('FORBIDDEN', { facts: { route: `GET /v1/reports/${report.name}`, admitted } });
    }
    const own = boundTo(report, sight, parameters);
    if (!('another' in own)) return own;
    throw await this.reads.hidden(exchange, { target: own.another.slice(6) as Uuid, facts: { report: report.name } });
  }

  #making(report: Report, values: Values, sequence: number): Making {
    const { events, models, ports } = this;
    const places = { events, models, upcast: this.reports.upcast };
    const waitFor = 'reading' in report.source && sequence >= 0 ? () => ports.waitFor(sequence, 30_000) : undefined;
    const key = canonicalJson({ report: report.name, values: { ...values }, sequence });
    const making = this.#makers.of(key, { report, values, sequence, places, ...(waitFor && { waitFor }) });
    if (making === undefined) throw new Problem('TOO_MANY_REQUESTS', { headers: { 'retry-after': '5' } });
    return making;
  }
}

function formatOf({ request }: Exchange, asked: string): { name: string; isCsv: boolean } {
  if (asked.endsWith('.csv')) return { name: asked.slice(0, -4), isCsv: true };
  const accepted = (request.headers.accept ?? '').split(',').map((range) => range.split(';', 1)[0]?.trim());
  return { name: asked, isCsv: accepted[0] === 'text/csv' };
}

/** RFC 9110, 202: it is being made; ask there again, for exactly this. */
function later({ reply }: Exchange, { done }: Making, sequence: number, location: string): object {
  reply.code(202).headers({ location, 'retry-after': '1' });
  return { state: 'being-made', done, total: sequence + 1 };
}

function pageOf({ rows }: Made, from: number, limit: number): { items: readonly Row[]; next?: number } {
  const items = rows.slice(from, from + limit);
  return from + limit < rows.length ? { items, next: from + limit } : { items };
}
