import Type from 'typebox';
import { defineEvent, type EventOf } from '../../event-store/catalogue.js';
import { closed } from '../../event-store/schemas.js';

/**
 * The root over all balances as of a sequence was signed. Bookkeeping: it stands in a stream that has no place in the
 * public sequence, since it follows from it.
 */
export const BalancesSigned = defineEvent({
  type: 'proofs.BalancesSigned',
  schema: closed({
    /** Of the events that count: all before this sequence. */
    events: Type.Integer({ minimum: 1 }),
    /** Accounts that hold something. */
    lines: Type.Integer({ minimum: 0 }),
    /** Base64. */
    root: Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$' }),
    /** C2SP signed-note. */
    note: Type.String({ minLength: 1, maxLength: 4_000 }),
  }),
  en: 'Balances signed',
  ar: 'وُقّعت الأرصدة',
  rule: 'Leaf',
});
export type BalancesSigned = EventOf<typeof BalancesSigned>;

export const proofEvents = [BalancesSigned];
