import { addDays, FIRST_DAY, type BusinessDate } from '../../src/kernel/calendar.js';
import { CURRENCY, money } from '../columns.js';
import { indexed, YEAR_BEGIN, type Row } from '../report.js';
import { decimal } from '../sums.js';
import { totalsOf, type Held, type Total } from './balances.js';
import { ACCOUNT, ACCOUNT_NAME, sides } from './columns.js';

const FALSE = { default: (): string => 'false' };

/** What an account holds before the days of the question, what is posted on them, and what it holds then. */
interface Figures {
  opening: bigint;
  debits: bigint;
  credits: bigint;
}

export const trialBalance = indexed({
  name: 'trial-balance',
  number: 1,
  title: { en: 'Trial balance', ar: 'ميزان المراجعة' },
  about: {
    en: 'What each account of an entity holds before the first day, what is debited and credited on it on the days from the first to the last, and what it holds then; a balance stands on its own side. Debits equal credits, in each pair of columns and each currency. Before the year-end entries: those that count on these days, which carry the result to 3000, are left out.',
    ar: 'رصيد كل حساب من حسابات الجهة قبل اليوم الأول، وما سجل عليه مدينًا ودائنًا من اليوم الأول إلى الأخير، ورصيده بعدها؛ ويظهر الرصيد في جانبه. ويتساوى المدين والدائن في كل عمودين متقابلين وفي كل عملة. أما قبل قيود الإقفال فتستبعد قيود هذه الأيام التي ترحل النتيجة إلى الحساب 3000.',
  },
  takes: {
    entity: 'required',
    effectiveOn: 'optional',
    to: { default: ({ today, effectiveOn }) => effectiveOn ?? today },
    // As of a day is from the beginning to that day.
    from: { default: (given) => (given.effectiveOn === undefined ? YEAR_BEGIN.default(given) : FIRST_DAY) },
    account: 'optional',
    currency: 'optional',
    sector: 'optional',
    beforeClosing: FALSE,
  },
  columns: [
    ACCOUNT,
    ACCOUNT_NAME,
    CURRENCY,
    money('openingDebit', 'Opening, debit', 'رصيد افتتاحي مدين'),
    money('openingCredit', 'Opening, credit', 'رصيد افتتاحي دائن'),
    money('debit', 'Debited', 'حركة مدينة'),
    money('credit', 'Credited', 'حركة دائنة'),
    money('closingDebit', 'Closing, debit', 'رصيد ختامي مدين'),
    money('closingCredit', 'Closing, credit', 'رصيد ختامي دائن'),
  ],
  key: ['account', 'currency'],
  boundBy: { entity: 'entity' },
  async *read({ entity, from, to, account, currency, sector, beforeClosing }, { models, sequence }) {
    const days = [dayBefore(from), to];
    const held = await totalsOf(models, { entity, account, currency, sector }, sequence, days);
    yield* rowsOf(held, beforeClosing === 'true');
  },
});

export const dayBefore = (day: string): string => addDays(day as BusinessDate, -1);

/** The accounts' parts together, in the order of accounts and currencies. */
function* rowsOf(held: readonly Held[], isBeforeClosing: boolean): Generator<Row> {
  const accounts = new Map<string, Figures>();
  for (const { book, totals } of held) {
    const [before, through] = totals as readonly [Total, Total];
    if (through.debits === 0n && through.credits === 0n) continue; // it comes later
    const key = `${book.account} ${book.currency}`;
    const figures = accounts.get(key) ?? { opening: 0n, debits: 0n, credits: 0n };
    accounts.set(key, figures);
    figures.opening += before.debits - before.credits;
    if (book.isClosing && isBeforeClosing) continue;
    figures.debits += through.debits - before.debits;
    figures.credits += through.credits - before.credits;
  }
  for (const key of [...accounts.keys()].sort()) {
    const [account, currency] = key.split(' ') as [string, string];
    const { opening, debits, credits } = accounts.get(key) as Figures;
    const [openingDebit, openingCredit] = sides(opening);
    const [closingDebit, closingCredit] = sides(opening + debits - credits);
    const amounts = { openingDebit, openingCredit, debit: debits, credit: credits, closingDebit, closingCredit };
    const texts = Object.entries(amounts).map(([name, minor]) => [name, decimal(minor, currency)] as const);
    yield { account, title: account, currency, ...Object.fromEntries(texts) };
  }
}
