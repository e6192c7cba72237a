import { CHART, DIM_NAMES, type Leg } from '../kernel/accounts.js';
import type { Entry } from '../kernel/entries.js';
import type { Envelope } from '../kernel/envelope.js';
import { decimalsOf, type Currency } from '../kernel/money.js';
import { amountOf, described, effectiveOn, plain, recordedOn, type Format, type Names } from './format.js';

/** hledger tells the kind of an account by these, whatever the language of its name. */
const ROOTS = {
  asset: 'assets',
  liability: 'liabilities',
  equity: 'equity',
  revenue: 'revenues',
  expense: 'expenses',
} as const;

const DIMS = DIM_NAMES.filter((name) => name !== 'entity');
const TAGS = ['event', 'stream', 'corrects', 'correction', ...DIMS];

/**
 * Plain text for hledger and Ledger alike, and strict enough for the checks of both. A transaction is an event: its date is
 * when it counts, its second date when it was recorded, its code the sequence. An account ends with its entity, whose
 * balance so is a sub-account's; the other dims are tags.
 */
export const ledger: Format = {
  file: 'journal.ledger',
  mediaType: 'text/plain; charset=utf-8',
  en: 'Journal for hledger and Ledger',
  ar: 'دفتر اليومية لبرنامجي hledger وLedger',
  holds: 'entries',
  head: (of, selection) =>
    `; Sijill journal, version 1, of the ledger ${of}\n; ${described(selection)}\n` +
    `${TAGS.map((tag) => `tag ${tag}\n`).join('')}`,
  declarations: ({ type, entries }, names) => [
    `\npayee ${names.event(type)}\n`,
    ...entries.flatMap(({ debit, credit, currency }) => [
      commodity(currency as Currency),
      `\naccount ${path(debit, names)}\n`,
      `\naccount ${path(credit, names)}\n`,
    ]),
  ],
  event({ event, sequence }, names) {
    const { id, stream, type, entries } = event;
    const first = `\n${effectiveOn(event)}=${recordedOn(event)} (${sequence}) ${names.event(type)}\n`;
    const tags = tag('event', id) + tag('stream', stream) + corrections(event);
    return first + tags + entries.map((entry) => postings(entry, names)).join('');
  },
  tail: (events) => `\n; the end, after ${events} transactions\n`,
};

const path = ({ account, dims }: Leg, names: Names): string =>
  `${ROOTS[CHART[account].kind]}:${account} ${names.account(account)}:${plain(dims.entity)}`;

const tag = (name: string, value: string): string => `    ; ${name}: ${plain(value)}\n`;

const corrections = ({ corrects, refs: { correction } }: Envelope): string =>
  (corrects === undefined ? '' : tag('corrects', corrects)) +
  (correction === undefined ? '' : tag('correction', correction));

function postings(entry: Entry, names: Names): string {
  const amount = amountOf(entry);
  const { currency } = entry;
  return posting(entry.debit, `${currency} ${amount}`, names) + posting(entry.credit, `${currency} -${amount}`, names);
}

function posting(leg: Leg, amount: string, names: Names): string {
  let text = `    ${path(leg, names)}  ${amount}\n`;
  const dims: Readonly<Record<string, string>> = leg.dims;
  for (const name of DIMS) if (dims[name] !== undefined) text += tag(name, dims[name]);
  return text;
}

/** A format has a decimal point, or hledger would not take it; Ledger takes one at its end only where the currency is first. */
const commodity = (currency: Currency): string =>
  `\ncommodity ${currency}\n    format ${currency} 1000.${'0'.repeat(decimalsOf(currency))}\n`;
