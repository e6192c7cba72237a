import { createHash, type Hash } from 'node:crypto';
import { canonicalEvent } from '../../src/event-store/canonical.js';
import { isRejection } from '../../src/event-store/catalogue.js';
import { REFUSALS } from '../refusals.js';
import { replayed, type Known } from '../report.js';
import { SEQUENCE } from '../columns.js';
import { byText } from './sorting.js';

/** Events of one type in one category of streams, or all of them. */
interface Count {
  events: number;
  /** Commands that made them: of several events of one command the first counts. */
  accepted: number;
  refused: number;
  suppressed: number;
  /** Revisions, and in the whole ledger sequences, too, that should be there and are not. */
  gaps: number;
  first: Known;
  last: Known;
}

interface State {
  readonly hash: Hash;
  readonly counts: Map<string, Count>;
  /** The last revision of each stream that may go on: a refusal has a stream of its own. */
  readonly revisions: Map<string, number>;
  whole: Count | null;
}

const REFUSED = new Set(REFUSALS);

const COUNTS = [
  ['events', 'Events', 'الأحداث'],
  ['commands', 'Commands', 'الأوامر'],
  ['accepted', 'Accepted', 'المقبول'],
  ['refused', 'Refused', 'المرفوض'],
  ['suppressed', 'Attempts beyond the quota, only counted', 'محاولات فوق الحد عُدَّت فقط'],
  ['gaps', 'Gaps', 'الفجوات'],
] as const;

export const completeness = replayed({
  name: 'completeness',
  number: 15,
  title: { en: 'Completeness', ar: 'إثبات الاكتمال' },
  about: {
    en: 'All events up to the sequence that is known: how many, of how many commands (accepted + refused), without a gap in the sequence or in a stream; the first line is the whole ledger, the others are its types of event by category of stream. A command that was accepted and changed nothing left no event. The digest is the SHA-256 of the canonical JSON (RFC 8785) of every event as it is stored, in order, each followed by a line feed: what anybody gets who reads the same log. A signed checkpoint with the root of a Merkle tree comes with the transparency log.',
    ar: 'كل الأحداث حتى التسلسل المعلوم: عددها، وعدد أوامرها (المقبول + المرفوض)، دون فجوة في التسلسل أو في مسار؛ السطر الأول للسجل كله، وسائر الأسطر لأنواع الأحداث بحسب فئة المسار. والأمر المقبول الذي لم يغيّر شيئًا لا حدث له. والبصمة هي SHA-256 للنص القانوني (RFC 8785) لكل حدث كما خُزّن، بالترتيب، يلي كلًا منها سطر جديد: وهي ما يجده كل من قرأ السجل نفسه. ونقطة التحقق الموقعة بجذر شجرة ميركل تأتي مع سجل الشفافية.',
  },
  takes: {},
  columns: [
    { name: 'category', kind: 'code', en: 'Category of streams', ar: 'فئة المسارات' },
    { name: 'type', kind: 'code', en: 'Type of event', ar: 'نوع الحدث' },
    ...COUNTS.map(([name, en, ar]) => ({ name, kind: 'count', en, ar }) as const),
    { ...SEQUENCE, name: 'first', en: 'First sequence', ar: 'أول تسلسل' },
    { name: 'firstEvent', kind: 'id', en: 'First event', ar: 'أول حدث' },
    { name: 'firstAt', kind: 'moment', en: 'First recorded at', ar: 'أول تدوين' },
    { ...SEQUENCE, name: 'last', en: 'Last sequence', ar: 'آخر تسلسل' },
    { name: 'lastEvent', kind: 'id', en: 'Last event', ar: 'آخر حدث' },
    { name: 'lastAt', kind: 'moment', en: 'Last recorded at', ar: 'آخر تدوين' },
    { name: 'digest', kind: 'text', en: 'Digest', ar: 'البصمة' },
  ],
  key: ['category', 'type'],
  boundBy: {},
  asStored: true,
  initial: (): State => ({ hash: createHash('sha256'), counts: new Map(), revisions: new Map(), whole: null }),
  fold(state, known) {
    const { event, sequence } = known;
    state.hash.update(`${canonicalEvent(event)}\n`);
    const key = `${categoryOf(event.stream)} ${event.type}`;
    const whole = state.whole ?? nothing(known);
    const count = state.counts.get(key) ?? nothing(known);
    const isNext = event.commandId !== whole.last.event.commandId || whole.events === 0;
    const before = whole.events === 0 ? -1 : whole.last.sequence;
    const missing = event.revision - ((state.revisions.get(event.stream) ?? -1) + 1);
    for (const each of [whole, count]) {
      each.events++;
      if (REFUSED.has(event.type)) each.refused++;
      else if (isNext) each.accepted++; // one append: its events stand together
      if (event.type === 'ledger.AttemptsSuppressed') each.suppressed += (event.data as { count: number }).count;
      each.gaps += Math.abs(missing);
      each.last = known;
    }
    whole.gaps += sequence - before - 1;
    state.whole = whole;
    state.counts.set(key, count);
    if (!isRejection(event)) state.revisions.set(event.stream, event.revision);
  },
  *rows({ hash, counts, whole }) {
    if (whole === null) return;
    yield { category: null, type: null, ...cellsOf(whole), digest: hash.copy().digest('hex') };
    for (const [key, count] of [...counts].sort(byText(([of]) => of))) {
      const [category = '', type = ''] = key.split(' ');
      yield { category, type, ...cellsOf(count), digest: null };
    }
  },
});

const categoryOf = (stream: string): string => stream.slice(0, stream.indexOf('-'));

const nothing = (known: Known): Count => ({
  events: 0,
  accepted: 0,
  refused: 0,
  suppressed: 0,
  gaps: 0,
  first: known,
  last: known,
});

const cellsOf = ({ first, last, ...counts }: Count) => ({
  ...counts,
  commands: counts.accepted + counts.refused,
  first: first.sequence,
  firstEvent: first.event.id,
  firstAt: first.event.recordedAt,
  last: last.sequence,
  lastEvent: last.event.id,
  lastAt: last.event.recordedAt,
});
