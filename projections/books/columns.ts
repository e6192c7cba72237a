import { CHART } from '../../src/kernel/accounts.js';
import { balance } from '../columns.js';
import type { Column } from '../report.js';

/* What the reports of the books have in common. */

export const ACCOUNT: Column = { name: 'account', kind: 'code', en: 'Account', ar: 'الحساب' };
/** The account's name, in documents that are printed. */
export const ACCOUNT_NAME: Column = { name: 'title', kind: 'code', en: 'Name', ar: 'اسم الحساب', labels: CHART };
export const COUNTER: Column = { name: 'counter', kind: 'code', en: 'Counter-account', ar: 'الحساب المقابل' };
export const DAY: Column = { name: 'effectiveOn', kind: 'date', en: 'Date', ar: 'التاريخ' };
export const LEG: Column = { name: 'leg', kind: 'count', en: 'Leg', ar: 'طرف القيد' };
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
export const BALANCE = balance('balance', 'Balance', 'الرصيد');

/** A balance stands on one side; zero on the other. */
export function sides(minor: bigint): readonly [debit: bigint, credit: bigint] {
  return minor > 0n ? [minor, 0n] : [0n, -minor];
}
