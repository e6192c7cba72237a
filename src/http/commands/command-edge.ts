import { Inject, Injectable } from '@nestjs/common';
import type { Uuid } from '../../kernel/ids.js';
import type { CommandRequest } from '../../kernel/decider.js';
import type { Accepted, Outcome } from '../../ledger/outcome.js';
import { pathOf, routeOf } from '../access.js';
import type { Exchange } from '../exchange.js';
import { HTTP_PORTS, type HttpPorts } from '../ports.js';
import { RefusedByRule } from '../problems/problem.js';
import { Quotas } from '../quotas.js';
import { commandRequest, type Dated } from './command-request.js';
import { etag, preferences } from './headers.js';

/** The acknowledgement of a command, as it is answered. */
export interface Acknowledgement {
  readonly id: Uuid;
  readonly revision: number;
  /** Absent where the store does not know it yet. */
  readonly sequence?: number;
  /** The id of the command's last event; absent where it made none. */
  readonly event?: string;
  readonly state: string;
  /** Of record, where it was asked for (`Prefer: proof`) and a checkpoint covers the event; `proofAt`: where it is. */
  readonly proof?: string;
  readonly proofAt?: string;
  readonly [field: string]: string | number | boolean | undefined;
}

/** How long `Prefer: proof` waits for a checkpoint that says no time of its own: one is signed every two seconds. */
const PROOF_MS = 5_000;

/** The way of every command over HTTP: headers to a request, an outcome to an answer. */
@Injectable()
export class CommandEdge {
  constructor(
    @Inject(HTTP_PORTS) private readonly ports: HttpPorts,
    @Inject(Quotas) private readonly quotas: Quotas,
  ) {}

  /**
   * Sends one command and answers its outcome.
   * @param body what the DTO's class checked; the digest is taken of what was received
   * @param send gets the aggregate, or the id of the new one, and executes the command
   * @param named the aggregate, where the body names it; otherwise the path does, or it is new
   * @throws Problem, RefusedByRule and what the ledger throws: each has its answer
   */
  async handle(
    exchange: Exchange,
    body: Dated,
    send: (target: Uuid, request: CommandRequest) => Promise<Outcome>,
    named?: Uuid,
  ): Promise<Acknowledgement | undefined> {
    const { target, request } = commandRequest(exchange, body, this.ports.vault, named);
    const answered = await this.quotas.counted(exchange.caller, () => send(target, request));
    const { waitMs, proof } = preferences(exchange.request.headers['prefer']);
    const patience = waitMs ?? (proof ? PROOF_MS : 0);
    const until = performance.now() + patience;
    const outcome = patience === 0 ? answered : await this.#located(answered, patience);
    if (outcome.kind === 'refused') throw new RefusedByRule(outcome);
    return this.#answer(exchange, outcome, request.correlation, until);
  }

  /** With its sequence, where the store tells a position alone and whoever asked waits anyway. */
  async #located<O extends Outcome>(outcome: O, waitMs: number): Promise<O> {
    if (outcome.sequence !== undefined || outcome.position === undefined) return outcome;
    const sequence = await this.ports.sequenceOf(outcome.position, waitMs);
    return sequence === undefined ? outcome : { ...outcome, sequence };
  }

  /** @param until when a wait is over, by the monotonic clock */
  async #answer(
    { request, reply, route, caller }: Exchange,
    outcome: Accepted,
    correlation: Uuid,
    until: number,
  ): Promise<Acknowledgement | undefined> {
    const { minimal, proof, waitMs } = preferences(request.headers['prefer']);
    const applied: string[] = [];
    const { sequence, event } = outcome;
    const left = (): number => Math.max(0, until - performance.now());
    if (waitMs !== undefined && sequence !== undefined) {
      const cause = { sequence, event: event?.id, correlation };
      if (await this.ports.waitForEffects(cause, left())) applied.push(`wait=${waitMs / 1000}`);
    }
    const isProofAsked = proof && !minimal && sequence !== undefined && event !== undefined;
    const proved = isProofAsked ? await this.ports.proofFor(caller, sequence, left()) : undefined;
    if (proved?.text !== undefined) applied.push('proof');
    const creates = routeOf(route).creates === true;
    if (creates) reply.header('location', `${pathOf(route)}/${outcome.id}`);
    if (outcome.revision >= 0) reply.header('etag', etag(outcome.revision));
    if (outcome.repeated) reply.header('idempotency-replayed', 'true');
    if (minimal) applied.push('return=minimal');
    if (applied.length > 0) reply.header('preference-applied', applied.join(', '));
    if (minimal) {
      if (sequence !== undefined) reply.header('sijill-sequence', String(sequence));
      reply.code(204);
      return undefined;
    }
    reply.code(creates ? 201 : 200);
    return {
      ...outcome.state,
      id: outcome.id,
      revision: outcome.revision,
      ...(sequence !== undefined && { sequence }),
      ...(event !== undefined && { event: event.id }),
      ...(proved !== undefined && { proofAt: `/v1/proofs-of-record/${event?.id}`, proof: proved.text }),
    } as Acknowledgement;
  }
}
