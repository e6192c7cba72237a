import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RouteKey } from './access.js';
import type { Caller } from './auth/principal.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the guard; null on public routes. */
    caller: Caller | null;
    route: RouteKey | null;
  }
}

/** A request that passed the guard, and the answer being made for it. */
export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly route: RouteKey;
  readonly caller: Caller;
}

/** Hands the exchange to a handler: `list(@OnExchange() exchange: Exchange)`. */
export const OnExchange = createParamDecorator((_: unknown, context: ExecutionContext): Exchange => {
  const http = context.switchToHttp();
  const request = http.getRequest<FastifyRequest>();
  const { caller, route } = request;
  if (caller === null || route === null) throw new Error('a public route has no caller');
  return { request, reply: http.getResponse<FastifyReply>(), route, caller };
});

/** A path parameter's text; the guard has seen to it that an `id` or `party` is one. */
export const parameter = (request: FastifyRequest, name: string): string | undefined =>
  (request.params as Record<string, string>)[name];

/** An answer that is JSON already: documents are stored as such, and writing one anew costs as much as reading it. */
export function storedJson<T extends string | Buffer>({ reply }: Exchange, json: T): T {
  reply.header('content-type', 'application/json; charset=utf-8');
  return json;
}
