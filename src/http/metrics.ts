import { Gauge, Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Outcome } from '../ledger/outcome.js';

/** The label's values with their figures. */
type Figures = Iterable<readonly [string, number]>;

/** Prometheus metrics of one process. Labels are codes and routes, never ids. */
export class Metrics {
  readonly registry = new Registry();
  readonly #commands = new Counter({
    name: 'sijill_commands_total',
    help: 'Commands that reached a decision, by type and code (ACCEPTED, or the rule that refused).',
    labelNames: ['type', 'code'],
    registers: [this.registry],
  });
  readonly #refusals = new Counter({
    name: 'sijill_refusals_total',
    help: 'Recorded refusals, by code.',
    labelNames: ['code'],
    registers: [this.registry],
  });
  readonly #requests = new Histogram({
    name: 'sijill_http_request_duration_seconds',
    help: 'Time to answer, by route and status.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [this.registry],
  });
  readonly #suppressed = new Counter({
    name: 'sijill_attempts_suppressed_total',
    help: 'Attempts answered 429 because the quota of recorded refusals was used up.',
    registers: [this.registry],
  });

  readonly #streams = new Gauge({
    name: 'sijill_event_streams_open',
    help: 'Streams of events that are open now.',
    registers: [this.registry],
  });
  readonly #streamsEnded = new Counter({
    name: 'sijill_event_streams_ended_total',
    help: 'Streams of events that ended: client, slow (did not take what was sent), expired, shutdown or failed.',
    labelNames: ['reason'],
    registers: [this.registry],
  });
  readonly #streamed = new Counter({
    name: 'sijill_event_stream_events_total',
    help: 'Events that were sent on streams.',
    registers: [this.registry],
  });

  /** Requests that have come so far. */
  asked = 0;

  constructor() {
    collectDefaultMetrics({ register: this.registry }); // the event loop's lag is among them
  }

  /** For `LedgerOptions.onOutcome`: every outcome, whoever sent the command. */
  readonly outcome = (type: string, outcome: Outcome): void => {
    if (outcome.repeated) return;
    this.#commands.inc({ type, code: outcome.kind === 'accepted' ? 'ACCEPTED' : outcome.code });
    if (outcome.kind === 'refused') this.#refusals.inc({ code: outcome.code });
  };

  request(route: string, method: string, status: number, milliseconds: number): void {
    this.#requests.observe({ route, method, status }, milliseconds / 1000);
  }

  suppressed(count: number): void {
    this.#suppressed.inc(count);
  }

  streamOpened(): void {
    this.#streams.inc();
  }

  streamed(): void {
    this.#streamed.inc();
  }

  streamEnded(reason: string): void {
    this.#streams.dec();
    this.#streamsEnded.inc({ reason });
  }

  /**
   * A gauge that is read when Prometheus asks, such as each projection's lag in events.
   * @param read must not fail
   */
  gauge(name: string, help: string, label: string, read: () => Figures | Promise<Figures>): void {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      async collect() {
        const figures = await read();
        this.reset();
        for (const [value, figure] of figures) this.set({ [label]: value }, figure);
      },
    });
  }
}
