import { FIRST_DAY } from '../../src/kernel/calendar.js';
import type { ReadModelReader } from '../../src/read-models/read-models.js';
import type { PartyLines } from '../party-lines.js';
import { linesOf } from './ledger.js';
import { partyDays } from './keys.js';

export const partyLines =
  (models: ReadModelReader): PartyLines =>
  (party, to, sequence) =>
    linesOf(models, partyDays(party), { from: FIRST_DAY, to, sequence });
