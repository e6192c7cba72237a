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

/** Why personal data are read: a closed list, each with the roles that may name it. */
export const PURPOSES = {
  identification: { en: 'Identification', ar: 'التعرف على الطرف', roles: ['clerk', 'approver'] },
  collection: { en: 'Collection of a debt', ar: 'تحصيل مديونية', roles: ['clerk', 'approver'] },
  review: { en: 'Decision on a request', ar: 'البت في طلب', roles: ['clerk', 'approver'] },
  notice: { en: 'Serving a notice', ar: 'تبليغ إشعار', roles: ['clerk', 'approver'] },
  'legal-order': { en: 'Order of a court or an authority', ar: 'أمر قضائي أو رسمي', roles: ['approver', 'regulator'] },
  audit: { en: 'Audit', ar: 'مراجعة', roles: ['auditor', 'regulator'] },
  'own-access': { en: 'Access of the person', ar: 'اطلاع صاحب البيانات', roles: ['debtor', 'establishment'] },
} as const;
export type Purpose = keyof typeof PURPOSES;
export const PURPOSE_CODES = Object.keys(PURPOSES) as Purpose[];

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

/**
 * Recorded before it is answered, in a stream of the party's own; the envelope says who read, in which role and for whom.
 * `fields` are names, `all` where all that is kept of the person was asked for; refs name the debt that it was shown on.
 */
export const PersonalDataRead = defineEvent({
  type: 'parties.PersonalDataRead',
  schema: closed({ party: PartyText, fields: Type.Array(CodeText, { minItems: 1 }), purpose: CodeText }),
  en: 'Personal data read',
  ar: 'اطُّلع على بيانات شخصية',
  rule: 'E5 T5 PDPL',
});
export type PersonalDataRead = EventOf<typeof PersonalDataRead>;

export type PartyEvent = PartyRecorded | PartyCorrected;

/** Every type that this context stores, refusals and refused views included. */
export const partyEvents: readonly EventDefinition[] = [
  PartyRecorded,
  PartyCorrected,
  PersonalDataRead,
  ...rejections('parties', ['RecordParty', 'CorrectParty', 'ReadPersonalData']),
];
