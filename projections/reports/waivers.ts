import type * as debts from '../../src/contexts/debts/events.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { decimalsOf, parseCurrency } from '../../src/kernel/money.js';
import { replayed, TODAY, YEAR_BEGIN, type Named } from '../report.js';
import { count, CURRENCY, ENTITY, money } from '../columns.js';
import { minorOf } from '../postings.js';
import { decimal } from '../sums.js';
import { byText } from './sorting.js';

const KINDS = {
  waiver: { en: 'Waiver', ar: 'إعفاء' },
  cancellation: { en: 'Cancellation', ar: 'إلغاء' },
  reduction: { en: 'Reduction', ar: 'تخفيض' },
} as const satisfies Record<string, Named>;

const EVIDENCE = {
  given: { en: 'Given', ar: 'مقدَّم' },
  none: { en: 'None', ar: 'لا يوجد' },
} as const satisfies Record<string, Named>;

/** Up to and including so many whole units; the last one is where an exemption passes to the Prime Minister (§2). */
const LIMITS = [1_000n, 10_000n, 100_000n, 500_000n] as const;
const BANDS = {
  'to-1000': { en: 'Up to 1,000', ar: 'حتى 1,000' },
  'to-10000': { en: 'Over 1,000, up to 10,000', ar: 'أكثر من 1,000 وحتى 10,000' },
  'to-100000': { en: 'Over 10,000, up to 100,000', ar: 'أكثر من 10,000 وحتى 100,000' },
  'to-500000': { en: 'Over 100,000, up to 500,000', ar: 'أكثر من 100,000 وحتى 500,000' },
  'over-500000': { en: 'Over 500,000', ar: 'أكثر من 500,000' },
} as const satisfies Record<string, Named>;
const ORDER = Object.keys(BANDS);

type Event = Recorded<debts.DebtEvent>;

/** What one decision gave up, in minor units. */
interface Given {
  readonly kind: keyof typeof KINDS;
  readonly ground: string;
  readonly currency: string;
  readonly amount: bigint;
  readonly givenBack: bigint;
  readonly undone: bigint;
}

interface Line extends Omit<Given, 'amount' | 'givenBack' | 'undone'> {
  readonly entity: string;
  readonly authority: string | null;
  readonly evidence: keyof typeof EVIDENCE;
  readonly band: string;
  decisions: number;
  amount: bigint;
  givenBack: bigint;
  undone: bigint;
}

interface State {
  /** Debts whose open request came with evidence. */
  readonly proved: Set<string>;
  readonly lines: Map<string, Line>;
}

const REQUESTS = ['debts.UpdateRequested', 'debts.CancellationRequested', 'debts.ExemptionRequested'] as const;
const ENDS = ['debts.RequestWithdrawn', 'debts.RequestDeclined'] as const;
const DECISIONS = ['debts.ExemptionGranted', 'debts.DebtCancelled', 'debts.DebtUpdated'] as const;

export const waivers = replayed({
  name: 'waivers-and-cancellations',
  number: 6,
  title: { en: 'Waivers and cancellations', ar: 'الإعفاءات والإلغاءات' },
  about: {
    en: 'Decisions from the first to the last day by which an entity gave up what was owed: exemptions, cancellations, and reductions, which do the same in part; by ground, delegation relied on, evidence of the request and amount. The band is that of what one decision gave up and gave back. A debt that an exemption leaves with nothing is counted once, as a waiver.',
    ar: 'القرارات من اليوم الأول إلى الأخير التي تنازلت بها الجهة عن مستحقات: الإعفاءات والإلغاءات، والتخفيضات التي تفعل ذلك جزئيًا، بحسب السبب والتفويض المستند إليه ومستند الطلب والمبلغ. والشريحة بحسب ما تنازل عنه القرار الواحد وما أعاده. وما استغرقه الإعفاء من المديونيات يُعدّ مرة واحدة إعفاءً.',
  },
  takes: { entity: 'optional', ground: 'optional', to: TODAY, from: YEAR_BEGIN },
  columns: [
    ENTITY,
    CURRENCY,
    { name: 'kind', kind: 'code', en: 'Decision', ar: 'القرار', labels: KINDS },
    { name: 'ground', kind: 'code', en: 'Ground', ar: 'السبب' },
    { name: 'authority', kind: 'id', en: 'Delegation relied on', ar: 'التفويض المستند إليه' },
    { name: 'evidence', kind: 'code', en: 'Evidence', ar: 'المستند', labels: EVIDENCE },
    { name: 'band', kind: 'code', en: 'Amount band', ar: 'شريحة المبلغ', labels: BANDS },
    count('decisions', 'Decisions', 'عدد القرارات'),
    money('amount', 'No longer owed', 'ما سقط من المستحق'),
    money('givenBack', 'Received and given back', 'ما قُبض وأُعيد'),
    money('undone', 'Earlier waivers undone', 'إعفاءات سابقة أُلغيت'),
  ],
  key: ['entity', 'currency', 'kind', 'ground', 'authority', 'evidence', 'band'],
  boundBy: { entity: 'entity' },
  types: [...REQUESTS, ...ENDS, ...DECISIONS],
  initial: (): State => ({ proved: new Set(), lines: new Map() }),
  fold({ proved, lines }, known, { entity, ground, from, to }) {
    const event = known.event as Event;
    const { debt = '', creditor = '' } = event.refs;
    if ((REQUESTS as readonly string[]).includes(event.type)) {
      if (event.evidence.length > 0) proved.add(debt);
      return;
    }
    const given = givenBy(event);
    if (given !== null && event.effectiveOn >= from && event.effectiveOn <= to) {
      const isAsked = (entity ?? creditor) === creditor && (ground ?? given.ground) === given.ground;
      if (isAsked) add(lines, event, creditor, given, proved.has(debt));
    }
    proved.delete(debt); // whatever was decided, the request is over
  },
  *rows({ lines }) {
    for (const [, { amount, givenBack, undone, ...line }] of [...lines].sort(byText(([key]) => key))) {
      const text = (minor: bigint): string => decimal(minor, line.currency);
      yield { ...line, amount: text(amount), givenBack: text(givenBack), undone: text(undone) };
    }
  },
});

function givenBy({ type, data }: Event): Given | null {
  const minor = (amount: string): bigint => minorOf(amount, (data as { currency: string }).currency);
  switch (type) {
    case 'debts.ExemptionGranted': {
      const { ground, currency, amount } = data;
      return { kind: 'waiver', ground, currency, amount: minor(amount), givenBack: 0n, undone: 0n };
    }
    case 'debts.DebtCancelled': {
      const { ground, currency, unpaid, received, waived } = data;
      if (ground === 'exemption') return null; // the waiver before it has said so
      const back = { givenBack: minor(received), undone: minor(waived) };
      return { kind: 'cancellation', ground, currency, amount: minor(unpaid), ...back };
    }
    case 'debts.DebtUpdated': {
      const { ground, currency, previousAmount, amount, givenBack } = data;
      const lowered = minor(previousAmount) - minor(amount);
      if (lowered <= 0n) return null;
      const back = minor(givenBack);
      return { kind: 'reduction', ground, currency, amount: lowered - back, givenBack: back, undone: 0n };
    }
    default:
      return null;
  }
}

function add(lines: Map<string, Line>, { actor }: Event, entity: string, given: Given, isProved: boolean): void {
  const { kind, ground, currency, amount, givenBack, undone } = given;
  const authority = actor.authority ?? null;
  const evidence = isProved ? 'given' : 'none';
  const band = bandOf(amount + givenBack, currency);
  const key = [entity, currency, kind, ground, authority ?? '', evidence, ORDER.indexOf(band)].join(' ');
  const which = { entity, currency, kind, ground, authority, evidence, band } as const;
  const line = lines.get(key) ?? { ...which, decisions: 0, amount: 0n, givenBack: 0n, undone: 0n };
  lines.set(key, line);
  line.decisions++;
  line.amount += amount;
  line.givenBack += givenBack;
  line.undone += undone;
}

function bandOf(minor: bigint, currency: string): string {
  const unit = 10n ** BigInt(decimalsOf(parseCurrency(currency)));
  const index = LIMITS.findIndex((limit) => minor <= limit * unit);
  return ORDER.at(index) as string; // none: the last
}
