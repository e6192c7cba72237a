import { PURPOSES, type PartyEvent, type PersonalDataRead, type Purpose } from '../../src/contexts/parties/events.js';
import type { Tellings } from './telling.js';
import { AR, EN } from './words.js';

export const parties: Tellings<PartyEvent | PersonalDataRead> = {
  'parties.PartyRecorded': {
    kind: 'record',
    tell: ({ data: { kind } }) => ({
      en: `${EN.code(kind)} was recorded as a party`,
      ar: `سُجّل طرف: ${AR.code(kind)}`,
    }),
  },
  'parties.PersonalDataRead': {
    kind: 'record',
    tell: ({ data: { purpose } }) => {
      const named = PURPOSES[purpose as Purpose] ?? { en: EN.code(purpose), ar: AR.code(purpose) };
      return {
        en: `personal data of the party were read for this purpose: ${named.en.toLowerCase()}`,
        ar: `اطُّلع على بيانات شخصية للطرف لغرض: ${named.ar}`,
      };
    },
  },
  'parties.LegalHoldPlaced': {
    kind: 'decision',
    tell: ({ data: { ground } }) => ({
      en: `a legal hold was placed on the data of the party because of ${EN.code(ground)}`,
      ar: `وُضع حجز نظامي على بيانات الطرف بسبب ${AR.code(ground)}`,
    }),
  },
  'parties.LegalHoldLifted': {
    kind: 'decision',
    tell: ({ data: { reason } }) => ({
      en: `a legal hold on the data of the party was lifted because of ${EN.code(reason)}`,
      ar: `رُفع حجز نظامي عن بيانات الطرف بسبب ${AR.code(reason)}`,
    }),
  },
  'parties.ErasureRequested': {
    kind: 'request',
    tell: ({ data: { ground, dueBy } }) => ({
      en: `destruction of the data of the party was requested because of ${EN.code(ground)}, to be answered by ${EN.day(dueBy)}`,
      ar: `طُلب إتلاف بيانات الطرف بسبب ${AR.code(ground)}، على أن يُجاب عنه حتى ${AR.day(dueBy)}`,
    }),
  },
  'parties.ErasureApproved': {
    kind: 'decision',
    tell: () => ({ en: 'destruction of the data of the party was approved', ar: 'اعتُمد إتلاف بيانات الطرف' }),
  },
  'parties.ErasureDeclined': {
    kind: 'decision',
    tell: ({ data: { reason } }) => ({
      en: `destruction of the data of the party was declined because of ${EN.code(reason)}`,
      ar: `رُفض إتلاف بيانات الطرف بسبب ${AR.code(reason)}`,
    }),
  },
  'parties.ErasureWithdrawn': {
    kind: 'decision',
    tell: () => ({
      en: 'the request to destroy the data of the party was withdrawn',
      ar: 'سُحب طلب إتلاف بيانات الطرف',
    }),
  },
  'parties.ErasureStopped': {
    kind: 'consequence',
    tell: ({ data: { ground } }) => ({
      en: `destruction of the data of the party was stopped by the rule ${ground}`,
      ar: `أُوقف إتلاف بيانات الطرف بالقاعدة ${ground}`,
    }),
  },
  'parties.ErasureStarted': {
    kind: 'consequence',
    tell: () => ({
      en: 'destruction of the data of the party started: nothing stops it any more',
      ar: 'بدأ إتلاف بيانات الطرف فلا يوقفه شيء',
    }),
  },
  'parties.PartyErased': {
    kind: 'consequence',
    tell: () => ({
      en: 'the key to the data of the party, and all that it opened, were destroyed',
      ar: 'أُتلف مفتاح بيانات الطرف وكل ما كان يُفتح به',
    }),
  },
  'parties.PartyCorrected': {
    kind: 'record',
    tell: ({ data: { version, reason } }) => ({
      en: `the data of the party were corrected because of ${EN.code(reason)}: version ${version}`,
      ar: `صُحّحت بيانات الطرف بسبب ${AR.code(reason)}: النسخة ${version}`,
    }),
  },
};
