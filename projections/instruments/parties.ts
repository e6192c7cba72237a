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
  'parties.PartyCorrected': {
    kind: 'record',
    tell: ({ data: { version, reason } }) => ({
      en: `the data of the party were corrected because of ${EN.code(reason)}: version ${version}`,
      ar: `صُحّحت بيانات الطرف بسبب ${AR.code(reason)}: النسخة ${version}`,
    }),
  },
};
