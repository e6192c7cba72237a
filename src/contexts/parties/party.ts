import type { CommandContext, Decider } from '../../kernel/decider.js';
import type { PartyId } from '../../kernel/ids.js';
import { refuse, type Refusal } from '../../kernel/refusal.js';
import type { PartyCommand, Values } from './commands.js';
import type { PartyEvent } from './events.js';
import { CONTACT_FIELDS, type PartyKind } from './identity.js';
import { PARTY_RULES as RULES } from './rules.js';

/** Whom the ledger knows by a pseudonym; null until it is recorded. */
export type PartyState = Party | null;

export interface Party {
  readonly status: 'recorded';
  readonly party: PartyId;
  readonly kind: PartyKind;
  /** The newest of each field. */
  readonly values: Values;
  /** 1, and one more for each correction. */
  readonly version: number;
}

type Decision = readonly PartyEvent[] | Refusal;

export const party: Decider<PartyState, PartyCommand, PartyEvent> = {
  context: 'parties',
  category: 'party',
  initial: null,

  evolve(state, event) {
    if (event.type === 'parties.PartyRecorded') {
      const { party, kind, values } = event.data;
      return { status: 'recorded', party: party as PartyId, kind: kind as PartyKind, values, version: 1 };
    }
    if (state === null) throw new Error(`${event.stream} begins with ${event.type}`);
    const { version, values } = event.data;
    return { ...state, version, values: { ...state.values, ...values } };
  },

  decide(command, state, context) {
    switch (command.type) {
      case 'RecordParty':
        // The same identifier is the same party: what is known of it stays, and corrections have a command of their own.
        return state === null ? [recorded(command.data)] : [];
      case 'CorrectParty':
        return state === null ? refuse(RULES.NOT_FOUND) : correct(command.data, state, context);
    }
  },

  summary: (state) =>
    state === null
      ? { state: 'none' }
      : { state: state.status, party: state.party, kind: state.kind, version: String(state.version) },
};

const recorded = ({ party, kind, values }: Extract<PartyCommand, { type: 'RecordParty' }>['data']): PartyEvent => ({
  type: 'parties.PartyRecorded',
  data: { party, kind, values },
  refs: { party },
  evidence: Object.values(values),
});

function correct(
  { values, reason }: Extract<PartyCommand, { type: 'CorrectParty' }>['data'],
  { party, version }: Party,
  { actor }: CommandContext,
): Decision {
  if (isOwn(actor.role)) {
    if (actor.actingFor !== party) return refuse(RULES.NOT_ONESELF);
    const contact: readonly string[] = CONTACT_FIELDS;
    if (!Object.keys(values).every((field) => contact.includes(field))) {
      return refuse(RULES.CONTACT_ONLY, { accepted: contact.join(', ') });
    }
  }
  const data = { version: version + 1, values, reason };
  return [{ type: 'parties.PartyCorrected', data, refs: { party }, evidence: Object.values(values) }];
}

/** Whether the actor is a party that acts for itself. */
const isOwn = (role: string): boolean => role === 'debtor' || role === 'establishment';
