import { commandHandlers, type CommandClass } from '../../ledger/command-handlers.js';
import { balance } from './balance.js';
import { CreditBalance, ReverseCredit } from './commands.js';

/** Every command of a balance, for the CommandRegistry too. Policies alone send them. */
export const balanceCommandClasses: readonly CommandClass[] = [CreditBalance, ReverseCredit];

export const balanceHandlers = commandHandlers(balance, balanceCommandClasses);
