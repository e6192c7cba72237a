import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { sha256 } from '../event-store/canonical.js';
import { isPartyId, uuidOf, isUuid, type Uuid } from '../kernel/ids.js';
import type { Rule } from '../kernel/refusal.js';
import type { Refused } from '../ledger/outcome.js';
import { methodOf, routeOf, type RouteKey } from './access.js';
import type { Caller } from './auth/principal.js';
import { commandIdOf, requestDigest, stamp } from './commands/command-request.js';
import { parameter, type Exchange } from './exchange.js';
import { HTTP_PORTS, type HttpPorts } from './ports.js';
import { RefusedByRule } from './problems/problem.js';
import { Quotas } from './quotas.js';

/** What a refusal names where there is nobody to name. */
export const nobody = (): Uuid => randomUUID() as Uuid;

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
    if (target === undefined) {
      throw new Error(`${key} names no resource whose refusal could be recorded`);
    }
    const outcome = await this.quotas.counted(caller, () => this.#record(request, key, caller, rule, facts, target));
    return new RefusedByRule(outcome);
  }

  /**
   * What is looked for, for whoever may have one more refusal: nothing is looked for otherwise. @param look finds it, or
   * nothing: that is refused by the rule, with a target that is nobody's
   * @throws RefusedByRule, Problem `TOO_MANY_REFUSALS`, LedgerUnavailable, and what `look` throws
   */
  async find<T>({ request, route, caller }: Exchange, rule: Rule, look: () => Promise<T | undefined>): Promise<T> {
    const outcome = await this.quotas.counted(caller, async () => {
      const found = await look();
      return found === undefined
        ? this.#record(request, route, caller, rule, {}, nobody())
        : { kind: 'found' as const, repeated: false, found };
    });
    if (outcome.kind === 'refused') throw new RefusedByRule(outcome);
    return outcome.found;
  }

  #record(
    request: FastifyRequest,
    key: RouteKey,
    caller: Caller,
    rule: Rule,
    facts: Readonly<Record<string, string | number | boolean>>,
    target: Uuid,
  ): Promise<Refused> {
    const { context, command } = routeOf(key);
    if (context === undefined || command === undefined) throw new Error(`no refusal of ${key} can be recorded`);
    // Who may not do it is told so even when the headers of a command are missing.
    const header = request.headers['idempotency-key'];
    const own = typeof header === 'string' && methodOf(key) !== 'GET' && /^[\x21-\x7e]{1,255}$/.test(header);
    const id = commandIdOf(caller, target, own ? header : `read ${randomUUID()}`);
    return this.ports.refuse({
      context,
      command,
      target,
      rule,
      facts,
      request: { ...stamp(id, caller, request), digest: this.#digest(key, request), mayBackdate: false },
    });
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
