import { isAccountCode } from '../../src/kernel/accounts.js';
import { isBusinessDate } from '../../src/kernel/calendar.js';
import { balance as amount, CURRENCY, EVENT, PARTY, SECTOR, SEQUENCE } from '../columns.js';
import {
  InvalidPlace,
  streamed,
  TODAY,
  YEAR_BEGIN,
  type CellSources,
  type NamedCell,
  type OpenedCell,
  type PlacedRow,
  type Row,
  type Sources,
} from '../report.js';
import { decimal } from '../sums.js';
import { dayBefore, totalsOf, type Chosen } from './balances.js';
import { ALL_BEFORE, balancesMoved, ofLines, ofNothing, ofOneLine, postedWith, rowNamed, type Lines } from './cells.js';
import { ACCOUNT, ACCOUNT_NAME, BALANCE, COUNTER, DAY, LEG, LINE, sides, TYPE } from './columns.js';
import { corrected, correctionsIn } from './corrections.js';
import { accountDays } from './keys.js';
import { heldWith, linesOf, type Line, type LinePlace } from './ledger.js';

interface Asked {
  readonly entity: string;
  readonly account: string | undefined;
  readonly currency: string | undefined;
  readonly from: string;
  readonly to: string;
}

/** An account in one currency. */
interface Account {
  readonly account: string;
  readonly currency: string;
}

/** Where a row stands: `at` null is its account's opening. */
interface Place extends Account {
  readonly at: LinePlace | null;
}

const KEY = ['line', 'account', 'currency', 'sequence', 'leg'] as const;

export const generalLedger = streamed({
  name: 'general-ledger',
  number: 2,
  title: { en: 'General ledger', ar: 'دفتر الأستاذ العام' },
  about: {
    en: 'Each line of an entity’s accounts on the days from the first to the last, by account, currency, day and sequence, with the event that posted it, the account on its other side, and the balance with it; before them what the account held. Lines page by the link to the next; all of them come as CSV, with their digest behind them as a trailer.',
    ar: 'كل قيد على حسابات الجهة من اليوم الأول إلى الأخير، مرتبًا بالحساب والعملة واليوم والتسلسل، مع الحدث الذي أوجده والحساب المقابل والرصيد بعده، ويسبقها رصيد الحساب. تعرض القيود صفحة صفحة برابط التالي، وتخرج كلها بصيغة CSV يتبعها ملخصها الرقمي.',
  },
  takes: { entity: 'required', account: 'optional', currency: 'optional', to: TODAY, from: YEAR_BEGIN },
  columns: [
    LINE,
    ACCOUNT,
    ACCOUNT_NAME,
    CURRENCY,
    DAY,
    SEQUENCE,
    LEG,
    EVENT,
    TYPE,
    COUNTER,
    PARTY,
    SECTOR,
    amount('debit', 'Debited', 'مدين'),
    amount('credit', 'Credited', 'دائن'),
    BALANCE,
  ],
  key: KEY,
  boundBy: { entity: 'entity' },
  async *stream(values, sources, after) {
    const begin = after === undefined ? undefined : placeOf(after);
    for (const account of await accountsOf(values, sources)) {
      const order = begin === undefined ? 1 : comparison(account, begin);
      if (order >= 0) yield* accountRows(values, sources, account, order === 0 ? begin : undefined);
    }
  },
  open,
  moves: ({ entity, account, currency, to }, event) =>
    balancesMoved(event, (leg) => {
      const isOther = leg.dims.entity !== entity || (account !== undefined && leg.account !== account);
      if (isOther || (currency !== undefined && leg.currency !== currency) || event.effectiveOn > to) return undefined;
      return `${leg.account} ${leg.currency}`;
    }),
  standing: ({ from, to }, { account, currency, effectiveOn, sequence }) => ({
    group: `${account} ${currency}`,
    upTo: sequence === null ? dayBefore(from) : String(effectiveOn),
    sequence: sequence as number | null,
    thereUpTo: to,
  }),
});

/** Those that anything is posted on up to the last day, as far as is known; in order. */
async function accountsOf(asked: Asked, { models, sequence }: Sources): Promise<Account[]> {
  const { entity, account, currency, to } = asked;
  const held = await totalsOf(models, { entity, account, currency }, sequence, [to]);
  const posted = held.filter(({ totals: [total] }) => total!.debits > 0n || total!.credits > 0n);
  const accounts = new Map(posted.map(({ book }) => [`${book.account} ${book.currency}`, book]));
  return [...accounts.keys()].sort().map((key) => accounts.get(key) as Account);
}

async function* accountRows(
  { entity, from, to }: Asked,
  sources: Sources,
  { account, currency }: Account,
  begin: Place | undefined,
): AsyncGenerator<PlacedRow> {
  const { models, sequence } = sources;
  const days = accountDays(entity, account, currency);
  const after = begin?.at ?? undefined;
  let balance = await heldBefore(sources, { entity, account, currency }, after?.effectiveOn ?? from);
  if (after !== undefined) balance += await heldWith(models, days, after);
  if (begin === undefined) {
    const row = { line: 'opening', account, title: account, currency, effectiveOn: from, ...NO_LINE };
    const found = await correctionsIn(sources, { entity, account, currency }, dayBefore(from));
    yield {
      row: { ...row, balance: decimal(balance, currency) },
      corrections: found.get(`${account} ${currency}`) ?? [],
      place: textOf({ account, currency, at: null }),
    };
  }
  const closings = await sources.closingsOf(entity, sequence);
  for await (const line of linesOf(models, days, { from: after?.effectiveOn ?? from, to, sequence, after })) {
    balance += line.minor;
    yield {
      row: lineRow(line, balance),
      corrections: corrected(line, closings),
      place: textOf({ account, currency, at: line }),
    };
  }
}

/** What an account held before a day. */
async function heldBefore({ models, sequence }: Sources, chosen: Chosen, day: string): Promise<bigint> {
  const held = await totalsOf(models, chosen, sequence, [dayBefore(day)]);
  return held.reduce((sum, { totals }) => sum + totals[0]!.debits - totals[0]!.credits, 0n);
}

const NO_LINE: Row = {
  sequence: null,
  leg: null,
  event: null,
  type: null,
  counter: null,
  party: null,
  sector: null,
  debit: null,
  credit: null,
};

function lineRow(line: Line, balance: bigint): Row {
  const { effectiveOn, sequence, leg, event, type, account, counter, currency, minor, dims } = line;
  const [debit, credit] = sides(minor);
  return {
    line: 'posted',
    account,
    title: account,
    currency,
    effectiveOn,
    sequence,
    leg,
    event,
    type,
    counter,
    party: dims['party'] ?? null,
    sector: dims['sector'] ?? null,
    debit: decimal(debit, currency),
    credit: decimal(credit, currency),
    balance: decimal(balance, currency),
  };
}

const comparison = (a: Account, b: Account): number => {
  const [one, other] = [`${a.account} ${a.currency}`, `${b.account} ${b.currency}`];
  return one < other ? -1 : one > other ? 1 : 0;
};

const textOf = ({ account, currency, at }: Place): string =>
  at === null ? `${account} ${currency}` : `${account} ${currency} ${at.effectiveOn} ${at.sequence} ${at.leg}`;

/** @throws InvalidPlace */
function placeOf(text: string): Place {
  const [account = '', currency = '', effectiveOn, sequence = '', leg = '', ...more] = text.split(' ');
  const isAccount = isAccountCode(account) && /^[A-Z]{3}$/.test(currency) && more.length === 0;
  if (isAccount && effectiveOn === undefined) return { account, currency, at: null };
  const isLine = isBusinessDate(effectiveOn ?? '') && /^\d{1,12}$/.test(sequence) && /^\d{1,6}$/.test(leg);
  if (!isAccount || !isLine) throw new InvalidPlace(`no line of a ledger stands at "${text}"`);
  return {
    account,
    currency,
    at: { effectiveOn: effectiveOn as string, sequence: Number(sequence), leg: Number(leg) },
  };
}

/** A balance is what its account held before the first day, and the lines up to its own; anything else is of its line. */
async function open(asked: Asked, cell: NamedCell, sources: CellSources): Promise<OpenedCell | undefined> {
  const [, account, currency, sequence] = cell.key;
  const { entity, from, to } = asked;
  const accounts = await accountsOf(asked, sources);
  const found = accounts.find((each) => each.account === account && each.currency === currency);
  if (found === undefined) return undefined;
  const chosen = { entity, account: found.account, currency: found.currency };
  const isPosted = sequence !== null;
  const row = isPosted
    ? await postedRow(asked, found, cell, sources)
    : await rowNamed(accountRows(asked, sources, found, undefined), KEY, cell);
  if (row === undefined) return undefined;
  if (cell.column.name !== 'balance') return isPosted ? ofOneLine(row, cell) : ofNothing(row);
  const span: Lines = {
    days: accountDays(entity, chosen.account, chosen.currency),
    ...(isPosted ? { from, to, until: row as unknown as LinePlace } : ALL_BEFORE(from)),
    changeBy: ({ minor }) => minor,
  };
  const opening = isPosted ? await heldBefore(sources, chosen, from) : null;
  return ofLines(row, opening, span, sources, async (place) => {
    const { debits, credits } = await postedWith(sources, chosen, () => true, span.from, place);
    return debits - credits;
  });
}

/** Its event says on which day it stands. */
async function postedRow(
  asked: Asked,
  account: Account,
  cell: NamedCell,
  sources: CellSources,
): Promise<Row | undefined> {
  const [, , , sequence, leg] = cell.key.map(Number) as [number, number, number, number, number];
  if (!(sequence >= 0 && sequence <= sources.sequence)) return undefined;
  const [stored] = await sources.eventsAt([sequence]);
  const effectiveOn = stored?.event.effectiveOn ?? '';
  if (effectiveOn < asked.from || effectiveOn > asked.to) return undefined;
  const before = { ...account, at: { effectiveOn, sequence, leg: leg - 1 } };
  const next = accountRows({ ...asked, to: effectiveOn }, sources, account, before);
  return rowNamed(firstOf(next), KEY, cell);
}

async function* firstOf<T>(all: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const each of all) return void (yield each);
}
