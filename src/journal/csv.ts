import { DIM_NAMES, type Leg } from '../kernel/accounts.js';
import { amountOf, effectiveOn, type Format } from './format.js';

const COLUMNS = [
  'sequence',
  'effectiveOn',
  'recordedAt',
  'type',
  'event',
  'stream',
  'revision',
  'actor',
  'role',
  'source',
  'corrects',
  'correction',
  'account',
  'name',
  'amount',
  'currency',
  ...DIM_NAMES,
];

/** RFC 4180 in UTF-8: a line for each posting, a debit as a positive amount and a credit as a negative one. */
export const csv: Format = {
  file: 'journal.csv',
  mediaType: 'text/csv; charset=utf-8; header=present',
  en: 'Journal as CSV, a line for each posting',
  ar: 'دفتر اليومية بصيغة CSV، سطر لكل قيد طرف',
  holds: 'entries',
  head: () => `${COLUMNS.join(',')}\r\n`,
  event({ event, sequence }, names) {
    const { recordedAt, type, id, stream, revision, actor, source, corrects, refs } = event;
    const by = [recordedAt, type, id, stream, revision, actor.id, actor.role, source, corrects, refs.correction];
    const common = `${sequence},${effectiveOn(event)},${by.map(field).join(',')}`;
    const line = ({ account, dims }: Leg, amount: string, currency: string): string => {
      const values: Readonly<Record<string, string>> = dims;
      const sorted = DIM_NAMES.map((name) => field(values[name])).join(',');
      return `${common},${account},${field(names.account(account))},${amount},${currency},${sorted}\r\n`;
    };
    return event.entries
      .map((entry) => {
        const amount = amountOf(entry);
        return line(entry.debit, amount, entry.currency) + line(entry.credit, `-${amount}`, entry.currency);
      })
      .join('');
  },
};

/** What a spreadsheet would take for a formula is told to be a text by a quote before it; so is what begins with that. */
const FORMULA = /^['=+\-@\t\r]/;

function field(value: string | number | undefined): string {
  if (value === undefined || typeof value === 'number') return String(value ?? '');
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
