import { commandHandlers, type CommandClass } from '../../ledger/command-handlers.js';
import {
  ApplyReceipt,
  ApproveRequest,
  DeclineRequest,
  DefaultPlan,
  DiscardDraft,
  DraftDebt,
  EditDraft,
  GiveBack,
  MissInstalment,
  RecordProceeding,
  RegisterDebt,
  RequestCancellation,
  RequestExemption,
  RequestInstalments,
  RequestPayment,
  RequestUpdate,
  ReverseReceipt,
  ServeNotice,
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
  RequestExemption,
  RequestInstalments,
  ApproveRequest,
  DeclineRequest,
  WithdrawRequest,
  ApplyReceipt,
  ReverseReceipt,
  GiveBack,
  MissInstalment,
  ServeNotice,
  DefaultPlan,
  RecordProceeding,
];

export const debtHandlers = commandHandlers(debt, debtCommandClasses);
