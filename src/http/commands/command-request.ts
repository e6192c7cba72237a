import { randomUUID } from 'node:crypto';
import { canonicalJson, sha256 } from '../../event-store/canonical.js';
import { InvalidEvent } from '../../event-store/event-store.js';
import type { BusinessDate } from '../../kernel/calendar.js';
import type { CommandRequest } from '../../kernel/decider.js';
import { holdsPersonalNumber } from '../../kernel/identifiers.js';
import { aggregateId, commandId, type CommandId, type Uuid } from '../../kernel/ids.js';
import type { Vault } from '../../vault/vault.js';
import { routeOf, type Route, type RouteKey } from '../access.js';
import type { Caller } from '../auth/principal.js';
import { parameter, type Exchange } from '../exchange.js';
import { invalid } from '../problems/problem.js';
import { idempotencyKey, ifMatch, traceOf } from './headers.js';
import type { FastifyRequest } from 'fastify';

/** What every command body may hold besides its own fields. */
export interface Dated {
  readonly effectiveOn?: BusinessDate;
  readonly correction?: Uuid;
}

/** The aggregate that a command addresses, or the one that it will make. */
export interface Addressed {
  readonly target: Uuid;
  readonly request: CommandRequest;
}

/**
 * @param named the aggregate that the body names
 * @throws Problem for headers that are missing or not valid
 */
export function commandRequest(exchange: Exchange, body: Dated, vault: Pick<Vault, 'digest'>, named?: Uuid): Addressed {
  const { request, route: key, caller } = exchange;
  const route = routeOf(key);
  const aggregate = named ?? (parameter(request, 'id') as Uuid | undefined);
  const id = commandIdOf(caller, aggregate ?? key, idempotencyKey(request.headers['idempotency-key']));
  const expectedRevision = ifMatch(request.headers['if-match'], route.ifMatch === true);
  return {
    target: aggregate ?? aggregateId(id),
    request: {
      ...stamp(id, caller, request),
      digest: receivedDigest(route, request, vault),
      mayBackdate: caller.role === 'importer',
      ...(body.effectiveOn !== undefined && { effectiveOn: body.effectiveOn }),
      ...(body.correction !== undefined && { correction: body.correction }),
      ...(expectedRevision !== undefined && { expectedRevision }),
    },
  };
}

/** @throws Problem for a body that passed its checks and is no JSON that can be hashed: half a surrogate pair */
function receivedDigest(route: Route, request: FastifyRequest, vault: Pick<Vault, 'digest'>): string {
  try {
    return requestDigest(route, request, vault);
  } catch (error) {
    throw error instanceof InvalidEvent ? invalid({ path: '', code: 'INVALID_FIELD' }) : error;
  }
}

/** A reading that is recorded: each is one of its own, for nobody names it. */
export function readingRequest(exchange: Exchange, target: Uuid, vault: Pick<Vault, 'digest'>): CommandRequest {
  const { request, route, caller } = exchange;
  const id = commandIdOf(caller, target, `read ${randomUUID()}`);
  return { ...stamp(id, caller, request), digest: receivedDigest(routeOf(route), request, vault), mayBackdate: false };
}

/** The part of a request that does not depend on its body. */
export function stamp(id: CommandId, caller: Caller, request: FastifyRequest) {
  return {
    id,
    actor: caller.actor,
    source: caller.role === 'importer' ? ('import' as const) : ('api' as const),
    correlation: traceOf(request.headers['traceparent']) ?? id,
  };
}

export const commandIdOf = ({ principal, party }: Caller, target: Uuid | RouteKey, key: string): CommandId =>
  commandId(principal.sender, party ?? null, target, key);

/** No one's HMAC: whoever has the ledger's key would try all numbers, and learn who it was that was read and then erased. */
const UNTOLD: Pick<Vault, 'digest'> = { digest: () => 'personal' };

/**
 * SHA-256 of the command as it was received (DESIGN.md, Ids). A value that is personal, or holds a personal number
 * where none belongs, is replaced by its HMAC: a bare digest of ten digits is soon guessed. Of a reading, which nobody
 * repeats, it is left out.
 * @throws InvalidEvent, RangeError where the body is no JSON that the ledger could hold
 */
export function requestDigest(
  route: Route,
  request: Pick<FastifyRequest, 'params' | 'body'>,
  vault: Pick<Vault, 'digest'>,
): string {
  const { id: _, ...path } = (request.params ?? {}) as Record<string, string>;
  const data = { ...path, ...plainBody(request.body) };
  return sha256(
    canonicalJson({
      type: route.command ?? '',
      data: withoutPersonal(data, route.personal ?? [], route.reads === true ? UNTOLD : vault),
    }),
  );
}

const plainBody = (body: unknown): object => (typeof body === 'object' && body !== null ? body : {});

function withoutPersonal(value: unknown, personal: readonly string[], vault: Pick<Vault, 'digest'>): unknown {
  if (typeof value === 'string') return holdsPersonalNumber(value) ? vault.digest(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => withoutPersonal(item, [], vault));
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const item: unknown = (value as Record<string, unknown>)[key];
    result[key] =
      personal.includes(key) && typeof item === 'string' ? vault.digest(item) : withoutPersonal(item, [], vault);
  }
  return result;
}
