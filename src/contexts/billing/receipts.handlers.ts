import { commandHandlers, type CommandClass } from '../../ledger/command-handlers.js';
import { MatchReceipt, RecordReceipt, ReverseRecordedReceipt } from './commands.js';
import { receipt } from './receipt.js';

/** Every command of a receipt, for the CommandRegistry too. */
export const receiptCommandClasses: readonly CommandClass[] = [RecordReceipt, MatchReceipt, ReverseRecordedReceipt];

export const receiptHandlers = commandHandlers(receipt, receiptCommandClasses);
