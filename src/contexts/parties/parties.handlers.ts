import { commandHandlers, type CommandClass } from '../../ledger/command-handlers.js';
import { CorrectParty, RecordParty } from './commands.js';
import { party } from './party.js';

const commands: readonly CommandClass[] = [RecordParty, CorrectParty];

export const partyHandlers = commandHandlers(party, commands);
