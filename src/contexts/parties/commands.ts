import { Issued, type CommandOf } from '../../kernel/decider.js';
import type { PartyId } from '../../kernel/ids.js';
import type { PartyKind, PersonalField } from './identity.js';

/* A party's target is its pseudonym's UUID. */

/** Commitments to sealed values. */
export type Values = Readonly<Partial<Record<PersonalField, string>>>;

export class RecordParty extends Issued<
  'RecordParty',
  { readonly party: PartyId; readonly kind: PartyKind; readonly values: Values }
> {
  readonly type = 'RecordParty';
}

export class CorrectParty extends Issued<
  'CorrectParty',
  { readonly party: PartyId; readonly values: Values; readonly reason: string }
> {
  readonly type = 'CorrectParty';
}

/** Every command that a party knows, as plain data. */
export type PartyCommand = CommandOf<RecordParty | CorrectParty>;
