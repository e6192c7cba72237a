import type { Decider } from '../../kernel/decider.js';
import type { ProofsCommand } from './commands.js';
import type { BalancesSigned } from './events.js';

/** How many events the last root counts. */
export type Signed = { readonly events: number };

/** Roots over all balances, one after the other: each counts more events than the one before. */
export const proofs: Decider<Signed, ProofsCommand, BalancesSigned> = {
  context: 'proofs',
  category: '_balances',
  initial: { events: 0 },
  evolve: (_, { data: { events } }) => ({ events }),
  decide: ({ data }, { events }) => (data.events > events ? [{ type: 'proofs.BalancesSigned', data, refs: {} }] : []),
  summary: ({ events }) => ({ state: events === 0 ? 'none' : 'signed' }),
};
