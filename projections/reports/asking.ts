import { Inject, Injectable } from '@nestjs/common';
import { canonicalJson } from '../../src/event-store/canonical.js';
import { EVENT_READER, type EventReader } from '../../src/event-store/event-store.js';
import { ROUTES, SCOPE, type Scope } from '../../src/http/access.js';
import { preferences } from '../../src/http/commands/headers.js';
import type { Exchange } from '../../src/http/exchange.js';
import { HTTP_PORTS, type HttpPorts } from '../../src/http/ports.js';
import { Problem } from '../../src/http/problems/problem.js';
import { Reads, sightOf } from '../../src/http/reads.js';
import { businessDateAt } from '../../src/kernel/calendar.js';
import type { ReadModelReader } from '../../src/read-models/read-models.js';
import { READ_MODELS } from '../../src/read-models/token.js';
import { CLOSINGS_OF, type ClosingsOf } from '../closings-of.js';
import { EVENTS_AT, type EventsAt } from '../events-at.js';
import { KnownAt } from '../known-at.js';
import type { ParameterName, PlacedRow, Report, Streaming, Values } from '../report.js';
import { UPCAST, type Upcast } from '../upcast.js';
import { admits, boundTo } from './bounds.js';
import { difference, type Difference, type Times } from './difference.js';
import { pageOfLines, type LinesPage, type PageAsked } from './explaining-lines.js';
import { cellOf, trace, type Trace } from './explaining.js';
import { Makers, type Making, type Sized } from './makers.js';
import { make, type Corrections, type Made } from './making.js';
import { bySequence, type Marks } from './marks.js';
import { valuesOf } from './question.js';
import type { Places, Progress } from './replaying.js';

/** All reports that there are: the composition root hands them over. */
export const REPORTS = Symbol('Reports');

/** How long a question waits for its report, in milliseconds, unless `Prefer: wait` says another time. */
const WAIT_MS = 5_000;
/** How long a report that reads an index waits for it. */
const FOLDED_MS = 30_000;
/** So many corrections of a page are named: each is read from its stream. */
const MOST_NAMED = 200;

/** A report, and what it is asked with: by whom it may be. */
export interface Question {
  readonly report: Report;
  readonly values: Values;
}

/** Finds reports, lets their questions through, and has them made. */
@Injectable()
export class Asking {
  readonly #makers = new Makers();
  readonly #byName: ReadonlyMap<string, Report>;

  constructor(
    @Inject(REPORTS) private readonly reports: readonly Report[],
    @Inject(EVENT_READER) private readonly events: EventReader,
    @Inject(READ_MODELS) private readonly models: ReadModelReader,
    @Inject(EVENTS_AT) private readonly eventsAt: EventsAt,
    @Inject(CLOSINGS_OF) private readonly closingsOf: ClosingsOf,
    @Inject(UPCAST) private readonly upcast: Upcast,
    @Inject(HTTP_PORTS) private readonly ports: HttpPorts,
    @Inject(Reads) private readonly reads: Reads,
    @Inject(KnownAt) private readonly knownAt: KnownAt,
  ) {
    this.#byName = new Map(reports.map((report) => [report.name, report]));
  }

  admitted(scope: Scope): readonly Report[] {
    return this.reports.filter((report) => admits(report, scope));
  }

  /** @throws Problem, RefusedByRule: someone else's, recorded */
  async question(
    exchange: Exchange,
    name: string,
    parameters: Readonly<Partial<Record<ParameterName, string>>>,
  ): Promise<Question> {
    const report = this.#byName.get(name);
    if (report === undefined) throw new Problem('NOT_FOUND');
    const sight = sightOf(exchange.caller);
    if (!admits(report, sight.scope)) {
      const admitted = ROUTES['GET /v1/reports/{name}'].roles.filter((role) => admits(report, SCOPE[role])).join(', ');
      throw new Problem('FORBIDDEN', { facts: { route: `GET /v1/reports/${name}`, admitted } });
    }
    const own = boundTo(report, sight, parameters);
    if ('another' in own) {
      throw await this.reads.hidden(exchange, { party: own.another, facts: { report: name } });
    }
    return { report, values: valuesOf(report, own, businessDateAt(this.ports.clock.now())) };
  }

  /** @throws Problem `REPORTS_TAKEN` */
  report({ report, values }: Question, sequence: number): Making<Made> {
    return this.#making({ report: report.name, values, sequence }, async (progress) => {
      await this.#folded(report, sequence);
      return make(report, values, sequence, this.#places, progress);
    });
  }

  /** @throws Problem `REPORTS_TAKEN` */
  difference({ report, values }: Question, times: Times): Making<Difference> {
    return this.#making({ report: report.name, values, ...times }, async (progress) => {
      await this.#folded(report, times.sequence);
      return difference(report, values, times, { ...this.#places, eventsAt: this.eventsAt }, progress);
    });
  }

  /** @throws Problem `INVALID_REQUEST`, `REPORTS_TAKEN` */
  explanation({ report, values }: Question, named: string, sequence: number): Making<Trace> {
    const cell = cellOf(report, named);
    return this.#making({ report: report.name, values, sequence, cell: named }, (progress) =>
      trace(report, values, cell, sequence, this.#places, progress),
    );
  }

  /**
   * A page of the lines behind a cell of an indexed report.
   * @throws Problem `INVALID_REQUEST`, `NOT_FOUND`, `READ_MODEL_BEHIND`
   */
  async lines({ report, values }: Question, named: string, sequence: number, asked: PageAsked): Promise<LinesPage> {
    const cell = cellOf(report, named);
    await this.knownAt.folded(sequence);
    const { events, models, eventsAt, closingsOf } = this;
    return pageOfLines(report, values, cell, { events, models, eventsAt, closingsOf, sequence }, asked);
  }

  /**
   * The rows of a report that is read as it is asked for.
   * @param after where a row stood: what comes behind it
   * @throws Problem `READ_MODEL_BEHIND`
   */
  async stream(
    { values }: Question,
    { stream }: Streaming<Values>,
    sequence: number,
    after: string | undefined,
  ): Promise<AsyncIterable<PlacedRow>> {
    await this.knownAt.folded(sequence);
    const { events, models, closingsOf } = this;
    return stream(values, { events, models, closingsOf, sequence }, after);
  }

  /** The corrections that rows of an indexed report are marked with: those that came first, and how many more there are. */
  async corrections(marks: Marks): Promise<Corrections> {
    const rows = bySequence(marks);
    const first = [...rows.keys()].slice(0, MOST_NAMED);
    const found = await this.eventsAt(first);
    const listed = found.map(({ event, sequence }) => ({
      event: this.upcast(event),
      sequence,
      rows: rows.get(sequence) as readonly string[],
    }));
    return { listed, more: rows.size - first.length };
  }

  /** @param question all that its answer depends on: who asks the same meanwhile waits for the same */
  #making<M extends Sized>(question: object, make: (progress: Progress) => Promise<M>): Making<M> {
    const making = this.#makers.of(canonicalJson(question), make);
    if (making === undefined) throw new Problem('REPORTS_TAKEN', { headers: { 'retry-after': '5' } });
    return making;
  }

  get #places(): Places {
    const { events, models, closingsOf, upcast } = this;
    return { events, models, closingsOf, upcast };
  }

  async #folded({ source }: Report, sequence: number): Promise<void> {
    if ('replay' in source || sequence < 0 || (await this.ports.waitFor(sequence, FOLDED_MS))) return;
    throw new Error('the read models are far behind');
  }
}

/** How long an exchange waits, in milliseconds. */
export const patience = ({ request }: Exchange): number => preferences(request.headers.prefer).waitMs ?? WAIT_MS;
