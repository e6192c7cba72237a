import { setTimeout as wait } from 'node:timers/promises';
import type { Issued } from '../../src/kernel/decider.js';
import type { ActorId, Uuid } from '../../src/kernel/ids.js';
import { PreconditionFailed, LedgerUnavailable, type Outcome } from '../../src/ledger/outcome.js';
import type { Sender } from './actors.js';
import { issue } from './commands.js';
import type { Answer, Figures, Step, Target } from './target.js';

/** What the import needs of a ledger in its own process. */
export interface LocalLedger {
  /** The one door for commands. */
  execute(command: Issued<string, unknown>): Promise<Outcome>;
  /** The pseudonym under which the ledger knows a sender. */
  pseudonym(subject: string): Promise<ActorId>;
  /** Whether the debt can be paid: what the door of receipts asks too. */
  isRegistered(debt: Uuid): Promise<boolean>;
  drain(): Promise<void>;
  figures(): Promise<Figures>;
  close(): Promise<void>;
}

/** How long a policy, or the store, may take, in milliseconds. */
const PATIENCE_MS = 120_000;

export class InProcessTarget implements Target {
  constructor(private readonly ledger: LocalLedger) {}

  async send(step: Step): Promise<Answer> {
    const { command, sender } = step;
    const match =
      command.kind === 'receipt' && (await this.ledger.isRegistered(command.debt.id))
        ? { debt: command.debt.id }
        : null;
    const issued = issue(step, { ...(await this.#actor(sender)) }, match);
    const deadline = Date.now() + PATIENCE_MS;
    for (let pause = 4; ; pause = Math.min(pause * 2, 250)) {
      try {
        return answer(await this.ledger.execute(issued));
      } catch (error) {
        if (!mayPass(error, issued) || Date.now() > deadline) throw error;
      }
      await wait(pause);
    }
  }

  async #actor({ sub, roles, party }: Sender) {
    const id = await this.ledger.pseudonym(sub);
    return { id, role: roles[0] ?? 'importer', actingFor: party, client: 'road-fines' } as const;
  }

  drain(): Promise<void> {
    return this.ledger.drain();
  }

  figures(): Promise<Figures> {
    return this.ledger.figures();
  }

  close(): Promise<void> {
    return this.ledger.close();
  }
}

/** A debt that is not yet where the step expects it: a policy is carrying a receipt to it. */
const mayPass = (error: unknown, { request }: Issued<string, unknown>): boolean =>
  error instanceof LedgerUnavailable ||
  (error instanceof PreconditionFailed &&
    typeof request.expectedRevision === 'bigint' &&
    BigInt(error.actualRevision) < request.expectedRevision);

function answer(outcome: Outcome): Answer {
  if (outcome.kind === 'refused') return { kind: 'refused', code: outcome.code };
  const { id, revision, event, state } = outcome;
  if (event === undefined) throw new Error(`a command on ${id} changed nothing`);
  return { kind: 'accepted', id, revision, event: event.id, state: state.state };
}
