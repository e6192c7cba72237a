import { FIRST_DAY } from '../../src/kernel/calendar.js';
import { CURRENCY, ENTITY, EVENT, money, SECTOR, SEQUENCE } from '../columns.js';
import {
  indexed,
  TODAY,
  YEAR_BEGIN,
  type Cell,
  type MarkedRow,
  type NamedCell,
  type OpenedCell,
  type Row,
  type Sources,
} from '../report.js';
import type { Closings } from '../closings-of.js';
import { decimal } from '../sums.js';
import { dayBefore } from './balances.js';
import {
  ALL_BEFORE,
  balancesMoved,
  linesOfCell,
  ofLines,
  ofNothing,
  ofOneLine,
  rowNamed,
  sumOf,
  type Lines,
} from './cells.js';
import { ACCOUNT, BALANCE, COUNTER, DAY, LEG, LINE, sides, TYPE } from './columns.js';
import { corrected } from './corrections.js';
import { partyDays } from './keys.js';
import { linesOf, type Line, type LinePlace } from './ledger.js';

/** What a party owes and is owed (domain.md §4): receivables, and what is paid in and not yet used. */
const OF_PARTIES: ReadonlySet<string> = new Set(['1200', '1205', '1210', '1220', '2300', '2310', '2320']);

const KEY = ['line', 'entity', 'currency', 'sequence', 'leg'] as const;

export const statement = indexed({
  name: 'statement',
  number: 4,
  title: { en: 'Statement of account', ar: 'كشف حساب' },
  about: {
    en: 'All that moved what a party owes an entity, or is owed by it, over debts, fees, contributions, receipts and refundable balances (accounts 1200, 1205, 1210, 1220, 2300, 2310 and 2320): what was open before the first day, each line on the days from the first to the last, and what is open then. A positive balance is owed by the party.',
    ar: 'كل ما غيّر المستحق على الطرف لجهة ما أو المستحق له عليها، من مديونيات ورسوم واشتراكات تأمينية وسندات قبض وأرصدة قابلة للاسترداد (الحسابات 1200 و1205 و1210 و1220 و2300 و2310 و2320): الرصيد قبل اليوم الأول، ثم كل قيد من اليوم الأول إلى الأخير، ثم الرصيد بعدها. والرصيد الموجب مستحق على الطرف.',
  },
  takes: { party: 'required', entity: 'optional', currency: 'optional', to: TODAY, from: YEAR_BEGIN },
  columns: [
    LINE,
    ENTITY,
    CURRENCY,
    DAY,
    SEQUENCE,
    LEG,
    EVENT,
    TYPE,
    ACCOUNT,
    COUNTER,
    SECTOR,
    { name: 'debt', kind: 'id', en: 'Debt', ar: 'المديونية' },
    { name: 'receipt', kind: 'id', en: 'Receipt', ar: 'سند القبض' },
    { name: 'subscription', kind: 'id', en: 'Subscription', ar: 'الاشتراك' },
    money('debit', 'Debited', 'مدين'),
    money('credit', 'Credited', 'دائن'),
    BALANCE,
  ],
  key: KEY,
  boundBy: { entity: 'entity', own: 'party' },
  read: rowsOf,
  open,
  moves: (asked, event) =>
    balancesMoved(event, (leg) => {
      const isOther = leg.dims.party !== asked.party || event.effectiveOn > asked.to || !isAsked(leg, asked);
      return isOther ? undefined : `${leg.dims.entity} ${leg.currency}`;
    }),
  standing({ from, to }, { line, entity, currency, effectiveOn, sequence }) {
    const upTo = line === 'opening' ? dayBefore(from) : String(effectiveOn);
    return {
      group: `${entity} ${currency}`,
      upTo,
      sequence: sequence as number | null,
      thereUpTo: line === 'closing' ? to : upTo,
    };
  },
});

interface Asked {
  readonly party: string;
  readonly entity: string | undefined;
  readonly currency: string | undefined;
  readonly from: string;
  readonly to: string;
}

const isAsked = ({ account, dims, currency }: Pick<Line, 'account' | 'dims' | 'currency'>, asked: Asked): boolean =>
  OF_PARTIES.has(account) &&
  (asked.entity === undefined || dims['entity'] === asked.entity) &&
  (asked.currency === undefined || currency === asked.currency);

/** What is owed an entity in a currency, and the corrections in it. */
interface Owed {
  minor: bigint;
  readonly corrections: number[];
}

async function* rowsOf(asked: Asked, { models, sequence, closingsOf }: Sources): AsyncGenerator<MarkedRow> {
  const { party, from, to } = asked;
  const owed = new Map<string, Owed>();
  const closed = new Map<string, Closings>();
  let isOpened = false;
  for await (const line of linesOf(models, partyDays(party), { from: FIRST_DAY, to, sequence })) {
    if (!isAsked(line, asked)) continue;
    if (!isOpened && line.effectiveOn >= from) {
      yield* balanceRows('opening', from, owed);
      isOpened = true;
    }
    const { entity = '' } = line.dims;
    const closings = closed.get(entity) ?? (await closingsOf(entity, sequence));
    closed.set(entity, closings);
    const key = `${entity} ${line.currency}`;
    const all = owed.get(key) ?? { minor: 0n, corrections: [] };
    owed.set(key, all);
    all.minor += line.minor;
    const corrections = corrected(line, closings);
    all.corrections.push(...corrections);
    if (isOpened) yield { row: lineRow(line, all.minor), corrections };
  }
  if (!isOpened) yield* balanceRows('opening', from, owed);
  yield* balanceRows('closing', to, owed);
}

const NO_LINE: Row = {
  sequence: null,
  leg: null,
  event: null,
  type: null,
  account: null,
  counter: null,
  sector: null,
  debt: null,
  receipt: null,
  subscription: null,
  debit: null,
  credit: null,
};

/** One for each entity and currency. */
function* balanceRows(
  line: 'opening' | 'closing',
  effectiveOn: string,
  all: ReadonlyMap<string, Owed>,
): Generator<MarkedRow> {
  for (const key of [...all.keys()].sort()) {
    const [entity, currency] = key.split(' ') as [string, string];
    const { minor, corrections } = all.get(key) as Owed;
    yield {
      row: { line, entity, currency, effectiveOn, ...NO_LINE, balance: decimal(minor, currency) },
      corrections: [...new Set(corrections)].sort((a, b) => a - b),
    };
  }
}

function lineRow(line: Line, balance: bigint): Row {
  const { effectiveOn, sequence, leg, event, type, account, counter, currency, minor, dims } = line;
  const [debit, credit] = sides(minor);
  const named = (dim: string): Cell => dims[dim] ?? null;
  return {
    line: 'posted',
    entity: named('entity'),
    currency,
    effectiveOn,
    sequence,
    leg,
    event,
    type,
    account,
    counter,
    sector: named('sector'),
    debt: named('debt'),
    receipt: named('receipt'),
    subscription: named('subscription'),
    debit: decimal(debit, currency),
    credit: decimal(credit, currency),
    balance: decimal(balance, currency),
  };
}

/** A balance is what was open before the first day, and the lines up to its own; anything else is of its line. */
async function open(asked: Asked, cell: NamedCell, sources: Sources): Promise<OpenedCell | undefined> {
  const [, entity, currency] = cell.key;
  const { from, to } = asked;
  if (typeof entity !== 'string' || typeof currency !== 'string') return undefined;
  if ((asked.entity ?? entity) !== entity || (asked.currency ?? currency) !== currency) return undefined;
  const narrowed = { ...asked, entity, currency };
  const row = await rowNamed(rowsOf(narrowed, sources), KEY, cell);
  if (row === undefined) return undefined;
  const { line } = row;
  if (cell.column.name !== 'balance') return line === 'posted' ? ofOneLine(row, cell) : ofNothing(row);
  const all = { days: partyDays(asked.party), changeBy: (each: Line) => (isAsked(each, narrowed) ? each.minor : 0n) };
  const earlier: Lines = { ...all, ...ALL_BEFORE(from) };
  const until = row as unknown as LinePlace;
  const span: Lines = line === 'opening' ? earlier : { ...all, from, to, ...(line === 'posted' && { until }) };
  const opening = line === 'opening' ? null : await sumOf(linesOfCell(earlier, sources));
  return ofLines(row, opening, span, sources, (place) => sumOf(linesOfCell(span, sources), place));
}
