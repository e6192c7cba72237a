import Type from 'typebox';
import { Catalogue, defineEvent, rejections, type EventOf } from '../../src/event-store/catalogue.js';
import { closed } from '../../src/event-store/schemas.js';
import { Issued, type CommandOf, type Decider } from '../../src/kernel/decider.js';
import type { Entry } from '../../src/kernel/entries.js';
import type { CommandId, PartyId } from '../../src/kernel/ids.js';
import { refuse, type Rule } from '../../src/kernel/refusal.js';
import { ledgerEvents } from '../../src/ledger/events.js';
import { party } from '../given.js';

/*
 * The smallest aggregate that can do everything that the ledger has to handle: a number that goes up and down.
 */

const TallyAdded = defineEvent({
  type: 'tallies.TallyAdded',
  schema: closed({ by: Type.Integer(), total: Type.Integer() }),
  en: 'Added',
  ar: 'أُضيف',
  rule: 'test',
});
const TallyPosted = defineEvent({
  type: 'tallies.TallyPosted',
  schema: closed({ amount: Type.String() }),
  en: 'Posted',
  ar: 'رُحّل',
  rule: 'test',
});
type TallyEvent = EventOf<typeof TallyAdded> | EventOf<typeof TallyPosted>;

/** Adds `by` in `steps` events; below zero is refused, nothing to add is accepted without an event. */
export class Add extends Issued<'Add', { readonly by: number; readonly steps?: number }> {
  readonly type = 'Add';
}
/** Asks for the answer that an earlier command got. */
export class Again extends Issued<'Again', { readonly of: CommandId }> {
  readonly type = 'Again';
}
/** Moves money, by entries that the test may have spoilt. */
export class Post extends Issued<'Post', { readonly amount: string; readonly entries: readonly Entry[] }> {
  readonly type = 'Post';
}
/** Makes an event that its schema does not allow. */
export class Spoil extends Issued<'Spoil', { readonly with: unknown }> {
  readonly type = 'Spoil';
}
/** By somebody to whom the tally does not exist. */
export class Peek extends Issued<'Peek', Record<string, never>> {
  readonly type = 'Peek';
}
type TallyCommand = CommandOf<Add> | CommandOf<Again> | CommandOf<Post> | CommandOf<Spoil> | CommandOf<Peek>;

export const BELOW_ZERO: Rule = {
  code: 'BELOW_ZERO',
  rule: 'test',
  version: 3,
  kind: 'state',
  en: 'It is {total}, and may not fall below zero.',
  ar: 'المجموع {total} ولا يجوز أن يقل عن الصفر.',
};

const HIDDEN: Rule = { code: 'HIDDEN', rule: 'test', version: 1, kind: 'hidden', en: 'There is none.', ar: 'لا يوجد.' };

interface Tally {
  readonly total: number;
  readonly events: number;
}

export const tally: Decider<Tally, TallyCommand, TallyEvent> = {
  context: 'tallies',
  category: 'tally',
  initial: { total: 0, events: 0 },

  evolve(state, event) {
    // By what was added, not by the total that the event names: a fold that leaves one out is wrong for ever.
    const total = event.type === 'tallies.TallyAdded' ? state.total + event.data.by : state.total;
    return { total, events: state.events + 1 };
  },

  decide(command, state) {
    switch (command.type) {
      case 'Add': {
        const { by, steps = 1 } = command.data;
        if (by === 0) return [];
        if (state.total + by * steps < 0) return refuse(BELOW_ZERO, { total: state.total });
        return Array.from({ length: steps }, (_, i) => ({
          type: 'tallies.TallyAdded',
          data: { by, total: state.total + by * (i + 1) },
          refs: {},
        }));
      }
      case 'Again':
        return { earlier: command.data.of };
      case 'Post':
        return [
          {
            type: 'tallies.TallyPosted',
            data: { amount: command.data.amount },
            refs: {},
            entries: command.data.entries,
          },
        ];
      case 'Peek':
        return refuse(HIDDEN);
      case 'Spoil':
        return [{ type: 'tallies.TallyAdded', data: command.data.with as { by: number; total: number }, refs: {} }];
    }
  },

  summary: ({ total }) => ({ state: String(total) }),
};

export const catalogue = new Catalogue([
  ...ledgerEvents,
  TallyAdded,
  TallyPosted,
  ...rejections('tallies', ['Add', 'Again', 'Post', 'Spoil', 'Peek', 'View']),
]);

export const ENTITY: PartyId = party('entity');
