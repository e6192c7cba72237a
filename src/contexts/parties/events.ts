/**
 * What can happen to a party (طرف): it is recorded and corrected, its personal data are read, and they are destroyed. Personal values are in
 * the vault; events hold commitments to them, by the name of the field, and each stands in the evidence, too.
 */
import Type from 'typebox';
import { defineEvent, rejections, type EventDefinition, type EventOf } from '../../event-store/catalogue.js';
import { closed, CodeText, CommitmentText, DateText, PartyText, UuidText } from '../../event-store/schemas.js';
import { partyCommands } from './commands.js';

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

/** While a hold is in force nothing of the party is destroyed; it is named by this event. */
export const LegalHoldPlaced = defineEvent({
  type: 'parties.LegalHoldPlaced',
  schema: closed({ hold: UuidText, ground: CodeText }),
  en: 'Legal hold placed',
  ar: 'وُضع حجز نظامي',
  rule: 'ERASURE PDPL',
});
export type LegalHoldPlaced = EventOf<typeof LegalHoldPlaced>;

export const LegalHoldLifted = defineEvent({
  type: 'parties.LegalHoldLifted',
  schema: closed({ hold: UuidText, reason: CodeText }),
  en: 'Legal hold lifted',
  ar: 'رُفع الحجز النظامي',
  rule: 'ERASURE PDPL',
});
export type LegalHoldLifted = EventOf<typeof LegalHoldLifted>;

/** `dueBy`: the last day on which the law has it answered. */
export const ErasureRequested = defineEvent({
  type: 'parties.ErasureRequested',
  schema: closed({ request: UuidText, ground: CodeText, dueBy: DateText }),
  en: 'Erasure requested',
  ar: 'طُلب إتلاف البيانات',
  rule: 'ERASURE PDPL',
});
export type ErasureRequested = EventOf<typeof ErasureRequested>;

/** Nothing of the party is shown any more; what it has sealed is destroyed within a minute. */
export const ErasureApproved = defineEvent({
  type: 'parties.ErasureApproved',
  schema: closed({ request: UuidText }),
  en: 'Erasure approved',
  ar: 'اعتُمد إتلاف البيانات',
  rule: 'ERASURE E7 PDPL',
});
export type ErasureApproved = EventOf<typeof ErasureApproved>;

export const ErasureDeclined = defineEvent({
  type: 'parties.ErasureDeclined',
  schema: closed({ request: UuidText, reason: CodeText }),
  en: 'Erasure declined',
  ar: 'رُفض طلب إتلاف البيانات',
  rule: 'ERASURE PDPL',
});
export type ErasureDeclined = EventOf<typeof ErasureDeclined>;

export const ErasureWithdrawn = defineEvent({
  type: 'parties.ErasureWithdrawn',
  schema: closed({ request: UuidText }),
  en: 'Erasure withdrawn',
  ar: 'سُحب طلب إتلاف البيانات',
  rule: 'ERASURE',
});
export type ErasureWithdrawn = EventOf<typeof ErasureWithdrawn>;

/** Between the approval and the destruction something came to forbid it: `ground` is the code of the rule that does. */
export const ErasureStopped = defineEvent({
  type: 'parties.ErasureStopped',
  schema: closed({ request: UuidText, ground: CodeText, keptUntil: Type.Optional(DateText) }),
  en: 'Erasure stopped',
  ar: 'أُوقف إتلاف البيانات',
  rule: 'ERASURE PDPL',
});
export type ErasureStopped = EventOf<typeof ErasureStopped>;

/**
 * From here on nothing stops it, and a legal hold comes too late: the vault destroys now. Before this event a hold that was
 * acknowledged holds.
 */
export const ErasureStarted = defineEvent({
  type: 'parties.ErasureStarted',
  schema: closed({ request: UuidText }),
  en: 'Erasure started',
  ar: 'بدأ إتلاف البيانات',
  rule: 'ERASURE PDPL',
});
export type ErasureStarted = EventOf<typeof ErasureStarted>;

/** The key and all that it opened are destroyed. The last event of the party: whoever comes back is a new one. */
export const PartyErased = defineEvent({
  type: 'parties.PartyErased',
  schema: closed({ party: PartyText, request: UuidText }),
  en: 'Party erased',
  ar: 'أُتلفت بيانات الطرف',
  rule: 'ERASURE PDPL',
});
export type PartyErased = EventOf<typeof PartyErased>;

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

export type ErasureEvent =
  | LegalHoldPlaced
  | LegalHoldLifted
  | ErasureRequested
  | ErasureApproved
  | ErasureDeclined
  | ErasureWithdrawn
  | ErasureStopped
  | ErasureStarted
  | PartyErased;

export type PartyEvent = PartyRecorded | PartyCorrected | ErasureEvent;

/** Every type that this context stores, refusals and refused views included. */
export const partyEvents: readonly EventDefinition[] = [
  PartyRecorded,
  PartyCorrected,
  LegalHoldPlaced,
  LegalHoldLifted,
  ErasureRequested,
  ErasureApproved,
  ErasureDeclined,
  ErasureWithdrawn,
  ErasureStopped,
  ErasureStarted,
  PartyErased,
  PersonalDataRead,
  ...rejections('parties', [...partyCommands, 'ReadPersonalData']),
];
