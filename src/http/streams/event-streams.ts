import type { OutgoingHttpHeaders } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { StoreUnavailable, type EventReader, type StoredEvent } from '../../event-store/event-store.js';
import type { ActorId, StreamName } from '../../kernel/ids.js';
import type { Caller } from '../auth/principal.js';
import type { Exchange } from '../exchange.js';
import { LOGGER } from '../logger.js';
import { Metrics } from '../metrics.js';
import { HTTP_PORTS, type HttpPorts } from '../ports.js';
import { Problem } from '../problems/problem.js';
import { Connection, type Ending } from './connection.js';
import { EVENT_STREAM, lastEventId } from './headers.js';
import { Wakings } from './wakings.js';

/** Events read at once, each of at most 60,000 bytes: what a stream may hold of the store. */
const PAGE = 16;
/** When a reader that was turned away may ask again, in seconds. */
const RETRY_SECONDS = '5';

export interface StreamLimits {
  /** Open at once for all subjects; for one of them (0: no limit of its own). */
  readonly streams: number;
  readonly streamsPerSubject: number;
  /** How long a stream is silent at most, in milliseconds: the server and proxies cut off what is silent longer. */
  readonly heartbeatMs: number;
  /** How long a reader may leave what was sent, in milliseconds. */
  readonly patienceMs: number;
}

export const STREAM_LIMITS = Symbol('StreamLimits');

/**
 * Server-Sent Events of stored streams (DESIGN.md, The edge). A stream is read from the store event by event as its
 * reader takes them, and never held here; the log wakes it. So nothing is lost or doubled at the seam of old and new,
 * nothing piles up, and where a reader stands is its own affair: `Last-Event-ID`. (Nest's `@Sse` is pushed to, and
 * keeps what a slow reader does not take.)
 */
@Injectable()
export class EventStreams {
  readonly #open = new Map<ActorId, number>();
  #count = 0;
  readonly #events: EventReader;
  readonly #wakings: Wakings;

  constructor(
    @Inject(HTTP_PORTS) private readonly ports: HttpPorts,
    @Inject(STREAM_LIMITS) private readonly limits: StreamLimits,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#events = ports.events;
    this.#wakings = new Wakings(ports.events, logger);
  }

  /**
   * Answers with the stream's events from the one after `Last-Event-ID`, and with each that follows, until the token
   * expires, the server stops, or the reader goes away or falls behind. Whether the caller may see it is asked before.
   * @param shown what a reader is shown of an event
   * @throws Problem, StoreUnavailable: before anything was answered
   */
  async send(exchange: Exchange, stream: StreamName, shown: (event: StoredEvent) => unknown): Promise<void> {
    const { request, reply, caller } = exchange;
    const last = lastEventId(request.headers['last-event-id']);
    const release = this.#admit(caller);
    const connection = new Connection(reply.raw, this.limits.patienceMs);
    const { draining } = request.server;
    const stop = (): void => connection.end('shutdown');
    let leave: (() => void) | undefined;
    try {
      leave = await this.#wakings.listen(stream, () => connection.wake());
      // The last one that the reader has must be there: else the id is of another stream.
      const [known] = await this.#events.readStream(stream, { from: last ?? 0n, limit: 1 });
      if (known === undefined) throw new Problem(last === undefined ? 'NOT_FOUND' : 'LAST_EVENT_ID_INVALID');
      reply.headers({ 'content-type': EVENT_STREAM, 'x-accel-buffering': 'no' });
      if (request.method === 'HEAD') return;
      draining.addEventListener('abort', stop);
      if (draining.aborted) stop();
      reply.hijack();
      reply.raw.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders);
      const pages = (from: bigint) => this.#events.readStream(stream, { from, limit: PAGE });
      await this.#run(connection, caller, pages, last === undefined ? 0n : last + 1n, shown);
    } finally {
      draining.removeEventListener('abort', stop);
      leave?.();
      release();
    }
  }

  async #run(
    connection: Connection,
    caller: Caller,
    read: (from: bigint) => Promise<readonly StoredEvent[]>,
    from: bigint,
    shown: (event: StoredEvent) => unknown,
  ): Promise<void> {
    this.metrics.streamOpened();
    try {
      let next = from;
      await connection.send('retry: 3000\n\n');
      while (this.#goesOn(connection, caller)) {
        const page = await read(next);
        for (const stored of page) {
          const { revision, type } = stored.event;
          const data = JSON.stringify(shown(stored));
          if (!(await connection.send(`id: ${revision}\nevent: ${type}\ndata: ${data}\n\n`))) break;
          this.metrics.streamed();
          next = BigInt(revision) + 1n;
        }
        if (page.length < PAGE) await this.#sleep(connection, caller);
      }
    } catch (error) {
      connection.end('failed');
      const level = error instanceof StoreUnavailable ? 'warn' : 'error';
      this.logger[level]({ err: error }, 'a stream of events could not go on');
    }
    connection.close();
    this.metrics.streamEnded(connection.ending as Ending);
  }

  /** Until there may be something new; says now and then that the stream is alive. */
  async #sleep(connection: Connection, caller: Caller): Promise<void> {
    while (this.#goesOn(connection, caller)) {
      if (await connection.sleep(Math.min(this.limits.heartbeatMs, this.#left(caller)))) return;
      if (this.#left(caller) > 0) await connection.send(':\n\n');
    }
  }

  #goesOn(connection: Connection, caller: Caller): boolean {
    if (this.#left(caller) <= 0) connection.end('expired');
    return connection.ending === undefined;
  }

  /** Milliseconds that the token still holds. */
  #left({ principal }: Caller): number {
    return principal.expiresAt - this.ports.clock.now();
  }

  /** @returns gives the place back @throws Problem `TOO_MANY_STREAMS`, `STREAMS_TAKEN` */
  #admit({ actor }: Caller): () => void {
    const headers = { 'retry-after': RETRY_SECONDS };
    const { streams, streamsPerSubject } = this.limits;
    const own = this.#open.get(actor.id) ?? 0;
    if (streamsPerSubject > 0 && own >= streamsPerSubject) {
      throw new Problem('TOO_MANY_STREAMS', { facts: { limit: streamsPerSubject }, headers });
    }
    if (this.#count >= streams) throw new Problem('STREAMS_TAKEN', { headers });
    this.#open.set(actor.id, own + 1);
    this.#count++;
    return () => {
      this.#count--;
      const left = (this.#open.get(actor.id) ?? 1) - 1;
      if (left === 0) this.#open.delete(actor.id);
      else this.#open.set(actor.id, left);
    };
  }
}
