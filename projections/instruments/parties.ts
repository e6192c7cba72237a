import type { PartyEvent } from '../../src/contexts/parties/events.js';
import type { Tellings } from './telling.js';
import { AR, EN } from './words.js';

export const parties: Tellings<PartyEvent> = {
  'parties.PartyRecorded': {
    kind: 'record',
    tell: ({ data: { kind } }) => ({
      en: `${EN.code(kind)} was recorded as a party`,
      ar: `سُجّل طرف: ${AR.code(kind)}`,
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
