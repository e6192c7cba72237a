import { setTimeout as wait } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import type { Logger } from 'pino';
import { CommandsModule, serveCommands, tariffOf } from '../../src/commands.module.js';
import type { Configuration } from '../../src/config/configuration.js';
import { conflictAsRefusal } from '../../src/contexts/billing/receipt-conflict.js';
import { ReceiptTargets } from '../../src/contexts/billing/targets.js';
import { DEVELOPMENT_ISSUER } from '../../src/http/auth/development.js';
import { senderOf } from '../../src/http/auth/tokens.js';
import { nestLogger } from '../../src/http/logger.js';
import { optimiseLater } from '../../src/helper-threads.js';
import { openInstance, type Instance } from '../../src/instance.js';
import type { Issued } from '../../src/kernel/decider.js';
import type { Actor } from '../../src/kernel/envelope.js';
import { StoreOwned } from '../../src/event-store/sqlite/sqlite-event-store.js';
import type { Uuid } from '../../src/kernel/ids.js';
import { PreconditionFailed, LedgerUnavailable, type Outcome } from '../../src/ledger/outcome.js';
import { BoundedCache } from '../../src/kernel/bounded-cache.js';
import { MUNICIPALITY, type Sender } from './actors.js';
import { Carried } from './carried.js';
import { issue, type Known } from './commands.js';
import { figuresIn } from './in-process-figures.js';
import type { Answer, Figures, Step, Target } from './target.js';

/** How long a policy, or the store, may take, in milliseconds. */
const PATIENCE_MS = 120_000;
/** The officers and clerks; of the debtors, each is asked for twice at most. */
const MOST_ACTORS = 1_000;
/** How often a wait for the policies looks whether one has failed. */
const LOOK_MS = 500;

/** The ledger of `SIJILL_DATA` in this process, with its policies and projections: a server without its port. */
export class InProcessTarget implements Target {
  readonly #actors = new BoundedCache<string, Known>(MOST_ACTORS);

  private constructor(
    readonly instance: Instance,
    private readonly app: INestApplicationContext,
    private readonly bus: CommandBus,
    private readonly targets: ReceiptTargets,
    private readonly carried: Carried,
  ) {}

  /**
   * @param feedThread where the feed's script is, if not beside the instance's
   * @throws Error saying what to do where a server has the directory; what `openInstance` throws
   */
  static async open(configuration: Configuration, logger: Logger, feedThread?: URL): Promise<InProcessTarget> {
    optimiseLater(); // thirteen years are to stay below 512 MiB
    const carried = new Carried();
    const around = { onOutcome: carried.onOutcome, isBulk: true };
    const instance = await openInstance(configuration, logger, around, feedThread).catch((error: unknown) => {
      if (!(error instanceof StoreOwned)) throw error;
      const server = 'import into it with --to URL (its address), or stop it first';
      throw new Error(`a running server or import has the ledger in ${configuration.data}: ${server}`, {
        cause: error,
      });
    });
    try {
      const module = CommandsModule.under(tariffOf(configuration), instance);
      const own = { logger: nestLogger(logger), abortOnError: false };
      const app = await NestFactory.createApplicationContext(module, own);
      serveCommands(instance, app);
      const [bus, targets] = [app.get(CommandBus, { strict: false }), app.get(ReceiptTargets, { strict: false })];
      return new InProcessTarget(instance, app, bus, targets, carried);
    } catch (error) {
      await instance.close(); // its threads would keep the process alive
      throw error;
    }
  }

  async send(step: Step): Promise<Answer> {
    const { command } = step;
    if (command.kind === 'receipt') {
      const { id } = command.debt;
      const match = (await this.targets.isPayable({ debt: id }, MUNICIPALITY, 'EUR')) ? { debt: id } : null;
      const outcome = conflictAsRefusal(await this.#execute(step, match));
      if (match !== null && outcome.kind === 'accepted' && !outcome.repeated) {
        this.carried.expect(id, command.debt.revision + 1);
      }
      return answer(outcome);
    }
    if ('debt' in command) await this.carried.arrival(command.debt.id, PATIENCE_MS);
    return answer(await this.#execute(step, null));
  }

  /** As a token is verified once and kept (DESIGN.md, The edge). */
  async #known({ sub, roles, party }: Sender): Promise<Known> {
    let known = this.#actors.get(sub);
    if (known === undefined) {
      const id = await this.instance.vault.pseudonym('actor', JSON.stringify([DEVELOPMENT_ISSUER, sub]));
      const actor: Actor = { id, role: roles[0] ?? 'importer', actingFor: party, client: 'road-fines' };
      known = { actor, sender: senderOf(this.instance.vault, id) };
      this.#actors.set(sub, known);
    }
    return known;
  }

  /** As often as it takes: after a restart, a policy may still be carrying receipts of the time before. */
  async #execute(step: Step, match: { readonly debt: Uuid } | null): Promise<Outcome> {
    const command = issue(step, await this.#known(step.sender), match, this.instance.vault);
    const deadline = Date.now() + PATIENCE_MS;
    for (let pause = 4; ; pause = Math.min(pause * 2, 250)) {
      try {
        return await this.bus.execute<typeof command, Outcome>(command);
      } catch (error) {
        if (!mayPass(error, command) || Date.now() > deadline) throw error;
      }
      await wait(pause);
    }
  }

  async drain(): Promise<void> {
    const { feed } = this.instance;
    const drained = feed.drain().then(() => true);
    while (!(await Promise.race([drained, wait(LOOK_MS, false)]))) await this.#assertWell();
    await this.#assertWell();
  }

  /** A policy whose command did not go through would be waited for for ever. */
  async #assertWell(): Promise<void> {
    const { feed } = this.instance;
    const stopped = (await feed.current()).consumers.filter(({ state }) => state === 'stopped');
    if (stopped.length > 0) throw new Error(stopped.map(({ name, error }) => `${name} stopped: ${error}`).join('\n'));
    if (feed.alarms > 0) throw new Error(`${feed.alarms} commands of policies did not go through: see the log`);
  }

  figures(): Promise<Figures> {
    return figuresIn(this.instance.readModels);
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.instance.close();
  }
}

/** A debt that is not yet where the step expects it, or a store that does not answer now. */
const mayPass = (error: unknown, { request }: Issued<string, unknown>): boolean =>
  error instanceof LedgerUnavailable ||
  (error instanceof PreconditionFailed &&
    typeof request.expectedRevision === 'bigint' &&
    BigInt(error.actualRevision) < request.expectedRevision);

function answer(outcome: Outcome): Answer {
  if (outcome.kind === 'refused') return { kind: 'refused', code: outcome.code, event: outcome.attempt };
  const { id, revision, event, state } = outcome;
  if (event === undefined) throw new Error(`a command on ${id} changed nothing`);
  return { kind: 'accepted', id, revision, event: event.id, state: state.state };
}
