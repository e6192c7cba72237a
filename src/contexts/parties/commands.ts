import { Issued, type CommandOf } from '../../kernel/decider.js';
import type { EventId, PartyId, Uuid } from '../../kernel/ids.js';
import type { Duties } from './duties.js';
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

/** Keeps the data from being destroyed; named by its event. */
export class PlaceHold extends Issued<'PlaceHold', { readonly ground: string }> {
  readonly type = 'PlaceHold';
}

export class LiftHold extends Issued<'LiftHold', { readonly hold: EventId; readonly reason: string }> {
  readonly type = 'LiftHold';
}

/* An erasure is named by the event that asked for it. */

export class RequestErasure extends Issued<
  'RequestErasure',
  {
    readonly ground: string;
    /** Within which it is to be answered. */
    readonly answerDays: number;
    readonly duties: Duties;
  }
> {
  readonly type = 'RequestErasure';
}

export class ApproveErasure extends Issued<'ApproveErasure', { readonly request: EventId; readonly duties: Duties }> {
  readonly type = 'ApproveErasure';
}

export class DeclineErasure extends Issued<'DeclineErasure', { readonly request: EventId; readonly reason: string }> {
  readonly type = 'DeclineErasure';
}

export class WithdrawErasure extends Issued<'WithdrawErasure', { readonly request: EventId }> {
  readonly type = 'WithdrawErasure';
}

/** Sent by the clock, just before the data are destroyed: it starts, unless something has come to forbid it. */
export class ConfirmErasure extends Issued<'ConfirmErasure', { readonly request: EventId; readonly duties: Duties }> {
  readonly type = 'ConfirmErasure';
}

/** Sent by the clock: the vault has destroyed the key and what it opened. */
export class CompleteErasure extends Issued<'CompleteErasure', { readonly request: EventId }> {
  readonly type = 'CompleteErasure';
}

export type ErasureCommand = CommandOf<
  | PlaceHold
  | LiftHold
  | RequestErasure
  | ApproveErasure
  | DeclineErasure
  | WithdrawErasure
  | ConfirmErasure
  | CompleteErasure
>;

/** Every command that a party knows, as plain data. */
export type PartyCommand = CommandOf<RecordParty | CorrectParty> | ErasureCommand;

/** Their names: a refusal of each has a stored type of its own. */
export const partyCommands: readonly PartyCommand['type'][] = [
  'RecordParty',
  'CorrectParty',
  'PlaceHold',
  'LiftHold',
  'RequestErasure',
  'ApproveErasure',
  'DeclineErasure',
  'WithdrawErasure',
  'ConfirmErasure',
  'CompleteErasure',
];

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
