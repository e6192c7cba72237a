import { commandHandlers, type CommandClass } from '../../ledger/command-handlers.js';
import { books } from './books.js';
import {
  ApproveClosing,
  ApproveCorrection,
  ClosePeriod,
  CloseYear,
  DeclineClosing,
  DeclineCorrection,
  RequestClosing,
  RequestCorrection,
  WithdrawClosing,
  WithdrawCorrection,
} from './commands.js';
import { correction } from './correction.js';

/** For the CommandRegistry too: the clock sends the last two. */
export const closingCommandClasses: readonly CommandClass[] = [
  RequestClosing,
  ApproveClosing,
  DeclineClosing,
  WithdrawClosing,
  ClosePeriod,
  CloseYear,
];

const correctionCommandClasses: readonly CommandClass[] = [
  RequestCorrection,
  ApproveCorrection,
  DeclineCorrection,
  WithdrawCorrection,
];

export const periodHandlers = [
  ...commandHandlers(books, closingCommandClasses),
  ...commandHandlers(correction, correctionCommandClasses),
];
