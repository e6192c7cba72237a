import { setMaxListeners } from 'node:events';
import { canonicalJson, sha256 } from '../event-store/canonical.js';
import type { Command, CommandRequest } from '../kernel/decider.js';
import { NAMESPACE, policyCommandId, uuid5, type ActorId } from '../kernel/ids.js';
import type { Envelope } from '../kernel/envelope.js';
import { LedgerUnavailable, type Outcome } from '../ledger/outcome.js';
import { Turns } from '../ledger/turns.js';
import type { Checkpoint } from '../read-models/read-models.js';
import type { Policy } from './consumers.js';
import { PoisonEvent, type FeedEvent, type FeedPage } from './projector.js';

/** The one door to the ledger. @throws LedgerUnavailable when it should be tried again */
export type SendCommand = (command: Command, request: CommandRequest) => Promise<Outcome>;

/** A policy's command that did not go through: somebody has to look. */
export interface PolicyAlarm {
  readonly policy: string;
  readonly sequence: number;
  readonly command: string;
  readonly target: string;
  readonly reason: string;
}

/** Most commands of policies in flight; a feed that is further ahead waits. */
const MAX_IN_FLIGHT = 256;
const RETRY_MS = [50, 100, 200, 500, 1000, 2000];

/**
 * Sends what follows from events. Commands of one target go one after the other, in the order of the events, across
 * all policies; different targets do not wait for each other. Redelivery is harmless: command ids are derived from
 * the event (DESIGN.md, One action, step 8).
 */
export class PolicyRunner {
  readonly #turns: Turns<string>;
  readonly #pending: { checkpoint: Checkpoint; open: number }[] = [];
  #done: Checkpoint | undefined;
  #inFlight = 0;
  #wake: (() => void) | undefined;

  constructor(
    readonly policy: Policy,
    private readonly send: SendCommand,
    private readonly alarm: (alarm: PolicyAlarm) => void,
    private readonly signal: AbortSignal,
    turns: Turns<string>,
    from: Checkpoint | undefined,
    private readonly idle: () => void = () => undefined,
  ) {
    this.#turns = turns;
    setMaxListeners(0, signal); // each command in flight may be waiting to be tried again
    this.#done = from;
    signal.addEventListener('abort', () => this.#wake?.(), { once: true });
  }

  /** Everything up to here has had its effect. */
  get done(): Checkpoint | undefined {
    return this.#done;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** @throws PoisonEvent when the policy itself fails on an event */
  async take(page: FeedPage, from: Checkpoint | undefined): Promise<void> {
    for (const each of page.events) {
      if (each.sequence < (from?.count ?? 0) || !this.policy.types.includes(each.event.type)) continue;
      const commands = this.#react(each);
      if (commands.length === 0) continue;
      const group = { checkpoint: { position: each.position, count: each.sequence + 1 }, open: commands.length };
      this.#pending.push(group);
      commands.forEach((command, index) => void this.#deliver(command, index, each, group));
      while (this.#inFlight >= MAX_IN_FLIGHT && !this.signal.aborted) await this.#progress();
    }
    this.#pending.push({ checkpoint: page.end, open: 0 });
    this.#advance();
  }

  #react(each: FeedEvent): readonly Command[] {
    try {
      return this.policy.react(each.event);
    } catch (error) {
      throw new PoisonEvent(this.policy.name, each, error);
    }
  }

  async #deliver(command: Command, index: number, each: FeedEvent, group: { open: number }): Promise<void> {
    this.#inFlight++;
    const request = policyRequest(this.policy.name, each.event, command, index);
    const finished = await this.#turns.take(command.target, () => this.#sendUntilAnswered(command, request, each));
    this.#inFlight--;
    if (finished) group.open--; // an unfinished one holds the checkpoint back: it is sent again after the restart
    this.#advance();
    this.#wake?.();
    if (this.#inFlight === 0) this.idle(); // somebody may wait for just this
  }

  async #sendUntilAnswered(command: Command, request: CommandRequest, each: FeedEvent): Promise<boolean> {
    for (let attempt = 0; !this.signal.aborted; attempt++) {
      try {
        const outcome = await this.send(command, request);
        if (outcome.kind === 'refused') this.#raise(command, each, `refused by ${outcome.code} (${outcome.attempt})`);
        return true;
      } catch (error) {
        if (!(error instanceof LedgerUnavailable)) {
          // No outcome was recorded, so the checkpoint stays here: lag shows it, and a restart sends it again.
          this.#raise(command, each, error instanceof Error ? error.message : String(error));
          return false;
        }
        await pause(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] as number, this.signal);
      }
    }
    return false;
  }

  #raise(command: Command, { sequence }: FeedEvent, reason: string): void {
    this.alarm({ policy: this.policy.name, sequence, command: command.type, target: command.target, reason });
  }

  #advance(): void {
    while (this.#pending[0]?.open === 0) this.#done = this.#pending.shift()?.checkpoint;
  }

  #progress(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** The request under which a policy's command is sent: the same for every delivery of the event. */
export const policyRequest = (policy: string, event: Envelope, command: Command, index: number): CommandRequest => ({
  id: policyCommandId(event.id, policy, index, command.target),
  digest: sha256(canonicalJson({ type: command.type, data: command.data })),
  actor: { id: `actor_${uuid5(NAMESPACE.policy, policy)}` as ActorId, role: 'system', client: policy },
  source: 'policy',
  effectiveOn: event.effectiveOn,
  mayBackdate: true,
  causation: event.id,
  correlation: event.correlation,
});

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
