import type { CommandContext, Decider } from '../../kernel/decider.js';
import type { PartyId } from '../../kernel/ids.js';
import { refuse, type Refusal } from '../../kernel/refusal.js';
import type { PartyCommand } from './commands.js';
import { decideErasure, evolveErasure } from './erasure.js';
import type { PartyEvent } from './events.js';
import { CONTACT_FIELDS, type PartyKind } from './identity.js';
import { PARTY_RULES as RULES } from './rules.js';
import type { Party, PartyState } from './state.js';

type Decision = readonly PartyEvent[] | Refusal;

export const party: Decider<PartyState, PartyCommand, PartyEvent> = {
  context: 'parties',
  category: 'party',
  initial: null,

  evolve(state, event) {
    if (event.type === 'parties.PartyRecorded') {
      const { party, kind, values } = event.data;
      const known = { party: party as PartyId, kind: kind as PartyKind, values, version: 1 };
      return { ...known, status: 'recorded', holds: new Map(), erasure: null };
    }
    if (state === null) throw new Error(`${event.stream} begins with ${event.type}`);
    if (event.type !== 'parties.PartyCorrected') return evolveErasure(state, event);
    const { version, values } = event.data;
    return { ...state, version, values: { ...state.values, ...values } };
  },

  decide(command, state, context) {
    if (command.type === 'RecordParty' && state === null) return [recorded(command.data)];
    if (state === null) return refuse(RULES.NOT_FOUND);
    switch (command.type) {
      case 'RecordParty':
        // The same identifier is the same party: what is known of it stays, and corrections have a command of their own.
        return state.status === 'recorded' ? [] : refuse(RULES.ERASED);
      case 'CorrectParty':
        return correct(command.data, state, context);
      default:
        return decideErasure(command, state, context);
    }
  },

  summary(state) {
    if (state === null) return { state: 'none' };
    const { status, party, kind, version, erasure } = state;
    return {
      state: status,
      party,
      kind,
      version: String(version),
      ...(erasure !== null && { request: erasure.request, dueBy: erasure.dueBy }),
    };
  },
};

const recorded = ({ party, kind, values }: Extract<PartyCommand, { type: 'RecordParty' }>['data']): PartyEvent => ({
  type: 'parties.PartyRecorded',
  data: { party, kind, values },
  refs: { party },
  evidence: Object.values(values),
});

function correct(
  { values, reason }: Extract<PartyCommand, { type: 'CorrectParty' }>['data'],
  { party, version, status }: Party,
  { actor }: CommandContext,
): Decision {
  if (actor.role === 'debtor' || actor.role === 'establishment') {
    if (actor.actingFor !== party) return refuse(RULES.NOT_ONESELF);
    const contact: readonly string[] = CONTACT_FIELDS;
    if (!Object.keys(values).every((field) => contact.includes(field))) {
      return refuse(RULES.CONTACT_ONLY, { accepted: contact.join(', ') });
    }
  }
  if (status !== 'recorded') return refuse(RULES.ERASED);
  const data = { version: version + 1, values, reason };
  return [{ type: 'parties.PartyCorrected', data, refs: { party }, evidence: Object.values(values) }];
}
