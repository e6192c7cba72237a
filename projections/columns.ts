import type { Column } from './report.js';

/* Columns that several reports have, under one name. */
export const ENTITY: Column = { name: 'entity', kind: 'id', en: 'Entity', ar: 'الجهة' };
export const PARTY: Column = { name: 'party', kind: 'id', en: 'Party', ar: 'الطرف' };
export const SECTOR: Column = { name: 'sector', kind: 'code', en: 'Sector', ar: 'القطاع' };
export const CURRENCY: Column = { name: 'currency', kind: 'currency', en: 'Currency', ar: 'العملة' };
export const SEQUENCE: Column = { name: 'sequence', kind: 'sequence', en: 'Sequence', ar: 'التسلسل' };
export const EVENT: Column = { name: 'event', kind: 'id', en: 'Event', ar: 'الحدث' };

/** An amount that adds up over the rows. */
export const money = (name: string, en: string, ar: string): Column => ({ name, kind: 'money', en, ar, total: true });
/** An amount that does not: a balance of one moment among others. */
export const balance = (name: string, en: string, ar: string): Column => ({ name, kind: 'money', en, ar });
export const count = (name: string, en: string, ar: string): Column => ({ name, kind: 'count', en, ar, total: true });
