import { FIRST_DAY } from '../../src/kernel/calendar.js';
import { CURRENCY, money } from '../columns.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { legsOf } from '../legs.js';
import {
  indexed,
  YEAR_BEGIN,
  type MarkedRow,
  type Moved,
  type NamedCell,
  type OpenedCell,
  type Row,
  type Sources,
} from '../report.js';
import { decimal, minorOfSum } from '../sums.js';
import { dayBefore, totalsOf, type Held, type Total } from './balances.js';
import { ALL_BEFORE, ofLines, ofNothing, postedWith, rowNamed, type Lines } from './cells.js';
import { ACCOUNT, ACCOUNT_NAME, sides } from './columns.js';
import { correctionsIn } from './corrections.js';
import { accountDays } from './keys.js';

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
  read: (asked, sources) => rowsOf(asked, sources),
  open: (asked, cell, sources) => open(asked, cell, sources),
  moves: (asked, event) => moves(asked, event),
  standing: ({ to }, { account, currency }) => ({
    group: `${account} ${currency}`,
    upTo: to,
    sequence: null,
    thereUpTo: to,
  }),
});

interface Asked {
  readonly entity: string;
  readonly from: string;
  readonly to: string;
  readonly account: string | undefined;
  readonly currency: string | undefined;
  readonly sector: string | undefined;
  readonly beforeClosing: string;
}

async function* rowsOf(asked: Asked, sources: Sources): AsyncGenerator<MarkedRow> {
  const { models, sequence } = sources;
  const held = await totalsOf(models, asked, sequence, [dayBefore(asked.from), asked.to]);
  const corrections = await correctionsIn(sources, asked, asked.to);
  for (const row of addedUp(held, asked.beforeClosing === 'true')) {
    yield { row, corrections: corrections.get(`${row['account']} ${row['currency']}`) ?? [] };
  }
}

/** The accounts' parts together, in the order of accounts and currencies. */
function* addedUp(held: readonly Held[], isBeforeClosing: boolean): Generator<Row> {
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

/** Which side a column shows, and of what. */
const FIGURES: Readonly<Record<string, readonly ['opening' | 'posted' | 'closing', 1n | -1n]>> = {
  openingDebit: ['opening', 1n],
  openingCredit: ['opening', -1n],
  debit: ['posted', 1n],
  credit: ['posted', -1n],
  closingDebit: ['closing', 1n],
  closingCredit: ['closing', -1n],
};

/** The lines of the account; a balance that stands on the other side leaves a zero here that nothing makes. */
async function open(asked: Asked, cell: NamedCell, sources: Sources): Promise<OpenedCell | undefined> {
  const [account = null, currency = null] = cell.key;
  if (account === null || currency === null) return undefined;
  if ((asked.account ?? account) !== account || (asked.currency ?? currency) !== currency) return undefined;
  const { entity, from, to, sector } = asked;
  const row = await rowNamed(rowsOf({ ...asked, account, currency }, sources), ['account', 'currency'], cell);
  const [figure, side] = FIGURES[cell.column.name] ?? [];
  if (row === undefined) return undefined;
  if (figure === undefined || side === undefined) return ofNothing(row);
  const said = (name: string): bigint => minorOfSum(String(row[name]));
  const held = (when: string): bigint => side * (said(`${when}Debit`) - said(`${when}Credit`));
  if (figure === 'posted' ? said(cell.column.name) === 0n : held(figure) < 0n) return ofNothing(row);
  const leavesClosingsOut = asked.beforeClosing === 'true' && figure !== 'opening';
  const counted = (minor: bigint): bigint => (figure === 'posted' && minor < 0n ? 0n : minor);
  const span: Lines = {
    days: accountDays(entity, account, currency),
    ...(figure === 'opening' ? ALL_BEFORE(from) : { from, to }),
    changeBy: ({ minor, dims }) => {
      const isLeftOut = sector !== undefined && dims['sector'] !== sector;
      return isLeftOut || (leavesClosingsOut && dims['closing'] !== undefined) ? 0n : counted(side * minor);
    },
  };
  const opening = figure === 'closing' ? held('opening') : null;
  return ofLines(row, opening, span, sources, async (place) => {
    const chosen = { entity, account, currency, sector };
    const counts = ({ isClosing }: Held['book']): boolean => !(isClosing && leavesClosingsOut);
    const { debits, credits } = await postedWith(sources, chosen, counts, span.from, place);
    if (figure === 'posted') return side === 1n ? debits : credits;
    return side * (debits - credits);
  });
}

/** What is opened, debited and credited, by account and currency. */
function moves(asked: Asked, event: Envelope): Moved[] {
  const { entity, account, currency, sector, from, to, beforeClosing } = asked;
  const figures = new Map<string, Figures>();
  for (const leg of event.effectiveOn <= to ? legsOf(event) : []) {
    if (leg.dims.entity !== entity || (account !== undefined && leg.account !== account)) continue;
    if (currency !== undefined && leg.currency !== currency) continue;
    if (sector !== undefined && leg.dims.sector !== sector) continue;
    const group = `${leg.account} ${leg.currency}`;
    const moved = figures.get(group) ?? { opening: 0n, debits: 0n, credits: 0n };
    figures.set(group, moved);
    if (event.effectiveOn < from) moved.opening += BigInt(leg.minor);
    else if (beforeClosing === 'true' && leg.dims.closing !== undefined) continue;
    else if (leg.minor > 0) moved.debits += BigInt(leg.minor);
    else moved.credits -= BigInt(leg.minor);
  }
  return [...figures].map(([group, { opening, debits, credits }]) => ({
    group,
    isNothing: opening === 0n && debits === 0n && credits === 0n,
  }));
}
