import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { sha256 } from '../event-store/canonical.js';
import { isPartyId, uuidOf, isUuid, type Uuid } from '../kernel/ids.js';
import type { Rule } from '../kernel/refusal.js';
import { methodOf, routeOf, type RouteKey } from './access.js';
import type { Caller } from './auth/principal.js';
import { commandIdOf, requestDigest, stamp } from './commands/command-request.js';
import { parameter } from './exchange.js';
import { HTTP_PORTS, type HttpPorts } from './ports.js';
import { RefusedByRule } from './problems/problem.js';
import { Quotas } from './quotas.js';

/** Records what the edge refuses of a named resource (DESIGN.md, Refusals). */
@Injectable()
export class Attempts {
  constructor(
    @Inject(HTTP_PORTS) private readonly ports: HttpPorts,
    @Inject(Quotas) private readonly quotas: Quotas,
  ) {}

  /** The id of the resource that a request names; undefined: none, or none that can be recorded. */
  static target(request: FastifyRequest): Uuid | undefined {
    const id = parameter(request, 'id');
    if (id !== undefined) return isUuid(id) ? id : undefined;
    const party = parameter(request, 'party');
    return party !== undefined && isPartyId(party) ? uuidOf(party) : undefined;
  }

  /**
   * @param target the resource, where the path does not name it
   * @returns what to throw: the refusal, once it is recorded
   * @throws Problem `TOO_MANY_REFUSALS`, LedgerUnavailable
   */
  async refuse(
    request: FastifyRequest,
    key: RouteKey,
    caller: Caller,
    rule: Rule,
    facts: Readonly<Record<string, string | number | boolean>> = {},
    target = Attempts.target(request),
  ): Promise<RefusedByRule> {
    const { context, command } = routeOf(key);
    if (context === undefined || command === undefined || target === undefined) {
      throw new Error(`${key} names no resource whose refusal could be recorded`);
    }
    // Who may not do it is told so even when the headers of a command are missing.
    const header = request.headers['idempotency-key'];
    const own = typeof header === 'string' && methodOf(key) !== 'GET' && /^[\x21-\x7e]{1,255}$/.test(header);
    const id = commandIdOf(caller, target, own ? header : `read ${randomUUID()}`);
    const outcome = await this.quotas.counted(caller, () =>
      this.ports.refuse({
        context,
        command,
        target,
        rule,
        facts,
        request: { ...stamp(id, caller, request), digest: this.#digest(key, request), mayBackdate: false },
      }),
    );
    return new RefusedByRule(outcome);
  }

  /** A body that nobody checked may be no canonical JSON: the attempt is recorded all the same. */
  #digest(key: RouteKey, request: FastifyRequest): string {
    try {
      return requestDigest(routeOf(key), request, this.ports.vault);
    } catch {
      return sha256(`${key} with a body that the ledger cannot hold`);
    }
  }
}
