import { replayed, TODAY, YEAR_BEGIN, type Column } from '../report.js';
import { receivables, RECEIVABLE_TYPES } from './receivable.js';
import { decimal } from '../sums.js';
import { byText } from './sorting.js';

/** What moves a receivable, by the event that does; minus: it lowers what is owed, and is shown as a positive figure. */
const CAUSES = {
  'debts.DebtRegistered': ['registered', 1n],
  'debts.DebtUpdated': ['updated', 1n],
  'debts.ReceiptApplied': ['paid', -1n],
  'debts.ReceiptReversed': ['paid', -1n],
  'debts.ExemptionGranted': ['waived', -1n],
  'debts.DebtCancelled': ['cancelled', -1n],
} as const satisfies Record<string, readonly [string, bigint]>;

const FIGURES = ['opening', 'registered', 'updated', 'paid', 'waived', 'cancelled', 'closing'] as const;
type Figure = (typeof FIGURES)[number];
type Line = { readonly entity: string; readonly currency: string } & Record<Figure, bigint>;

const money = (name: Figure, en: string, ar: string): Column => ({ name, kind: 'money', en, ar, total: true });

export const rollForward = replayed({
  name: 'debt-roll-forward',
  number: 5,
  title: { en: 'Debt roll-forward', ar: 'حركة المديونيات بين رصيدين' },
  about: {
    en: 'What was owed on debts before the first day, what changed it on the days from the first to the last, and what is owed then: opening + registered + updated − paid − waived − cancelled = closing. A reversed receipt is taken off what was paid.',
    ar: 'المستحق على المديونيات قبل اليوم الأول، وما غيّره من اليوم الأول إلى الأخير، وما بقي بعده: الرصيد الافتتاحي + المقيد + التعديلات − المسدد − المعفى منه − الملغى = الرصيد الختامي. وتطرح سندات القبض المعكوسة من المسدد.',
  },
  takes: { entity: 'optional', to: TODAY, from: YEAR_BEGIN },
  columns: [
    { name: 'entity', kind: 'id', en: 'Entity', ar: 'الجهة' },
    { name: 'currency', kind: 'currency', en: 'Currency', ar: 'العملة' },
    money('opening', 'Opening', 'الرصيد الافتتاحي'),
    money('registered', 'Registered', 'المقيد'),
    money('updated', 'Raised or reduced', 'الزيادة أو التخفيض'),
    money('paid', 'Paid', 'المسدد'),
    money('waived', 'Waived', 'المعفى منه'),
    money('cancelled', 'Cancelled', 'الملغى'),
    money('closing', 'Closing', 'الرصيد الختامي'),
  ],
  key: ['entity', 'currency'],
  boundBy: { entity: 'entity' },
  types: RECEIVABLE_TYPES,
  initial: () => new Map<string, Line>(),
  fold(lines, { event }, { entity, from, to }) {
    const { type, effectiveOn } = event;
    if (effectiveOn > to) return;
    const changes = receivables(event).filter((change) => entity === undefined || change.entity === entity);
    for (const change of changes) {
      const key = `${change.entity} ${change.currency}`;
      const line = lines.get(key) ?? nothing(change.entity, change.currency);
      lines.set(key, line);
      line.closing += change.minor;
      if (effectiveOn < from) line.opening += change.minor;
      else if (isCause(type)) line[CAUSES[type][0]] += CAUSES[type][1] * change.minor;
      else if (!MOVES.has(type))
        throw new Error(`${type} ${event.id} moves a receivable, and the roll-forward has no column for it`);
    }
  },
  *rows(lines) {
    for (const line of [...lines.values()].sort(byText(({ entity, currency }) => `${entity} ${currency}`))) {
      const { entity, currency } = line;
      const figures = FIGURES.map((figure) => [figure, decimal(line[figure], currency)] as const);
      yield { entity, currency, ...Object.fromEntries(figures) };
    }
  },
});

/** They move a debt between 1200 and 1205: what is owed stays. */
const MOVES: ReadonlySet<string> = new Set(['debts.InstalmentPlanApproved', 'debts.PlanDefaulted']);

const isCause = (type: string): type is keyof typeof CAUSES => Object.hasOwn(CAUSES, type);

const nothing = (entity: string, currency: string): Line => ({
  entity,
  currency,
  opening: 0n,
  registered: 0n,
  updated: 0n,
  paid: 0n,
  waived: 0n,
  cancelled: 0n,
  closing: 0n,
});
