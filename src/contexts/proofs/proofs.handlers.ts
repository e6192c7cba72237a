import { commandHandlers, type CommandClass } from '../../ledger/command-handlers.js';
import { RecordBalances } from './commands.js';
import { proofs } from './proofs.js';

/** The feed's thread alone sends it. */
export const proofCommandClasses: readonly CommandClass[] = [RecordBalances];

export const proofHandlers = commandHandlers(proofs, proofCommandClasses);
