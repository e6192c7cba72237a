import { Issued, type CommandOf } from '../../kernel/decider.js';
import type { PartyId, Uuid } from '../../kernel/ids.js';
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

/* The readings of a party's personal data: the same target, in a stream beside the party's own. */

export class ReadPersonalData extends Issued<
  'ReadPersonalData',
  {
    readonly party: PartyId;
    readonly fields: readonly string[];
    readonly purpose: string;
    /** That the data are shown on. */
    readonly debt?: Uuid;
  }
> {
  readonly type = 'ReadPersonalData';
}

export type ReadingCommand = CommandOf<ReadPersonalData>;
