import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isActorId, isUuid, parsePartyId } from '../kernel/ids.js';
import { InvalidValue } from '../kernel/invalid-value.js';
import { methodOf, roleFor, routeOf, type RouteKey } from './access.js';
import { ROUTE_METADATA } from './access.decorator.js';
import { Attempts, nobody } from './attempts.js';
import { callerIn, type Principal } from './auth/principal.js';
import { Tokens } from './auth/tokens.js';
import { afterSequence } from './commands/headers.js';
import { HTTP_PORTS, type HttpPorts } from './ports.js';
import { invalid, Problem } from './problems/problem.js';
import { fieldCode } from './problems/render.js';
import { Quotas } from './quotas.js';
import { EDGE_RULES } from './rules.js';

/** How long a reading waits for the sequence of `Sijill-After`, in milliseconds. */
const AFTER_WAIT_MS = 5_000;

/** Lets a request through to its handler: token, quota, role, path, freshness, in this order. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    @Inject(Tokens) private readonly tokens: Tokens,
    @Inject(Quotas) private readonly quotas: Quotas,
    @Inject(Attempts) private readonly attempts: Attempts,
    @Inject(HTTP_PORTS) private readonly ports: HttpPorts,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const key = Reflect.getMetadata(ROUTE_METADATA, context.getHandler()) as RouteKey | undefined;
    if (key === undefined)
      throw new Error(`${context.getClass().name} has a handler without @Access: nobody may use it`);
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    request.route = key;
    const { roles, counted } = routeOf(key);
    if (roles === 'public') {
      if (counted === true) this.quotas.countRequest(`address ${request.ip}`);
      return true;
    }
    // What a token opens is for its holder only.
    context.switchToHttp().getResponse<FastifyReply>().header('cache-control', 'private, no-store');
    const token = bearerToken(request.headers.authorization);
    const known = this.tokens.cached(token);
    if (known !== undefined) return this.#admit(request, key, known);
    return this.tokens.verify(token).then((principal) => this.#admit(request, key, principal));
  }

  #admit(request: FastifyRequest, key: RouteKey, principal: Principal): boolean | Promise<boolean> {
    const role = roleFor(key, principal.roles, principal.party);
    if (role !== 'importer') this.quotas.countRequest(principal.actor);
    if (role === undefined) return this.#forbid(request, key, principal);
    request.caller = callerIn(principal, role);
    checkPath(request.params as Record<string, string>);
    const isReading = methodOf(key) === 'GET'; // HEAD is answered by the same route
    if (!isReading) checkNoQuery(request.query as Record<string, unknown>);
    const after = isReading ? afterSequence(request.headers['sijill-after']) : undefined;
    return after === undefined || this.#fresh(after);
  }

  /** A role that may not use a route that names a resource, or looks for one: recorded. Anything else is only told. */
  async #forbid(request: FastifyRequest, key: RouteKey, principal: Principal): Promise<never> {
    const { roles, context, command, reads } = routeOf(key);
    const admitted = Array.isArray(roles) ? roles.join(', ') : '';
    const [role] = principal.roles;
    const target = Attempts.target(request) ?? (reads === true ? nobody() : undefined);
    if (role === undefined || context === undefined || command === undefined || target === undefined) {
      throw new Problem('FORBIDDEN', { facts: { route: key, admitted } });
    }
    const caller = callerIn(principal, role);
    throw await this.attempts.refuse(request, key, caller, EDGE_RULES.ROLE_NOT_ADMITTED, { admitted }, target);
  }

  async #fresh(sequence: number): Promise<boolean> {
    if (await this.ports.waitFor(sequence, AFTER_WAIT_MS)) return true;
    throw new Problem('READ_MODEL_BEHIND', { facts: { sequence }, headers: { 'retry-after': '1' } });
  }
}

function bearerToken(header: string | undefined): string {
  const match = header === undefined ? null : /^Bearer +([A-Za-z0-9_.~+/=-]+)$/i.exec(header);
  if (match === null) throw new Problem('TOKEN_REQUIRED', { headers: { 'www-authenticate': 'Bearer realm="sijill"' } });
  return match[1] as string;
}

/** @throws Problem where an id in the path is none */
function checkPath(params: Record<string, string>): void {
  for (const name in params) {
    const text = params[name] as string;
    if (name === 'party') {
      try {
        parsePartyId(text);
      } catch (error) {
        throw error instanceof InvalidValue ? invalid({ path: name, code: fieldCode(error.code) }) : error;
      }
    } else if (name === 'actor') {
      if (!isActorId(text)) throw invalid({ path: name, code: 'NOT_ACCEPTED', facts: { accepted: 'actor_ + UUID' } });
    } else if (name === 'name') {
      if (!/^[a-z][a-z0-9-]{0,63}(\.[a-z]{1,16}){0,2}$/.test(text)) throw new Problem('NOT_FOUND');
    } else if (!isUuid(text)) {
      throw invalid({ path: name, code: 'NOT_A_UUID' });
    }
  }
}

/** A command has no query: what stands there was meant for the body. @throws Problem */
function checkNoQuery(query: Record<string, unknown>): void {
  for (const name in query) {
    throw invalid({ path: name.slice(0, 64), code: 'UNKNOWN_FIELD', facts: { accepted: '-' } });
  }
}
