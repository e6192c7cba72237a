import type { Policy } from '../../src/feed/consumers.js';
import type { Log } from '../../src/feed/log-follower.js';
import { PolicyRunner } from '../../src/feed/policy-runner.js';
import type { PolicyAlarm } from '../../src/feed/status.js';
import type { ConsumerStatus } from '../../src/feed/status.js';
import type { Command, CommandRequest } from '../../src/kernel/decider.js';
import { policyCommandId, type CommandId, type EventId, type Uuid } from '../../src/kernel/ids.js';
import { LedgerUnavailable, type Outcome } from '../../src/ledger/outcome.js';
import type { Checkpoint } from '../../src/read-models/read-models.js';
import { InMemoryReadModels, InMemoryStore } from '../read-models/in-memory.js';
import { samples, type MemoryLog } from './memory-log.js';

/** What an event of these tests calls for: targets, by policy. */
export type Owes = Readonly<Record<string, readonly string[]>>;

export interface Done {
  readonly sequence: number;
  readonly policy: string;
  readonly index: number;
}

/** Sends a command to each target that an event names for it. */
export const policy = (name: string, startsAt: Policy['startsAt'] = 'beginning'): Policy => ({
  name,
  types: ['tests.Happened'],
  startsAt,
  react: ({ data }) =>
    ((data as Owes)[name] ?? []).map((target) => ({ type: 'Do', target: target as Uuid, data: { policy: name } })),
});

/**
 * A ledger that decides at once, handles an id once, and keeps, for each target, what was done in the order in which it
 * was. Like a balance that is asked for money before it came, it refuses for ever what comes after its time.
 */
export class FakeLedger {
  readonly done = new Map<string, Done[]>();
  readonly refused: Done[] = [];
  readonly #outcomes = new Map<CommandId, Outcome>();
  readonly #order: readonly string[];

  constructor(
    private readonly log: MemoryLog,
    policies: readonly Policy[],
  ) {
    this.#order = policies.map(({ name }) => name);
  }

  async execute(command: Command, request: CommandRequest): Promise<Outcome> {
    const { events } = this.log;
    const before = this.#outcomes.get(request.id);
    if (before !== undefined) return { ...before, repeated: true };
    const { policy: name } = command.data as { policy: string };
    const sequence = events.findIndex((event) => event.id === request.causation);
    const { id, data } = events[sequence]!;
    const idOf = (target: string, index: number): CommandId => policyCommandId(id, name, index, target);
    const index = (data as Owes)[name]!.findIndex((target, n) => idOf(target, n) === request.id);
    const list = this.done.get(command.target) ?? [];
    const mine = { sequence, policy: name, index };
    const isLate = list.some((each) => this.#rank(each) > this.#rank(mine));
    const outcome = isLate ? refused : accepted(command.target);
    if (isLate) this.refused.push(mine);
    else this.done.set(command.target, [...list, mine]);
    this.#outcomes.set(request.id, outcome);
    return outcome;
  }

  #rank = ({ sequence, policy: name, index }: Done): number =>
    (sequence * this.#order.length + this.#order.indexOf(name)) * 1_000 + index;
}

const accepted = (id: Uuid): Outcome => ({
  kind: 'accepted',
  id,
  revision: 0,
  state: { state: 'done' },
  repeated: false,
});
const refused: Outcome = {
  kind: 'refused',
  code: 'LATE',
  rule: 'E4',
  version: 1,
  of: 'state',
  facts: {},
  attempt: 'an-attempt' as EventId,
  repeated: false,
};

/** What the ledger must have done when nothing is owed any more. */
export function allThatIsOwed({ events }: MemoryLog, policies: readonly Policy[]): Map<string, Done[]> {
  const owed = new Map<string, Done[]>();
  events.forEach(({ data }, sequence) => {
    for (const { name } of policies) {
      ((data as Owes)[name] ?? []).forEach((target, index) => {
        owed.set(target, [...(owed.get(target) ?? []), { sequence, policy: name, index }]);
      });
    }
  });
  return owed;
}

/** The stored checkpoints of one process: once it is dead nothing reaches the store. */
class Checkpoints extends InMemoryReadModels {
  constructor(
    store: InMemoryStore,
    private readonly mayWrite: () => Promise<void>,
  ) {
    super(store);
  }

  override async saveCheckpoint(consumer: string, checkpoint: Checkpoint): Promise<void> {
    await this.mayWrite();
    await super.saveCheckpoint(consumer, checkpoint);
  }
}

/** What a process lives in. */
export interface Surroundings {
  readonly log: MemoryLog;
  readonly store: InMemoryStore;
  readonly policies: readonly Policy[];
  readonly send: (command: Command, request: CommandRequest) => Promise<Outcome>;
  readonly pageSize?: number;
  /** Called wherever a crash could come in between. */
  readonly step?: () => Promise<void> | void;
  /** Whether to store the checkpoints all the time. */
  readonly saves?: boolean;
  /** Called while a checkpoint is on its way into the store. */
  readonly saving?: () => Promise<void>;
}

/** A process that runs policies, until it is stopped or dies. */
export class PolicyProcess {
  readonly logged: string[] = [];
  readonly alarms: PolicyAlarm[] = [];
  readonly runner: PolicyRunner;
  readonly #stop = new AbortController();
  readonly #waiters: { holds: (status: ConsumerStatus) => boolean; resolve: () => void }[] = [];
  #isDead = false;
  #running: Promise<void> = Promise.resolve();
  #saving: Promise<void> = Promise.resolve();

  constructor(private readonly around: Surroundings) {
    const log: Log = {
      reader: around.log,
      readModels: new Checkpoints(around.store, async () => {
        await this.#step();
        await around.saving?.();
      }),
      catalogue: samples,
      listener: {
        status: () => undefined,
        alarm: (alarm) => this.alarms.push(alarm),
        log: (level, message) => level === 'error' && this.logged.push(message),
      },
      pageSize: around.pageSize ?? 3,
      retryMs: 0,
      stopped: this.#stop.signal,
      moved: () => this.#moved(),
    };
    this.runner = new PolicyRunner(log, around.policies, async (command, request) => {
      await this.#step();
      const outcome = await around.send(command, request);
      this.#save();
      await this.#step(); // a crash here loses the answer, not the outcome
      return outcome;
    });
  }

  get status(): ConsumerStatus {
    return this.runner.status(0)[0] as ConsumerStatus;
  }

  async start(): Promise<void> {
    await this.runner.open(undefined);
    this.#running = this.runner.run();
  }

  until(holds: (status: ConsumerStatus) => boolean): Promise<void> {
    if (holds(this.status)) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ holds, resolve }));
  }

  /** Until everything in the log has had its effect. */
  settle(): Promise<void> {
    return this.until((status) => status.count >= this.around.log.events.length);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#saving;
    await this.runner.save();
  }

  /** Nothing of it reaches anybody any more; what the ledger had decided stays. */
  async kill(): Promise<void> {
    this.#isDead = true;
    this.#stop.abort();
    await this.#running;
    await this.#saving;
  }

  async #step(): Promise<void> {
    if (!this.#isDead) await this.around.step?.();
    if (this.#isDead) throw new LedgerUnavailable('the process is dead');
  }

  #save(): void {
    if (this.around.saves !== false) this.#saving = this.#saving.then(() => this.runner.save()).catch(() => undefined);
  }

  #moved(): void {
    this.#save();
    for (const waiter of this.#waiters) if (waiter.holds(this.status)) waiter.resolve();
  }
}
