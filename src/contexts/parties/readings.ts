import type { Decider } from '../../kernel/decider.js';
import type { ReadingCommand } from './commands.js';
import type { PersonalDataRead } from './events.js';

/**
 * Who read a party's personal data. A stream of its own: readings do not wait for the party's commands, nor change the
 * revision that somebody decides on; and its revisions have no gap, so that the party sees that none is left out.
 */
export const readings: Decider<number, ReadingCommand, PersonalDataRead> = {
  context: 'parties',
  category: 'access',
  initial: 0,
  evolve: (count) => count + 1,
  decide({ data: { party, fields, purpose, debt } }) {
    return [
      {
        type: 'parties.PersonalDataRead',
        data: { party, fields: [...fields], purpose },
        refs: { party, ...(debt !== undefined && { debt }) },
      },
    ];
  },
  summary: () => ({ state: 'read' }),
};
