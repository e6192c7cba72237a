import { commandHandlers, type CommandClass } from '../../ledger/command-handlers.js';
import {
  ApproveErasure,
  CompleteErasure,
  ConfirmErasure,
  CorrectParty,
  DeclineErasure,
  LiftHold,
  PlaceHold,
  RecordParty,
  RequestErasure,
  WithdrawErasure,
} from './commands.js';
import { party } from './party.js';

/** For the CommandRegistry too: the clock sends the last two. */
export const partyCommandClasses: readonly CommandClass[] = [
  RecordParty,
  CorrectParty,
  PlaceHold,
  LiftHold,
  RequestErasure,
  ApproveErasure,
  DeclineErasure,
  WithdrawErasure,
  ConfirmErasure,
  CompleteErasure,
];

export const partyHandlers = commandHandlers(party, partyCommandClasses);
