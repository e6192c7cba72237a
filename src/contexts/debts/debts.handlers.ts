import { commandHandlers, type CommandClass } from '../../ledger/command-handlers.js';
import {
  ApplyReceipt,
  ApproveRequest,
  DeclineRequest,
  DiscardDraft,
  DraftDebt,
  EditDraft,
  GiveBack,
  RecordProceeding,
  RegisterDebt,
  RequestCancellation,
  RequestPayment,
  RequestUpdate,
  ReverseReceipt,
  WithdrawRequest,
} from './commands.js';
import { debt } from './debt.js';

/** Every command of a debt, for the CommandRegistry too. */
export const debtCommandClasses: readonly CommandClass[] = [
  DraftDebt,
  EditDraft,
  DiscardDraft,
  RegisterDebt,
  RequestUpdate,
  RequestPayment,
  RequestCancellation,
  ApproveRequest,
  DeclineRequest,
  WithdrawRequest,
  ApplyReceipt,
  ReverseReceipt,
  GiveBack,
  RecordProceeding,
];

export const debtHandlers = commandHandlers(debt, debtCommandClasses);
