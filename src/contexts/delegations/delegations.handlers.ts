import { commandHandlers, type CommandClass } from '../../ledger/command-handlers.js';
import { ApproveDelegation, RegisterDelegation, RevokeDelegation } from './commands.js';
import { delegation } from './delegation.js';

const commands: readonly CommandClass[] = [RegisterDelegation, ApproveDelegation, RevokeDelegation];

export const delegationHandlers = commandHandlers(delegation, commands);
