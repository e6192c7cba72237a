import { CHART, DIM_NAMES, type Leg } from '../kernel/accounts.js';
import { FIRST_DAY } from '../kernel/calendar.js';
import type { Entry } from '../kernel/entries.js';
import { isPartyId } from '../kernel/ids.js';
import { amountOf, described, effectiveOn, plain, recordedOn, type Format, type Names } from './format.js';

const ROOTS = {
  asset: 'Assets',
  liability: 'Liabilities',
  equity: 'Equity',
  revenue: 'Income',
  expense: 'Expenses',
} as const;

const DIMS = DIM_NAMES.filter((name) => name !== 'entity');

/**
 * For Beancount 2 and later. A transaction is an event: its date is when it counts, its link the stream, its metadata say
 * the rest. An account ends with its entity; the other dims are metadata of the posting.
 */
export const beancount: Format = {
  file: 'journal.beancount',
  mediaType: 'text/plain; charset=utf-8',
  en: 'Journal for Beancount',
  ar: 'دفتر اليومية لبرنامج Beancount',
  holds: 'entries',
  head: (of, selection) =>
    `; Sijill journal, version 1, of the ledger ${of}\n; ${described(selection)}\n` + `option "title" "Sijill ${of}"\n`,
  // As of the first day that there is: one that is recorded last may count first.
  declarations: ({ entries }, names) =>
    entries.flatMap(({ debit, credit, currency }) => [
      `${FIRST_DAY} commodity ${currency}\n`,
      `${FIRST_DAY} open ${path(debit, names)}\n`,
      `${FIRST_DAY} open ${path(credit, names)}\n`,
    ]),
  event({ event, sequence }, names) {
    const { id, stream, type, entries, corrects, refs } = event;
    return (
      `\n${effectiveOn(event)} * "${names.event(type)}" ^${link(stream)}\n  sequence: ${sequence}\n` +
      `  recordedOn: ${recordedOn(event)}\n${metadata('  event', id)}` +
      (corrects === undefined ? '' : metadata('  corrects', corrects)) +
      (refs.correction === undefined ? '' : metadata('  correction', refs.correction)) +
      entries.map((entry) => postings(entry, names)).join('')
    );
  },
  tail: (events) => `\n; the end, after ${events} transactions\n`,
};

/** Of an account's parts each begins with a capital or a digit, and goes on with letters, digits and hyphens. */
const path = ({ account, dims: { entity } }: Leg, names: Names): string =>
  `${ROOTS[CHART[account].kind]}:${account}-${names.account(account).replaceAll(' ', '-')}:${part(entity)}`;

const part = (entity: string): string =>
  isPartyId(entity) ? entity.replace('party_', 'Party-') : `Other-${Buffer.from(entity).toString('hex')}`;

/** A percent sign cannot stand in a link; `_` does for what no stream's name holds. */
const link = (stream: string): string => plain(stream).replaceAll('%', '_');

const metadata = (name: string, value: string): string => `${name}: "${plain(value)}"\n`;

function postings(entry: Entry, names: Names): string {
  const amount = `${amountOf(entry)} ${entry.currency}`;
  return posting(entry.debit, amount, names) + posting(entry.credit, `-${amount}`, names);
}

function posting(leg: Leg, amount: string, names: Names): string {
  let text = `  ${path(leg, names)}  ${amount}\n`;
  const dims: Readonly<Record<string, string>> = leg.dims;
  for (const name of DIMS) if (dims[name] !== undefined) text += metadata(`    ${name}`, dims[name]);
  return text;
}
