import { Catch, HttpException, Inject, Injectable, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { methodsOf } from '../routes.js';
import { LOGGER } from '../logger.js';
import { HTTP_PORTS, type HttpPorts } from '../ports.js';
import { EDGE_RULES } from '../rules.js';
import { preferredLanguage } from './language.js';
import { Problem, RefusedByRule, type TokenRefused } from './problem.js';
import { isUnavailable, problemOf, render, RuleTexts } from './render.js';

/** Turns everything that is thrown into problem details (RFC 9457). */
@Catch()
@Injectable()
export class ProblemFilter implements ExceptionFilter {
  readonly #rules: RuleTexts;

  constructor(
    @Inject(HTTP_PORTS) ports: HttpPorts,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#rules = new RuleTexts([...Object.values(EDGE_RULES), ...ports.rules]);
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (reply.sent) return;
    // Whoever asks is told to come back; why is for who runs the ledger.
    if (isUnavailable(error)) this.logger.warn({ err: error, request: request.id }, 'a store does not answer');
    const problem = problemOf(error) ?? frameworkProblem(error, request) ?? this.#unforeseen(error, request);
    sendProblem(request, reply, problem, this.#rules);
  }

  /** Logged once, with the id that the caller is told; nothing of it leaves the house. */
  #unforeseen(error: unknown, request: FastifyRequest): Problem {
    this.logger.error({ err: error, request: request.id, route: request.route ?? null }, 'unforeseen error');
    return new Problem('INTERNAL', { facts: { request: request.id } });
  }
}

export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem | RefusedByRule | TokenRefused,
  rules: RuleTexts,
): void {
  const language = preferredLanguage(request.headers['accept-language']);
  const { status, headers, body } = render(problem, rules, language);
  // Bytes, so that no serializer looks for a schema of this media type.
  void reply
    .code(status)
    .headers({
      ...headers,
      'content-type': 'application/problem+json; charset=utf-8',
      'content-language': language,
      vary: 'Accept-Language',
      'cache-control': 'no-store',
    })
    .send(JSON.stringify(body));
}

/** What Nest and Fastify refuse before a handler is reached. */
function frameworkProblem(error: unknown, request: FastifyRequest): Problem | undefined {
  const { code, statusCode, type } = (error instanceof HttpException ? (error.cause ?? {}) : (error ?? {})) as {
    code?: unknown;
    statusCode?: unknown;
    type?: unknown;
  };
  const status = error instanceof HttpException ? error.getStatus() : statusCode;
  if (type === 'malformed-json' || error instanceof SyntaxError) return new Problem('MALFORMED_JSON');
  switch (status) {
    case 404:
      return methodProblem(request) ?? new Problem('ROUTE_NOT_FOUND');
    case 413:
      return new Problem('BODY_TOO_LARGE', { facts: { limit: request.routeOptions?.bodyLimit ?? 0 } });
    case 414:
      return new Problem('URI_TOO_LONG');
    case 415:
      return new Problem('UNSUPPORTED_MEDIA_TYPE');
    default:
      if (code === 'FST_ERR_CTP_INVALID_JSON_BODY') return new Problem('MALFORMED_JSON');
      if (typeof status !== 'number' || status < 400 || status > 499) return undefined;
      return methodProblem(request) ?? new Problem('BAD_REQUEST'); // Fastify looks at a body before it finds no route
  }
}

/** Of an address that is one, but not for this method. */
function methodProblem({ url, method }: FastifyRequest): Problem | undefined {
  const allowed = methodsOf(url);
  if (allowed.length === 0 || allowed.includes(method)) return undefined;
  const list = allowed.join(', ');
  return new Problem('METHOD_NOT_ALLOWED', { facts: { allowed: list }, headers: { allow: list } });
}
