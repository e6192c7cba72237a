import { factTypes } from '../../src/event-store/catalogue.js';
import { subscriptionEvents } from '../../src/contexts/subscriptions/events.js';
import { replayed, TODAY, YEAR_BEGIN } from '../report.js';
import { balance, CURRENCY, ENTITY, money } from '../columns.js';
import { postedTo } from '../postings.js';
import { decimal } from '../sums.js';
import { byText } from './sorting.js';

/** What moves deferred revenue, by the event that does; minus: it lowers it, and is shown as a positive figure. */
const CAUSES = {
  'subscriptions.SubscriptionActivated': ['sold', 1n],
  'subscriptions.SubscriptionRenewed': ['sold', 1n],
  'subscriptions.MonthEarned': ['earned', -1n],
  'subscriptions.SubscriptionCancelled': ['cancelled', -1n],
} as const satisfies Record<string, readonly [string, bigint]>;

interface Moved {
  sold: bigint;
  earned: bigint;
  cancelled: bigint;
}

/** Of one entity in one currency; minor units. */
interface Line {
  readonly entity: string;
  readonly currency: string;
  opening: bigint;
  /** By `YYYY-MM`. */
  readonly months: Map<string, Moved>;
}

export const deferredRevenue = replayed({
  name: 'deferred-revenue',
  number: 9,
  title: { en: 'Deferred revenue by month', ar: 'الإيرادات المؤجلة شهريًا' },
  about: {
    en: 'What was sold and is not earned yet (account 2100), month by month from the first to the last day: opening + sold − earned − earned at once by a cancellation = closing. Without VAT. A month in which nothing was deferred has no row.',
    ar: 'ما بيع ولم يتحقق إيراده بعد (الحساب 2100) شهرًا بشهر من اليوم الأول إلى الأخير: الرصيد الافتتاحي + المبيع − المتحقق − المتحقق دفعة واحدة بالإلغاء = الرصيد الختامي، دون ضريبة القيمة المضافة. ولا صف لشهر لم يؤجل فيه شيء.',
  },
  takes: { entity: 'optional', to: TODAY, from: YEAR_BEGIN },
  columns: [
    ENTITY,
    CURRENCY,
    { name: 'month', kind: 'text', en: 'Month', ar: 'الشهر' },
    balance('opening', 'Opening', 'الرصيد الافتتاحي'),
    money('sold', 'Sold', 'المبيع'),
    money('earned', 'Earned', 'المتحقق'),
    money('cancelled', 'Earned by cancellation', 'المتحقق بالإلغاء'),
    balance('closing', 'Closing', 'الرصيد الختامي'),
  ],
  key: ['entity', 'currency', 'month'],
  boundBy: { entity: 'entity' },
  types: factTypes(subscriptionEvents),
  initial: () => new Map<string, Line>(),
  fold(lines, { event }, { entity, from, to }) {
    const { type, effectiveOn } = event;
    if (effectiveOn > to) return;
    for (const { dims, currency, minor } of postedTo(['2100'], event)) {
      if (entity !== undefined && dims.entity !== entity) continue;
      const key = `${dims.entity} ${currency}`;
      const line = lines.get(key) ?? { entity: dims.entity, currency, opening: 0n, months: new Map() };
      lines.set(key, line);
      const deferred = -minor; // a liability stands on the credit side
      if (!isCause(type)) throw new Error(`${type} ${event.id} moves 2100, and deferred revenue has no column for it`);
      if (effectiveOn < from) line.opening += deferred;
      else monthOf(line, effectiveOn.slice(0, 7))[CAUSES[type][0]] += CAUSES[type][1] * deferred;
    }
  },
  *rows(lines, { from, to }) {
    for (const [, { entity, currency, months, ...line }] of [...lines].sort(byText(([key]) => key))) {
      const text = (minor: bigint): string => decimal(minor, currency);
      let { opening } = line;
      for (const month of monthsBetween(from, to)) {
        const moved = months.get(month);
        if (moved === undefined && opening === 0n) continue;
        const { sold, earned, cancelled } = moved ?? nothing();
        const closing = opening + sold - earned - cancelled;
        const movements = { sold: text(sold), earned: text(earned), cancelled: text(cancelled) };
        yield { entity, currency, month, opening: text(opening), ...movements, closing: text(closing) };
        opening = closing;
      }
    }
  },
});

const isCause = (type: string): type is keyof typeof CAUSES => Object.hasOwn(CAUSES, type);

const nothing = (): Moved => ({ sold: 0n, earned: 0n, cancelled: 0n });

function monthOf({ months }: Line, month: string): Moved {
  const moved = months.get(month) ?? nothing();
  months.set(month, moved);
  return moved;
}

/** From the first day's month to the last day's. */
function* monthsBetween(from: string, to: string): Generator<string> {
  let [year = 0, month = 0] = from.split('-').map(Number);
  for (let text = from.slice(0, 7); text <= to.slice(0, 7);) {
    yield text;
    [year, month] = month === 12 ? [year + 1, 1] : [year, month + 1];
    text = `${year}-${String(month).padStart(2, '0')}`;
  }
}
