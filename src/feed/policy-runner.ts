import { setMaxListeners } from 'node:events';
import { canonicalJson, sha256 } from '../event-store/canonical.js';
import type { Place } from '../event-store/event-store.js';
import { wholeHead } from '../event-store/whole-head.js';
import type { Command, CommandRequest } from '../kernel/decider.js';
import { NAMESPACE, policyCommandId, uuid5, type ActorId, type Uuid } from '../kernel/ids.js';
import type { Envelope } from '../kernel/envelope.js';
import { LedgerUnavailable, type Outcome } from '../ledger/outcome.js';
import { Turns } from '../ledger/turns.js';
import type { Checkpoint } from '../read-models/read-models.js';
import type { Policy } from './consumers.js';
import { after, PoisonEvent, readable, text, type FeedEvent, type FeedPage } from './feed-page.js';
import { followPages, pause, type Log } from './log-follower.js';
import type { ConsumerStatus } from './status.js';

/** The one door to the ledger. @throws LedgerUnavailable when it should be tried again */
export type SendCommand = (command: Command, request: CommandRequest) => Promise<Outcome>;

/** Most commands without an answer; a log that holds more waits. */
const MAX_OPEN = 256;
/** Most events taken beyond the first that still lacks an answer: what one stuck command may leave behind it. */
const MAX_AHEAD = 4_096;
const MAX_RETRY_MS = 2_000;

interface Member {
  readonly policy: Policy;
  readonly types: ReadonlySet<string>;
  /** Everything before has had its effect, or is none of its business; stored under the policy's name. */
  owesFrom: Checkpoint | undefined;
}

interface Owed {
  readonly policy: string;
  readonly command: Command;
  readonly request: CommandRequest;
}

/** What was taken up to here; done when no command is open. */
interface Considered {
  checkpoint: Checkpoint;
  open: number;
}

/**
 * Runs all policies as one consumer, in the order of events: the commands of one target go one after the other, by
 * (event, policy, index), and each only when the one before has its outcome, over restarts too; different targets do
 * not wait for each other. Redelivery is harmless: command ids are derived from the event (DESIGN.md, One action, step
 * 8). An event that a policy cannot handle, or a command that fails without an outcome, stops them all: what came
 * before is finished, nothing after it is sent, nothing is skipped (docs/adr/0007-policies-run-as-one.md).
 */
export class PolicyRunner {
  readonly #members: Member[] = [];
  readonly #turns = new Turns<string>();
  readonly #saves = new Turns<'save'>();
  readonly #window: Considered[] = [];
  readonly #halt = new AbortController();
  readonly #ended: AbortSignal;
  #done: Checkpoint | undefined;
  /** Nothing of this event or a later one is sent any more. */
  #haltedAt = Infinity;
  #open = 0;
  #waiting = 0;
  #error: string | undefined;
  #wake: (() => void) | undefined;

  constructor(
    private readonly log: Log,
    private readonly policies: readonly Policy[],
    private readonly send: SendCommand,
  ) {
    setMaxListeners(0, log.stopped); // each command in flight may be waiting to be tried again
    this.#ended = AbortSignal.any([log.stopped, this.#halt.signal]);
    this.#ended.addEventListener('abort', () => this.#wake?.(), { once: true });
  }

  /**
   * Finds where each policy stands; one that never ran in this ledger starts where it says.
   * @param known a place of the log, the nearer its end the better
   */
  async open(known: Place | undefined): Promise<void> {
    if (this.policies.length === 0) return;
    const { reader, readModels } = this.log;
    for (const policy of this.policies) {
      let owesFrom = await readModels.checkpoint(policy.name);
      if (owesFrom === undefined && policy.startsAt === 'now') {
        const { position, count } = await wholeHead(reader, known);
        if (position !== undefined) {
          owesFrom = { position, count };
          await readModels.saveCheckpoint(policy.name, owesFrom);
        }
      }
      this.#members.push({ policy, types: new Set(policy.types), owesFrom });
    }
    this.#done = this.#members.map(({ owesFrom }) => owesFrom).reduce((a, b) => this.#earlier(a, b));
    for (const { policy, owesFrom } of this.#members) {
      if (owesFrom !== undefined || this.#members.every((each) => each.owesFrom === undefined)) continue;
      this.log.listener.log(
        'info',
        `policy ${policy.name} is new here: it begins with event 0, the others wait for it`,
      );
    }
  }

  /** Until the end, or a halt; what was sent has its answer then. */
  async run(): Promise<void> {
    if (this.#members.length === 0) return;
    const types = [...new Set(this.policies.flatMap((policy) => policy.types))];
    for await (const page of followPages(this.log, this.#done, this.#ended, { types })) {
      await this.#take(page);
      this.log.moved(page);
    }
    while (this.#open > 0) await this.#progress();
    this.log.moved();
  }

  /**
   * Stores how far the policies have come. Where it fails in between, some are told again what is done already. One at a
   * time: of two that cross on their way to a server the earlier one would be refused.
   */
  save(): Promise<void> {
    return this.#saves.take('save', () => this.#store());
  }

  async #store(): Promise<void> {
    const done = this.#done;
    if (done === undefined) return;
    for (const member of this.#members) {
      if (member.owesFrom !== undefined && this.#compare(done, member.owesFrom) <= 0) continue;
      await this.log.readModels.saveCheckpoint(member.policy.name, done);
      member.owesFrom = done;
    }
  }

  status(head: number): readonly ConsumerStatus[] {
    if (this.#members.length === 0) return [];
    const count = this.#done?.count ?? 0;
    const state = this.#halt.signal.aborted ? 'stopped' : this.#waiting > 0 ? 'retrying' : 'running';
    const error = state !== 'running' && this.#error !== undefined && { error: this.#error };
    return [{ name: 'policies', kind: 'policy', state, count, lag: Math.max(0, head - count), ...error }];
  }

  async #take(page: FeedPage): Promise<void> {
    for (const each of page.events) {
      if (this.#ended.aborted) return;
      const owed = this.#react(each);
      if (owed === undefined) return;
      this.#deliver(each, owed);
      while (this.#isFull() && !this.#ended.aborted) await this.#progress();
    }
    if (!this.#ended.aborted) this.#consider(page.end, 0);
  }

  /** All that follows from an event, or nothing of it: undefined where a policy fails. */
  #react(each: FeedEvent): readonly Owed[] | undefined {
    const owed: Owed[] = [];
    for (const { policy, types, owesFrom } of this.#members) {
      if (!types.has(each.event.type) || each.sequence < (owesFrom?.count ?? 0)) continue;
      try {
        policy.react(readable(each)).forEach((command, index) => {
          owed.push({ policy: policy.name, command, request: policyRequest(policy.name, each.event, command, index) });
        });
      } catch (error) {
        this.#stop(each, new PoisonEvent(policy.name, each, error).message);
        return undefined;
      }
    }
    return owed;
  }

  #deliver(each: FeedEvent, owed: readonly Owed[]): void {
    const considered = this.#consider(after(each), owed.length);
    for (const one of owed) {
      this.#open++;
      void this.#turns
        .take(one.command.target, () => this.#sendUntilAnswered(one, each))
        .then((answered) => {
          this.#open--;
          if (answered) considered.open--; // else it holds the checkpoint back: it is sent again after the restart
          this.#advance();
          this.#wake?.();
          if (this.#open === 0) this.log.moved();
        });
    }
  }

  /** @returns whether it has an outcome */
  async #sendUntilAnswered(owed: Owed, each: FeedEvent): Promise<boolean> {
    const { policy, command, request } = owed;
    let isWaiting = false;
    try {
      for (let ms = this.log.retryMs; each.sequence < this.#haltedAt; ms = Math.min(2 * ms, MAX_RETRY_MS)) {
        try {
          const outcome = await this.send(command, request);
          if (outcome.kind === 'refused') this.#raise(owed, each, `refused by ${outcome.code} (${outcome.attempt})`);
          return true;
        } catch (error) {
          if (!(error instanceof LedgerUnavailable)) {
            const what = `${policy} cannot have ${command.type} on ${command.target} decided, for event ${each.sequence}`;
            this.#stop(each, `${what} (${each.event.type} ${each.event.id}): ${text(error)}`);
          } else if (this.log.stopped.aborted) {
            this.#haltedAt = Math.min(this.#haltedAt, each.sequence); // nothing may overtake it
          } else {
            if (!isWaiting) this.#wait(text(error));
            isWaiting = true;
            await pause(ms, this.log.stopped);
          }
        }
      }
      return false;
    } finally {
      if (isWaiting && --this.#waiting === 0) this.log.listener.log('info', 'policies go on');
    }
  }

  #wait(reason: string): void {
    this.#error = reason;
    if (++this.#waiting > 1) return;
    this.log.listener.log('error', `policies wait for the ledger, and try again: ${reason}`);
    this.log.moved();
  }

  #stop(each: FeedEvent, reason: string): void {
    this.#haltedAt = Math.min(this.#haltedAt, each.sequence);
    if (this.#halt.signal.aborted) return;
    this.#error = reason;
    this.#halt.abort();
    this.log.listener.log('error', `policies stopped: ${reason}. Nothing was skipped; mend and restart.`);
    this.log.moved();
  }

  #raise({ policy, command }: Owed, { sequence }: FeedEvent, reason: string): void {
    this.log.listener.alarm({ policy, sequence, command: command.type, target: command.target, reason });
  }

  #consider(checkpoint: Checkpoint, open: number): Considered {
    let last = this.#window.at(-1);
    if (last?.open === 0 && open === 0) last.checkpoint = checkpoint;
    else this.#window.push((last = { checkpoint, open }));
    this.#advance();
    return last;
  }

  #advance(): void {
    while (this.#window[0]?.open === 0) this.#done = this.#window.shift()?.checkpoint;
  }

  #isFull(): boolean {
    return this.#open >= MAX_OPEN || this.#window.length >= MAX_AHEAD;
  }

  /** Resolves when a command has its answer, or all ends. */
  #progress(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #earlier(a: Checkpoint | undefined, b: Checkpoint | undefined): Checkpoint | undefined {
    if (a === undefined || b === undefined) return undefined;
    return this.#compare(a, b) < 0 ? a : b;
  }

  #compare(a: Checkpoint, b: Checkpoint): number {
    return this.log.reader.comparePositions(a.position as never, b.position as never);
  }
}

/** The request under which a policy's command is sent: the same for every delivery of the event. */
export const policyRequest = (policy: string, event: Envelope, command: Command, index: number): CommandRequest => ({
  id: policyCommandId(event.id, policy, index, command.target),
  digest: sha256(canonicalJson({ type: command.type, data: command.data })),
  actor: { id: `actor_${uuid5(NAMESPACE.policy, policy)}` as ActorId, role: 'system', client: policy },
  source: 'policy',
  effectiveOn: event.effectiveOn,
  ...(event.refs.correction !== undefined && { correction: event.refs.correction as Uuid }),
  mayBackdate: true,
  causation: event.id,
  correlation: event.correlation,
});
