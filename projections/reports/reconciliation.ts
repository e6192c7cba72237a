import { billingEvents, type ReceiptEvent } from '../../src/contexts/billing/events.js';
import { balanceEvents } from '../../src/contexts/balances/events.js';
import { factTypes } from '../../src/event-store/catalogue.js';
import type { Recorded } from '../../src/kernel/decider.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { replayed, TODAY, YEAR_BEGIN, type Named } from '../report.js';
import { balance, CURRENCY, ENTITY, money } from '../columns.js';
import { minorOf, postedTo, type Posted } from '../postings.js';
import { decimal } from '../sums.js';
import { byText } from './sorting.js';

/** Where money arrives (domain.md §4). */
const CASH = {
  '1100': { en: 'Bank', ar: 'البنك' },
  '1110': { en: 'SADAD clearing', ar: 'مقاصة سداد' },
  '1120': { en: 'Card clearing', ar: 'مقاصة البطاقات' },
} as const satisfies Record<string, Named>;
const UNMATCHED = '2310';
const ACCOUNTS = [...Object.keys(CASH), UNMATCHED];

const TARGETS = {
  debt: { en: 'Debt', ar: 'مديونية' },
  subscription: { en: 'Subscription', ar: 'اشتراك' },
} as const satisfies Record<string, Named>;

/** One receipt; amounts in minor units. What nobody has said in what was read is null. */
interface Receipt {
  readonly receipt: string;
  readonly entity: string;
  readonly party: string | null;
  readonly currency: string;
  account: string | null;
  facts: Readonly<Record<(typeof FACTS)[number], string | null>>;
  amount: bigint;
  received: bigint;
  reversed: bigint;
  target: keyof typeof TARGETS | null;
  matchedTo: string | null;
  matchedOn: string | null;
  reversal: string | null;
  reversedOn: string | null;
  clearing: bigint;
  unmatched: bigint;
  /** Something happened to it between the first and the last day. */
  isListed: boolean;
}
const FACTS = ['channel', 'bank', 'reference', 'countedOn', 'paidOn', 'valueDate'] as const;

interface State {
  /** Those of the asked days, and earlier ones that are not matched yet. */
  readonly receipts: Map<string, Receipt>;
  /** All that the accounts of money hold, by entity, currency and account. */
  readonly cash: Map<string, bigint>;
}

export const reconciliation = replayed({
  name: 'sadad-reconciliation',
  number: 8,
  title: { en: 'Reconciliation of receipts', ar: 'مطابقة سداد والبنك' },
  about: {
    en: 'Each receipt that was recorded, matched or taken back by the bank from the first to the last day, and each earlier one that is still not matched: what the bank said, what it pays, what stands in the account it came in on (1100, 1110, 1120) and what is unmatched (2310). A line without a receipt is what all other receipts hold in an account, so that the columns add up to the accounts. That SADAD or cards were settled to the bank is not recorded yet: 1110 and 1120 hold all that ever came in.',
    ar: 'كل سند قبض سُجّل أو طوبق أو عكسه المصرف من اليوم الأول إلى الأخير، وكل سابق لم يُطابق بعد: ما ذكره المصرف، وما يسدده، والقائم في الحساب الذي ورد عليه (1100 و1110 و1120)، وغير المطابق (2310). والسطر الذي بلا سند هو ما لسائر السندات في الحساب، فتساوي المجاميع الحسابات. ولا تُدوَّن بعدُ تسوية سداد أو البطاقات إلى البنك: ففي 1110 و1120 كل ما ورد.',
  },
  takes: { entity: 'optional', to: TODAY, from: YEAR_BEGIN },
  columns: [
    ENTITY,
    CURRENCY,
    { name: 'account', kind: 'code', en: 'Account', ar: 'الحساب', labels: CASH },
    { name: 'receipt', kind: 'id', en: 'Receipt', ar: 'سند القبض' },
    { name: 'channel', kind: 'code', en: 'Channel', ar: 'القناة' },
    { name: 'bank', kind: 'id', en: 'Bank', ar: 'المصرف' },
    { name: 'reference', kind: 'code', en: 'Bank reference', ar: 'مرجع المصرف' },
    { name: 'party', kind: 'id', en: 'Payer', ar: 'الدافع' },
    { name: 'countedOn', kind: 'date', en: 'Counted on', ar: 'تاريخ القيد' },
    { name: 'paidOn', kind: 'date', en: 'Paid on', ar: 'تاريخ السداد' },
    { name: 'valueDate', kind: 'date', en: 'Value date', ar: 'تاريخ الحق' },
    balance('amount', 'Amount', 'المبلغ'),
    { name: 'target', kind: 'code', en: 'Pays a', ar: 'يسدد', labels: TARGETS },
    { name: 'matchedTo', kind: 'id', en: 'Matched with', ar: 'طوبق بـ' },
    { name: 'matchedOn', kind: 'date', en: 'Matched on', ar: 'تاريخ المطابقة' },
    { name: 'reversal', kind: 'code', en: 'Reference of the reversal', ar: 'مرجع العكس' },
    { name: 'reversedOn', kind: 'date', en: 'Reversed on', ar: 'تاريخ العكس' },
    money('received', 'Received in the period', 'المقبوض في الفترة'),
    money('reversed', 'Taken back in the period', 'المعكوس في الفترة'),
    money('clearing', 'In the account', 'القائم في الحساب'),
    money('unmatched', 'Unmatched', 'غير المطابق'),
  ],
  key: ['entity', 'currency', 'account', 'receipt'],
  boundBy: { entity: 'entity' },
  types: [
    ...factTypes([...billingEvents, ...balanceEvents]),
    'debts.ReceiptApplied',
    'debts.ReceiptReversed',
    'subscriptions.PaymentReceived',
    'subscriptions.SubscriptionActivated',
    'subscriptions.SubscriptionRenewed',
    'subscriptions.PaymentReversed',
  ],
  parts: ({ event }) => receiptsOf(event),
  initial: (): State => ({ receipts: new Map(), cash: new Map() }),
  fold(state, { event }, { entity, from, to }) {
    if (event.effectiveOn > to) return;
    if (event.type.startsWith('billing.')) {
      if ((entity ?? event.refs.payee) !== event.refs.payee) return;
      told(state, event as Recorded<ReceiptEvent>, event.effectiveOn >= from);
    }
    const posted = postedTo(ACCOUNTS, event).filter(({ dims }) => (entity ?? dims.entity) === dims.entity);
    for (const each of posted) post(state, each);
    for (const { dims } of posted) forget(state, dims.receipt ?? '');
  },
  *rows({ receipts, cash }) {
    const others = new Map(cash);
    for (const each of receipts.values()) {
      const key = `${each.entity} ${each.currency} ${each.account}`;
      if (others.has(key)) others.set(key, (others.get(key) as bigint) - each.clearing);
    }
    for (const [key, minor] of [...others].sort(byText(([of]) => of))) {
      if (minor !== 0n) yield broughtForward(key, minor);
    }
    const order = ({ entity, currency, account, facts }: Receipt): string =>
      `${entity} ${currency} ${account} ${facts.countedOn ?? ''}`;
    for (const receipt of [...receipts.values()].sort(byText(order))) yield rowOf(receipt);
  },
});

/** The receipts that an event tells of, or posts to. */
const receiptsOf = ({ refs, entries }: Envelope): string[] => {
  const named = entries.flatMap(({ debit, credit }) => [debit.dims.receipt, credit.dims.receipt]);
  return [...new Set([refs.receipt, ...named])].filter((id) => id !== undefined);
};

/** What a receipt's own events say of it. */
function told({ receipts }: State, event: Recorded<ReceiptEvent>, isInside: boolean): void {
  const { type, refs, effectiveOn } = event;
  const id = refs.receipt ?? '';
  if (type === 'billing.ReceiptRecorded') {
    const { bank, reference, payer, payee, channel, amount, currency, paidOn, valueDate = null } = event.data;
    const facts = { channel, bank, reference, countedOn: effectiveOn, paidOn, valueDate };
    const minor = minorOf(amount, currency);
    const known = { facts, amount: minor, received: isInside ? minor : 0n, isListed: isInside };
    receipts.set(id, { ...unknown(id, payee, payer, currency), ...known });
  } else if (type === 'billing.ReceiptMatched') {
    const receipt = receipts.get(id);
    if (receipt === undefined) return;
    const isDebt = 'debt' in event.data;
    receipt.target = isDebt ? 'debt' : 'subscription';
    receipt.matchedTo = isDebt ? event.data.debt : event.data.subscription;
    receipt.matchedOn = effectiveOn;
    receipt.isListed ||= isInside;
  } else if (type === 'billing.ReceiptReversed') {
    const { payer, amount, currency, reference, debt, subscription } = event.data;
    const minor = minorOf(amount, currency);
    // Of one that was forgotten, this is known again: it had come in, and was matched.
    const again = { ...unknown(id, refs.payee ?? '', payer, currency), clearing: minor, amount: minor };
    const matched = { target: debt !== null ? 'debt' : subscription !== null ? 'subscription' : null } as const;
    const receipt = receipts.get(id) ?? { ...again, ...matched, matchedTo: debt ?? subscription };
    receipts.set(id, receipt);
    receipt.facts = { ...receipt.facts, bank: refs.bank ?? null };
    receipt.reversal = reference;
    receipt.reversedOn = effectiveOn;
    receipt.reversed = isInside ? minor : 0n;
    receipt.isListed ||= isInside;
  }
}

function post({ receipts, cash }: State, { account, dims, currency, minor }: Posted): void {
  const { entity, party = null, receipt: id = '' } = dims;
  const receipt = receipts.get(id) ?? unknown(id, entity, party, currency);
  receipts.set(id, receipt);
  if (account === UNMATCHED) {
    receipt.unmatched -= minor; // a liability stands on the credit side
    return;
  }
  receipt.account = account;
  receipt.clearing += minor;
  const key = `${entity} ${currency} ${account}`;
  cash.set(key, (cash.get(key) ?? 0n) + minor);
}

/** An earlier one that is matched stays in the accounts' sums alone. */
function forget({ receipts }: State, id: string): void {
  const receipt = receipts.get(id);
  if (receipt?.unmatched === 0n && !receipt.isListed) receipts.delete(id);
}

const unknown = (receipt: string, entity: string, party: string | null, currency: string): Receipt => ({
  receipt,
  entity,
  party,
  currency,
  account: null,
  facts: Object.fromEntries(FACTS.map((name) => [name, null])) as Receipt['facts'],
  amount: 0n,
  received: 0n,
  reversed: 0n,
  target: null,
  matchedTo: null,
  matchedOn: null,
  reversal: null,
  reversedOn: null,
  clearing: 0n,
  unmatched: 0n,
  isListed: false,
});

function rowOf(receipt: Receipt) {
  const { facts, amount, received, reversed, clearing, unmatched, isListed: _, ...rest } = receipt;
  const text = (minor: bigint): string => decimal(minor, rest.currency);
  const amounts = { amount: text(amount), received: text(received), reversed: text(reversed) };
  return { ...rest, ...facts, ...amounts, clearing: text(clearing), unmatched: text(unmatched) };
}

function broughtForward(key: string, minor: bigint) {
  const [entity = '', currency = '', account = ''] = key.split(' ');
  return {
    ...rowOf({ ...unknown('', entity, null, currency), account, clearing: minor }),
    receipt: null,
    amount: null,
  };
}
