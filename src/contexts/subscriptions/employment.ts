import type { Decider } from '../../kernel/decider.js';
import { employmentId, type Uuid } from '../../kernel/ids.js';
import { refuse } from '../../kernel/refusal.js';
import type { EmploymentCommand } from './commands.js';
import type { ResignationRecorded } from './events.js';
import { SUBSCRIPTION_RULES as RULES } from './rules.js';

/** The last resignation of a user from an establishment; null: none. */
export type EmploymentState = { readonly resignedOn: string } | null;

const OPEN: readonly string[] = ['pendingPayment', 'active'];

/**
 * An employee's resignation cancels the establishment's subscriptions of that user (domain.md Q8): it is recorded with
 * those that it ends, and a policy does the rest. It is refused where there is none to end, by the rules of the table.
 */
export const employment: Decider<EmploymentState, EmploymentCommand, ResignationRecorded> = {
  context: 'subscriptions',
  category: 'employment',
  initial: null,
  evolve: (_, { data }) => ({ resignedOn: data.on }),

  decide({ target, data }, _, { actor, today }) {
    const { establishment, user, on, found } = data;
    if (target !== employmentId(establishment, user)) throw new Error(`${target} is not the employment's id`);
    if (actor.actingFor !== establishment || found.length === 0) return refuse(RULES.NOT_FOUND);
    const employed = found.filter(({ relation }) => relation === 'employee');
    if (employed.length === 0) return refuse(RULES.NOT_EMPLOYEE, { relation: found[0]?.relation ?? '' });
    if (on > today) return refuse(RULES.FUTURE_DATE, { field: 'on', date: on, today });
    const open = employed.filter(({ state }) => OPEN.includes(state));
    if (open.length === 0) {
      const ended = employed.find(({ state }) => state !== 'cancelled');
      return ended === undefined ? refuse(RULES.ALREADY_CANCELLED) : refuse(RULES.ENDED, { state: ended.state });
    }
    const subscriptions = open.map(({ subscription }): Uuid => subscription);
    return [
      {
        type: 'subscriptions.ResignationRecorded',
        data: { establishment, user, on, subscriptions },
        refs: { establishment, user },
      },
    ];
  },

  summary: (state) => ({ state: state === null ? 'none' : 'resigned' }),
};
