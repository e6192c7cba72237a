import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { STATUS_CODES } from 'node:http';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ConnectionError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { Configuration } from '../config/configuration.js';
import type { Metrics } from './metrics.js';
import { documentApi } from './openapi.js';
import { Problem } from './problems/problem.js';
import { sendProblem } from './problems/problem.filter.js';
import { render, RuleTexts } from './problems/render.js';
import type { ProblemCode } from './problems/texts.js';
import { EVENT_STREAM } from './streams/headers.js';

const NO_RULES = new RuleTexts([]);
/** An id in a path has 42 characters; the router need not look at more. */
const MAX_PARAMETER = 128;
const POLL_MS = 10;

declare module 'fastify' {
  interface FastifyInstance {
    /** Aborts when the server stops: what would never end by itself ends then. */
    readonly draining: AbortSignal;
  }
}

/** Whoever sends slowly, or does not read, holds a connection no longer than this (milliseconds). */
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
/** Longer than any answer waits for the read models. */
const SILENCE_MS = 60_000;
const CHECK_MS = 5_000;
/** Some 80 MB where all of them are held open with half a request; more are turned away. */
const MAX_CONNECTIONS = 10_000;

export type ServerConfiguration = Pick<Configuration, 'bodyLimit' | 'drainMs'>;

/** Fastify under Nest: JSON bodies only, a bounded drain at the end, no work for a request that nobody asked for. */
export class EdgeAdapter extends FastifyAdapter {
  #running = 0;
  readonly #draining = new AbortController();

  constructor(
    private readonly configuration: ServerConfiguration,
    logger: Logger,
    metrics: Metrics,
  ) {
    const process = randomBytes(4).toString('hex');
    let requests = 0;
    super({
      bodyLimit: configuration.bodyLimit,
      logger: false,
      genReqId: () => `${process}-${(++requests).toString(36)}`,
      routerOptions: { maxParamLength: MAX_PARAMETER },
      http: { headersTimeout: HEADERS_MS, connectionsCheckingInterval: CHECK_MS },
      requestTimeout: REQUEST_MS,
      connectionTimeout: SILENCE_MS,
      forceCloseConnections: true, // half a request must not keep the process alive after the drain
      clientErrorHandler: answerUnparsed,
      frameworkErrors: (error: { statusCode?: number }, request: unknown, reply: unknown) => {
        const problem = new Problem(error.statusCode === 414 ? 'URI_TOO_LONG' : 'BAD_REQUEST');
        sendProblem(request as FastifyRequest, reply as FastifyReply, problem, NO_RULES);
      },
    });
    const fastify = this.getInstance<FastifyInstance>();
    fastify.decorateRequest('caller', null);
    fastify.decorateRequest('route', null);
    setMaxListeners(0, this.#draining.signal); // each open stream is one
    fastify.decorate('draining', this.#draining.signal);
    fastify.server.maxConnections = MAX_CONNECTIONS;
    fastify.addHook('onRequest', (request, reply, done) => {
      metrics.asked++;
      this.#running++;
      // Also where the client went away, of which Fastify's onResponse is not told.
      reply.raw.once('close', () => this.#running--);
      if (this.#draining.signal.aborted) {
        reply.header('connection', 'close');
        sendProblem(request, reply, new Problem('SHUTTING_DOWN', { headers: { 'retry-after': '1' } }), NO_RULES);
        return;
      }
      reply.header('x-content-type-options', 'nosniff');
      if (request.url.startsWith('/docs')) reply.headers(PAGE_PROTECTION);
      done();
    });
    fastify.addHook('onResponse', (request, reply, done) => {
      if (reply.getHeader('content-type') === EVENT_STREAM) return done(); // it took as long as somebody listened
      const milliseconds = reply.elapsedTime;
      metrics.request(request.routeOptions.url ?? 'none', request.method, reply.statusCode, milliseconds);
      if (logger.isLevelEnabled('debug')) {
        logger.debug({ request: request.id, route: request.route, status: reply.statusCode, milliseconds }, 'request');
      }
      done();
    });
  }

  /** Nest would add its own parsers, and one for forms. */
  override registerParserMiddleware(): void {
    const fastify = this.getInstance<FastifyInstance>();
    fastify.removeAllContentTypeParsers();
    const parse = fastify.getDefaultJsonParser('error', 'error');
    fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
      if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') {
        return done(new Problem('UNSUPPORTED_MEDIA_TYPE'));
      }
      if (body === '') return done(null, undefined); // a command without fields needs no body
      return parse(request, body as string, done);
    });
  }

  /** Nest calls it before any other part stops: what runs may finish, what still comes is told to go elsewhere. */
  override async beforeClose(): Promise<void> {
    super.beforeClose();
    this.#draining.abort();
    const until = Date.now() + this.configuration.drainMs;
    while (this.#running > 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export const createHttpAdapter = (configuration: ServerConfiguration, logger: Logger, metrics: Metrics): EdgeAdapter =>
  new EdgeAdapter(configuration, logger, metrics);

const UNPARSED: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

/** What Node could not read as HTTP, or did not get in time: there is no request yet, and no language to answer in. */
function answerUnparsed(error: ConnectionError, socket: Socket): void {
  if (error.code !== 'ECONNRESET' && socket.writable) {
    const problem = new Problem(UNPARSED[error.code] ?? 'BAD_REQUEST');
    const { status, body } = render(problem, NO_RULES, 'en');
    const text = JSON.stringify(body);
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json; charset=utf-8\r\n` +
        `Content-Language: en\r\nCache-Control: no-store\r\nContent-Length: ${Buffer.byteLength(text)}\r\n` +
        `Connection: close\r\n\r\n${text}`,
    );
  }
  socket.destroy(error);
}

/** To be called before the application listens. */
export function configureApp(app: NestFastifyApplication): void {
  documentApi(app);
}

/**
 * What a page needs and an API does not. Said here and not by helmet's plugin, whose two hooks run for every request.
 * The reader of the API styles its page inline; it runs no inline script.
 */
const PAGE_PROTECTION = {
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; " +
    "frame-ancestors 'none'; base-uri 'self'; form-action 'self'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
};
