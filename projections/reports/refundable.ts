import type { BusinessDate } from '../../src/kernel/calendar.js';
import { addDays } from '../../src/kernel/calendar.js';
import { factTypes } from '../../src/event-store/catalogue.js';
import { balanceEvents } from '../../src/contexts/balances/events.js';
import { replayed, TODAY } from '../report.js';
import { CURRENCY, ENTITY, money, PARTY, SECTOR } from '../columns.js';
import { postedTo } from '../postings.js';
import { decimal } from '../sums.js';
import { byText } from './sorting.js';

/** Days without a movement after which a balance is dormant *(ours)*. */
const DORMANT_DAYS = 365;

/** What an entity owes back to a party in a sector; minor units. */
interface Balance {
  readonly entity: string;
  readonly party: string;
  readonly sector: string;
  readonly currency: string;
  credited: bigint;
  takenBack: bigint;
  /** The last day on which it moved. */
  movedOn: string;
}

export const refundable = replayed({
  name: 'refundable-balances',
  number: 11,
  title: { en: 'Refundable balances', ar: 'الأرصدة القابلة للاسترداد' },
  about: {
    en: 'What an entity owes back to each party in each sector (account 2300): credited, taken back with reversed receipts, and what is left; dormant is a balance that has not moved for more than 365 days. Nothing is held or paid out yet: refunds come with their own context.',
    ar: 'ما يستحق لكل طرف على الجهة في كل قطاع (الحساب 2300): المضاف، والمسترجع مع سندات القبض المعكوسة، والباقي؛ والراكد رصيد لم يتحرك لأكثر من 365 يومًا. ولا حجز ولا صرف بعدُ: فاسترداد المبالغ له سياقه.',
  },
  takes: { entity: 'optional', party: 'optional', sector: 'optional', effectiveOn: TODAY },
  columns: [
    ENTITY,
    PARTY,
    SECTOR,
    CURRENCY,
    money('credited', 'Credited', 'المضاف'),
    money('takenBack', 'Taken back', 'المسترجع'),
    money('balance', 'Refundable', 'القابل للاسترداد'),
    money('dormant', 'Of it dormant', 'منه راكد'),
    { name: 'movedOn', kind: 'date', en: 'Last moved on', ar: 'تاريخ آخر حركة' },
  ],
  key: ['entity', 'party', 'sector', 'currency'],
  boundBy: { entity: 'entity', own: 'party' },
  types: factTypes(balanceEvents),
  initial: () => new Map<string, Balance>(),
  fold(balances, { event }, asked) {
    const { effectiveOn } = event;
    if (effectiveOn > asked.effectiveOn) return;
    for (const { dims, currency, minor } of postedTo(['2300'], event)) {
      const { entity, party = '', sector = '' } = dims;
      const isAsked = [asked.entity ?? entity, asked.party ?? party, asked.sector ?? sector];
      if (isAsked.join() !== [entity, party, sector].join()) continue;
      const key = `${entity} ${party} ${sector} ${currency}`;
      const known = balances.get(key) ?? { entity, party, sector, currency, credited: 0n, takenBack: 0n, movedOn: '' };
      balances.set(key, known);
      if (minor < 0n) known.credited -= minor;
      else known.takenBack += minor;
      if (effectiveOn > known.movedOn) known.movedOn = effectiveOn;
    }
  },
  *rows(balances, { effectiveOn }) {
    const last = addDays(effectiveOn as BusinessDate, -DORMANT_DAYS);
    for (const [, each] of [...balances].sort(byText(([key]) => key))) {
      const { credited, takenBack, movedOn, ...whose } = each;
      const text = (minor: bigint): string => decimal(minor, whose.currency);
      const left = credited - takenBack;
      const amounts = { credited: text(credited), takenBack: text(takenBack), balance: text(left) };
      yield { ...whose, ...amounts, dormant: text(movedOn < last ? left : 0n), movedOn };
    }
  },
});
