import { Inject, type Type } from '@nestjs/common';
import { CommandHandler } from '@nestjs/cqrs';
import type { Command, CommandRequest, Decider, Issued } from '../kernel/decider.js';
import type { NewEvent } from '../kernel/envelope.js';
import type { Uuid } from '../kernel/ids.js';
import { Ledger } from './ledger.js';
import type { Outcome } from './outcome.js';

/** The class of a command, by which the CommandBus finds the handler. */
// oxlint-disable-next-line typescript/no-explicit-any -- each class fixes its own data; a list of them cannot
export type CommandClass = new (target: Uuid, data: any, request: CommandRequest) => Issued<string, unknown>;

/** One handler for each command of a context, each a single line: `ledger.execute(decider, command)`. */
export const commandHandlers = <S, C extends Command, E extends NewEvent>(
  decider: Decider<S, C, E>,
  commands: readonly CommandClass[],
): Type[] =>
  commands.map((command) => {
    @CommandHandler(command)
    class Handler {
      constructor(@Inject(Ledger) private readonly ledger: Ledger) {}

      execute(issued: Issued<string, unknown>): Promise<Outcome> {
        return this.ledger.execute(decider, issued as C & Issued<string, unknown>);
      }
    }
    Object.defineProperty(Handler, 'name', { value: `${command.name}Handler` });
    return Handler;
  });

/** Gives commands that travelled as plain data (from a policy, a job, another thread) their class back. */
export class CommandRegistry {
  readonly #classes: ReadonlyMap<string, CommandClass>;

  /** @param classes by name; a class is called like its command's type */
  constructor(classes: readonly CommandClass[]) {
    this.#classes = new Map(classes.map((each) => [each.name, each]));
    if (this.#classes.size !== classes.length) throw new Error('two commands share a name');
  }

  issue(command: Command, request: CommandRequest): Issued<string, unknown> {
    const found = this.#classes.get(command.type);
    if (found === undefined) throw new Error(`no command is called ${command.type}`);
    return new found(command.target, command.data, request);
  }
}
