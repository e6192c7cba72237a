import { CHART } from '../../src/kernel/accounts.js';
import { formatMinor, parseCurrency } from '../../src/kernel/money.js';
import type { Column } from '../report.js';

/* What the reports of the books have in common. */

export const ENTITY: Column = { name: 'entity', kind: 'id', en: 'Entity', ar: 'الجهة' };
export const PARTY: Column = { name: 'party', kind: 'id', en: 'Party', ar: 'الطرف' };
export const SECTOR: Column = { name: 'sector', kind: 'code', en: 'Sector', ar: 'القطاع' };
export const ACCOUNT: Column = { name: 'account', kind: 'code', en: 'Account', ar: 'الحساب' };
/** The account's name, in documents that are printed. */
export const ACCOUNT_NAME: Column = { name: 'title', kind: 'code', en: 'Name', ar: 'اسم الحساب', labels: CHART };
export const COUNTER: Column = { name: 'counter', kind: 'code', en: 'Counter-account', ar: 'الحساب المقابل' };
export const CURRENCY: Column = { name: 'currency', kind: 'currency', en: 'Currency', ar: 'العملة' };
export const DAY: Column = { name: 'effectiveOn', kind: 'date', en: 'Date', ar: 'التاريخ' };
export const SEQUENCE: Column = { name: 'sequence', kind: 'sequence', en: 'Sequence', ar: 'التسلسل' };
export const LEG: Column = { name: 'leg', kind: 'count', en: 'Leg', ar: 'طرف القيد' };
export const EVENT: Column = { name: 'event', kind: 'id', en: 'Event', ar: 'الحدث' };
export const TYPE: Column = { name: 'type', kind: 'code', en: 'Kind of event', ar: 'نوع الحدث' };
export const LINE: Column = {
  name: 'line',
  kind: 'code',
  en: 'Line',
  ar: 'البيان',
  labels: {
    opening: { en: 'Opening balance', ar: 'رصيد افتتاحي' },
    posted: { en: 'Posted', ar: 'قيد' },
    closing: { en: 'Closing balance', ar: 'رصيد ختامي' },
  },
};
/** A running balance: what is debited is positive. */
export const BALANCE: Column = { name: 'balance', kind: 'money', en: 'Balance', ar: 'الرصيد' };

export const money = (name: string, en: string, ar: string): Column => ({ name, kind: 'money', en, ar });
/** An amount that adds up over the rows. */
export const added = (name: string, en: string, ar: string): Column => ({ ...money(name, en, ar), total: true });

export const decimal = (minor: bigint, currency: string): string => formatMinor(minor, parseCurrency(currency));

/** A balance stands on one side; zero on the other. */
export function sides(minor: bigint): readonly [debit: bigint, credit: bigint] {
  return minor > 0n ? [minor, 0n] : [0n, -minor];
}
