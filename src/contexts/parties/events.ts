/**
 * What can happen to a party (طرف): it is recorded and corrected, and its personal data are read. Personal values are in
 * the vault; events hold commitments to them, by the name of the field, and each stands in the evidence, too.
 */
import Type from 'typebox';
import { defineEvent, rejections, type EventDefinition, type EventOf } from '../../event-store/catalogue.js';
import { closed, CodeText, CommitmentText, PartyText } from '../../event-store/schemas.js';

const values = closed({
  identifier: Type.Optional(CommitmentText),
  name: Type.Optional(CommitmentText),
  mobile: Type.Optional(CommitmentText),
  email: Type.Optional(CommitmentText),
  address: Type.Optional(CommitmentText),
});

/** The first version; `kind` is individual, establishment or other. */
export const PartyRecorded = defineEvent({
  type: 'parties.PartyRecorded',
  schema: closed({ party: PartyText, kind: CodeText, values }),
  en: 'Party recorded',
  ar: 'سُجّل الطرف',
  rule: 'E5',
});
export type PartyRecorded = EventOf<typeof PartyRecorded>;

/** A version more: what is named is shown from now on, what is not stays; earlier versions stay for the history. */
export const PartyCorrected = defineEvent({
  type: 'parties.PartyCorrected',
  schema: closed({ version: Type.Integer({ minimum: 2 }), values, reason: CodeText }),
  en: 'Party corrected',
  ar: 'صُحّحت بيانات الطرف',
  rule: 'E5 PDPL',
});
export type PartyCorrected = EventOf<typeof PartyCorrected>;

export type PartyEvent = PartyRecorded | PartyCorrected;

/** Every type that this context stores, refusals and refused views included. */
export const partyEvents: readonly EventDefinition[] = [
  PartyRecorded,
  PartyCorrected,
  ...rejections('parties', ['RecordParty', 'CorrectParty']),
];
