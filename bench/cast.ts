import { NAMESPACE, uuid5, type PartyId } from '../src/kernel/ids.js';

/** Debts belong to these in turn. */
export const CREDITORS: readonly PartyId[] = Array.from(
  { length: 17 },
  (_, n) => `party_${uuid5(NAMESPACE.aggregate, 'bench creditor', n)}` as PartyId,
);
