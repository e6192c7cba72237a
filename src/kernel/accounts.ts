/**
 * The chart of accounts (domain.md §4). `dims` are the dimensions that a posting to the account must name besides
 * `entity`, which every posting names.
 */
export const CHART = {
  '1100': { kind: 'asset', en: 'Bank', ar: 'البنك', dims: [] },
  '1110': { kind: 'asset', en: 'SADAD clearing', ar: 'مقاصة سداد', dims: [] },
  '1120': { kind: 'asset', en: 'Card clearing', ar: 'مقاصة البطاقات', dims: [] },
  '1200': { kind: 'asset', en: 'Debts receivable', ar: 'مديونيات مستحقة التحصيل', dims: ['party', 'sector', 'debt'] },
  '1205': {
    kind: 'asset',
    en: 'Instalments receivable',
    ar: 'أقساط مستحقة التحصيل',
    dims: ['party', 'sector', 'debt'],
  },
  '1210': { kind: 'asset', en: 'Fees receivable', ar: 'رسوم مستحقة التحصيل', dims: ['party', 'sector'] },
  '1220': { kind: 'asset', en: 'Contributions receivable', ar: 'اشتراكات تأمينية مستحقة التحصيل', dims: ['party'] },
  '1230': { kind: 'asset', en: 'Due from GOSI', ar: 'مستحق من التأمينات الاجتماعية', dims: [] },
  '2100': { kind: 'liability', en: 'Deferred revenue', ar: 'إيرادات مؤجلة', dims: ['party'] },
  '2200': { kind: 'liability', en: 'VAT payable', ar: 'ضريبة القيمة المضافة المستحقة', dims: [] },
  '2300': { kind: 'liability', en: 'Refundable balances', ar: 'أرصدة قابلة للاسترداد', dims: ['party', 'sector'] },
  '2310': { kind: 'liability', en: 'Unmatched receipts', ar: 'مقبوضات غير مطابقة', dims: ['party', 'receipt'] },
  '2320': { kind: 'liability', en: 'Refunds payable', ar: 'مبالغ مستردة مستحقة الدفع', dims: ['party'] },
  '2330': { kind: 'liability', en: 'In transit', ar: 'مبالغ في الطريق', dims: ['transit'] },
  '2400': { kind: 'liability', en: 'Due to GOSI', ar: 'مستحق للتأمينات الاجتماعية', dims: [] },
  '2500': { kind: 'liability', en: 'Due to Treasury', ar: 'مستحق للخزينة العامة', dims: [] },
  '2600': { kind: 'liability', en: 'Travel payable', ar: 'مستحقات الإركاب', dims: [] },
  '3000': { kind: 'equity', en: 'Accumulated result', ar: 'النتيجة المتراكمة', dims: [] },
  '4100': { kind: 'revenue', en: 'Subscriptions', ar: 'إيرادات الاشتراكات', dims: ['party'] },
  '4200': { kind: 'revenue', en: 'Fees', ar: 'إيرادات الرسوم', dims: ['party', 'sector'] },
  '4300': { kind: 'revenue', en: 'Debts', ar: 'إيرادات المديونيات', dims: ['party', 'sector', 'debt', 'ground'] },
  '5100': { kind: 'expense', en: 'Waivers', ar: 'إعفاءات', dims: ['party', 'sector', 'debt'] },
  '5200': { kind: 'expense', en: 'Uncollectable', ar: 'ديون معدومة', dims: ['party', 'sector', 'debt'] },
  '5300': { kind: 'expense', en: 'Travel', ar: 'مصروفات الإركاب', dims: [] },
} as const satisfies Record<string, Account>;

interface Account {
  readonly kind: 'asset' | 'liability' | 'equity' | 'revenue' | 'expense';
  readonly en: string;
  readonly ar: string;
  readonly dims: readonly DimName[];
}

/**
 * What a posting can be sorted by. `transit` is the event whose money is on its way through 2330; `closing` the year whose
 * result a year-end posting carries to 3000.
 */
export const DIM_NAMES = [
  'entity',
  'party',
  'sector',
  'debt',
  'receipt',
  'transit',
  'ground',
  'subscription',
  'closing',
] as const;
export type DimName = (typeof DIM_NAMES)[number];

export type AccountCode = keyof typeof CHART;

/** The dims of a posting: `entity` and the account's own are required, the others may be added. */
export type DimsOf<A extends AccountCode> = Readonly<
  { entity: string } & Record<(typeof CHART)[A]['dims'][number], string> & Partial<Record<DimName, string>>
>;

/** Accounts whose balance is a year's result: they begin each year at zero (domain.md §4, Year closed). */
export type ResultAccount = Extract<AccountCode, `4${string}` | `5${string}`>;

/** One side of a year-end posting: the whole of an account, for all parties, debts and grounds at once (docs/adr/0018). */
export interface ClosingLeg {
  readonly account: ResultAccount;
  readonly dims: { readonly entity: string; readonly closing: string };
}

/** One side of an entry: an account with the dims that it needs. A stored one may be a `ClosingLeg`, too. */
export type Leg = { readonly [A in AccountCode]: { readonly account: A; readonly dims: DimsOf<A> } }[AccountCode];

export const isAccountCode = (code: string): code is AccountCode => Object.hasOwn(CHART, code);

export const isResultAccount = (code: string): code is ResultAccount =>
  isAccountCode(code) && (CHART[code].kind === 'revenue' || CHART[code].kind === 'expense');
