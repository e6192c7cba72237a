import type { Role } from '../kernel/envelope.js';

/** The contexts that the edge records refusals for. */
export const CONTEXTS = [
  'debts',
  'delegations',
  'billing',
  'balances',
  'subscriptions',
  'periods',
  'parties',
  'reports',
] as const;

/**
 * Which role may use which route: the one table that the guard, `docs/access.md`, the OpenAPI document and the test
 * of the whole matrix come from. What a role sees of a route's answers is said by `SCOPE`.
 */
export interface Route {
  /** `public`: no token is asked for. */
  readonly roles: readonly Role[] | 'public';
  readonly en: string;
  readonly ar: string;
  /** The context that a refusal of this route is recorded in. */
  readonly context?: (typeof CONTEXTS)[number];
  /** The command that the route sends; a refused reading is recorded as `View…`. */
  readonly command?: string;
  /** The command makes a new aggregate: its id comes from the route and the key, and the answer is 201. */
  readonly creates?: true;
  /** It reads, though it is no GET: what is looked for has no place in an address. */
  readonly reads?: true;
  /** A person decides on what they saw: `If-Match` is required. */
  readonly ifMatch?: true;
  /** The path's last parameter takes all of the rest, slashes too. */
  readonly rest?: true;
  /** Without a token the server works something out: that counts for the address that asks. */
  readonly counted?: true;
  /** Fields of the body whose values may not leave a plain trace, not even as a digest. */
  readonly personal?: readonly string[];
}

const DRAFTING = ['clerk', 'importer'] as const;
const REGISTERING = ['clerk', 'approver', 'importer'] as const;
const REQUESTING = ['clerk', 'debtor', 'establishment', 'importer'] as const;
const PAYING = ['debtor', 'establishment', 'importer'] as const;
const DECIDING = ['approver', 'importer'] as const;
const BANKING = ['bank', 'importer'] as const;
const READING = ['debtor', 'establishment', 'clerk', 'approver', 'auditor', 'regulator'] as const;
const READING_DELEGATIONS = ['clerk', 'approver', 'auditor', 'regulator'] as const;
const SUBSCRIBING = ['establishment', 'importer'] as const;
const USING = ['establishment', 'debtor', 'importer'] as const;
const CORRECTING = ['clerk', 'debtor', 'establishment', 'importer'] as const;
const HOLDING = ['approver', 'regulator'] as const;
const ERASING = ['clerk', 'debtor', 'establishment'] as const;
const OWNING = ['debtor', 'establishment'] as const;
const READING_RECEIPTS = [...READING, 'bank'] as const;
const READING_ATTEMPTS = ['auditor', 'regulator', 'operator'] as const;
const OPERATING = ['operator'] as const;
const CLOSING = ['clerk'] as const;
const APPROVING = ['approver'] as const;
const OWN_ACCESS = [...OWNING, 'auditor', 'regulator'] as const;
const AUDITING = ['auditor', 'regulator'] as const;
const READING_BOOKS = ['clerk', 'approver', 'auditor', 'regulator'] as const;

const debts = { context: 'debts' } as const;
const billing = { context: 'billing' } as const;
const delegations = { context: 'delegations' } as const;
const balances = { context: 'balances' } as const;
const subscriptions = { context: 'subscriptions' } as const;
const periods = { context: 'periods' } as const;
const parties = { context: 'parties' } as const;
const reports = { context: 'reports' } as const;
const shown = { roles: 'public' } as const;

export const ROUTES = {
  'POST /v1/debts': {
    ...debts,
    roles: DRAFTING,
    command: 'DraftDebt',
    creates: true,
    en: 'Draft a debt',
    ar: 'إعداد مسودة مديونية',
  },
  'PATCH /v1/debts/{id}': {
    ...debts,
    roles: DRAFTING,
    command: 'EditDraft',
    ifMatch: true,
    en: 'Edit a draft',
    ar: 'تعديل مسودة',
  },
  'DELETE /v1/debts/{id}': {
    ...debts,
    roles: DRAFTING,
    command: 'DiscardDraft',
    en: 'Discard a draft',
    ar: 'حذف مسودة',
  },
  'POST /v1/debts/{id}/registration': {
    ...debts,
    roles: REGISTERING,
    command: 'RegisterDebt',
    ifMatch: true,
    en: 'Register a debt',
    ar: 'قيد مديونية',
  },
  'POST /v1/debts/{id}/proceedings': {
    ...debts,
    roles: DRAFTING,
    command: 'RecordProceeding',
    en: 'Record a proceeding',
    ar: 'تسجيل إجراء',
  },
  'POST /v1/debts/{id}/update-requests': {
    ...debts,
    roles: REQUESTING,
    command: 'RequestUpdate',
    en: 'Request an update',
    ar: 'طلب تحديث البيانات',
  },
  'POST /v1/debts/{id}/payment-requests': {
    ...debts,
    roles: PAYING,
    command: 'RequestPayment',
    en: 'Request that a payment be recognised',
    ar: 'طلب إثبات سداد',
  },
  'POST /v1/debts/{id}/cancellation-requests': {
    ...debts,
    roles: REQUESTING,
    command: 'RequestCancellation',
    en: 'Request a cancellation',
    ar: 'طلب إلغاء',
  },
  'POST /v1/debts/{id}/exemption-requests': {
    ...debts,
    roles: PAYING,
    command: 'RequestExemption',
    personal: ['evidence'],
    en: 'Request an exemption',
    ar: 'طلب إعفاء',
  },
  'POST /v1/debts/{id}/instalment-requests': {
    ...debts,
    roles: PAYING,
    command: 'RequestInstalments',
    personal: ['evidence'],
    en: 'Request instalments',
    ar: 'طلب تقسيط',
  },
  'POST /v1/debts/{id}/requests/{request}/approval': {
    ...debts,
    roles: DECIDING,
    command: 'ApproveRequest',
    ifMatch: true,
    en: 'Approve a request',
    ar: 'اعتماد طلب',
  },
  'POST /v1/debts/{id}/requests/{request}/decline': {
    ...debts,
    roles: DECIDING,
    command: 'DeclineRequest',
    ifMatch: true,
    en: 'Decline a request',
    ar: 'رفض الطلب',
  },
  'POST /v1/debts/{id}/requests/{request}/withdrawal': {
    ...debts,
    roles: REQUESTING,
    command: 'WithdrawRequest',
    en: 'Withdraw a request',
    ar: 'سحب طلب',
  },
  'POST /v1/delegations': {
    ...delegations,
    roles: REGISTERING,
    command: 'RegisterDelegation',
    creates: true,
    personal: ['approver'],
    en: 'Register a delegation',
    ar: 'تسجيل تفويض',
  },
  'POST /v1/delegations/{id}/approval': {
    ...delegations,
    roles: DECIDING,
    command: 'ApproveDelegation',
    ifMatch: true,
    en: 'Approve a delegation',
    ar: 'اعتماد تفويض',
  },
  'POST /v1/delegations/{id}/revocation': {
    ...delegations,
    roles: REGISTERING,
    command: 'RevokeDelegation',
    en: 'Revoke a delegation',
    ar: 'إلغاء تفويض',
  },
  'POST /v1/entities/{party}/closing-requests': {
    ...periods,
    roles: CLOSING,
    command: 'RequestClosing',
    en: 'Request that a month or a year be closed',
    ar: 'طلب إقفال شهر أو سنة',
  },
  'POST /v1/entities/{party}/closing-requests/{request}/approval': {
    ...periods,
    roles: APPROVING,
    command: 'ApproveClosing',
    ifMatch: true,
    en: 'Approve a closing',
    ar: 'اعتماد إقفال',
  },
  'POST /v1/entities/{party}/closing-requests/{request}/decline': {
    ...periods,
    roles: APPROVING,
    command: 'DeclineClosing',
    ifMatch: true,
    en: 'Decline a closing',
    ar: 'رفض طلب إقفال',
  },
  'POST /v1/entities/{party}/closing-requests/{request}/withdrawal': {
    ...periods,
    roles: CLOSING,
    command: 'WithdrawClosing',
    en: 'Withdraw a closing',
    ar: 'سحب طلب إقفال',
  },
  'POST /v1/entities/{party}/corrections': {
    ...periods,
    roles: CLOSING,
    command: 'RequestCorrection',
    en: 'Request a correction in a closed period',
    ar: 'طلب تصحيح في فترة مقفلة',
  },
  'POST /v1/corrections/{id}/approval': {
    ...periods,
    roles: APPROVING,
    command: 'ApproveCorrection',
    ifMatch: true,
    en: 'Approve a correction',
    ar: 'اعتماد تصحيح',
  },
  'POST /v1/corrections/{id}/decline': {
    ...periods,
    roles: APPROVING,
    command: 'DeclineCorrection',
    ifMatch: true,
    en: 'Decline a correction',
    ar: 'رفض طلب تصحيح',
  },
  'POST /v1/corrections/{id}/withdrawal': {
    ...periods,
    roles: CLOSING,
    command: 'WithdrawCorrection',
    en: 'Withdraw a correction',
    ar: 'سحب طلب تصحيح',
  },
  'POST /v1/receipts': {
    ...billing,
    roles: BANKING,
    command: 'RecordReceipt',
    creates: true,
    personal: ['sourceAccount'],
    en: 'Record a receipt',
    ar: 'تسجيل سند قبض',
  },
  'POST /v1/receipts/{id}/match': {
    ...billing,
    roles: REGISTERING,
    command: 'MatchReceipt',
    en: 'Match a receipt to a debt or a subscription',
    ar: 'مطابقة سند قبض بمديونية أو اشتراك',
  },
  'POST /v1/receipts/{id}/reversal': {
    ...billing,
    roles: BANKING,
    command: 'ReverseRecordedReceipt',
    en: 'Reverse a receipt',
    ar: 'عكس سند قبض',
  },
  'POST /v1/subscriptions': {
    ...subscriptions,
    roles: SUBSCRIBING,
    command: 'PurchaseSubscription',
    creates: true,
    en: 'Buy a subscription',
    ar: 'شراء اشتراك',
  },
  'POST /v1/subscriptions/{id}/renewals': {
    ...subscriptions,
    roles: SUBSCRIBING,
    command: 'RenewSubscription',
    en: 'Order a renewal',
    ar: 'طلب تجديد اشتراك',
  },
  'POST /v1/subscriptions/{id}/cancellation': {
    ...subscriptions,
    roles: SUBSCRIBING,
    command: 'CancelSubscription',
    en: 'Cancel a subscription',
    ar: 'إلغاء اشتراك',
  },
  'POST /v1/subscriptions/{id}/refund-requests': {
    ...subscriptions,
    roles: SUBSCRIBING,
    command: 'RefundAttempt',
    en: 'Ask for a refund (always refused)',
    ar: 'طلب استرداد مبلغ اشتراك (مرفوض دائمًا)',
  },
  'POST /v1/subscriptions/{id}/transfers': {
    ...subscriptions,
    roles: SUBSCRIBING,
    command: 'TransferSubscription',
    en: 'Transfer to another user (always refused)',
    ar: 'نقل اشتراك إلى مستخدم آخر (مرفوض دائمًا)',
  },
  'POST /v1/subscriptions/{id}/reinstatement': {
    ...subscriptions,
    roles: SUBSCRIBING,
    command: 'ReinstateSubscription',
    en: 'Recover a subscription (always refused)',
    ar: 'استعادة اشتراك (مرفوضة دائمًا)',
  },
  'POST /v1/subscriptions/{id}/service-uses': {
    ...subscriptions,
    roles: USING,
    command: 'UseService',
    en: 'Use a service',
    ar: 'استخدام خدمة',
  },
  'POST /v1/establishments/{party}/resignations': {
    ...subscriptions,
    roles: SUBSCRIBING,
    command: 'RecordResignation',
    en: "Record a user's resignation",
    ar: 'تسجيل استقالة مستخدم',
  },
  'POST /v1/parties': {
    ...parties,
    roles: DRAFTING,
    command: 'RecordParty',
    personal: ['identifier', 'name', 'mobile', 'email', 'address'],
    en: 'Record a party',
    ar: 'تسجيل طرف',
  },
  'POST /v1/parties/{party}/corrections': {
    ...parties,
    roles: CORRECTING,
    command: 'CorrectParty',
    personal: ['name', 'mobile', 'email', 'address'],
    en: 'Correct the data of a party',
    ar: 'تصحيح بيانات طرف',
  },
  'POST /v1/parties/{party}/legal-holds': {
    ...parties,
    roles: HOLDING,
    command: 'PlaceHold',
    en: 'Place a legal hold on the data of a party',
    ar: 'وضع حجز نظامي على بيانات طرف',
  },
  'DELETE /v1/parties/{party}/legal-holds/{hold}': {
    ...parties,
    roles: HOLDING,
    command: 'LiftHold',
    en: 'Lift a legal hold',
    ar: 'رفع حجز نظامي',
  },
  'POST /v1/parties/{party}/erasure-requests': {
    ...parties,
    roles: ERASING,
    command: 'RequestErasure',
    en: 'Request that the data of a party be destroyed',
    ar: 'طلب إتلاف بيانات طرف',
  },
  'POST /v1/parties/{party}/erasure-requests/{request}/approval': {
    ...parties,
    roles: APPROVING,
    command: 'ApproveErasure',
    ifMatch: true,
    en: 'Approve an erasure',
    ar: 'اعتماد إتلاف بيانات',
  },
  'POST /v1/parties/{party}/erasure-requests/{request}/decline': {
    ...parties,
    roles: APPROVING,
    command: 'DeclineErasure',
    ifMatch: true,
    en: 'Decline an erasure',
    ar: 'رفض طلب إتلاف بيانات',
  },
  'POST /v1/parties/{party}/erasure-requests/{request}/withdrawal': {
    ...parties,
    roles: ERASING,
    command: 'WithdrawErasure',
    en: 'Withdraw an erasure',
    ar: 'سحب طلب إتلاف بيانات',
  },
  'POST /v1/parties/lookup': {
    ...parties,
    roles: READING_BOOKS,
    command: 'LookUpParty',
    reads: true,
    personal: ['identifier'],
    en: 'Find a party by its identifier',
    ar: 'البحث عن طرف برقمه',
  },
  'GET /v1/debts': { ...debts, roles: READING, en: 'List debts', ar: 'عرض المديونيات' },
  'GET /v1/debts/{id}': { ...debts, roles: READING, command: 'ViewDebt', en: 'Show a debt', ar: 'عرض مديونية' },
  'GET /v1/debts/{id}/events': {
    ...debts,
    roles: READING,
    command: 'ViewDebtEvents',
    en: "List a debt's events",
    ar: 'عرض حركات مديونية',
  },
  'GET /v1/debts/{id}/explain': {
    ...debts,
    roles: READING,
    command: 'ViewDebt',
    en: 'Explain a figure of a debt',
    ar: 'تفسير أحد أرقام مديونية',
  },
  'GET /v1/delegations': { ...delegations, roles: READING_DELEGATIONS, en: 'List delegations', ar: 'عرض التفويضات' },
  'GET /v1/delegations/{id}': {
    ...delegations,
    roles: READING_DELEGATIONS,
    command: 'ViewDelegation',
    en: 'Show a delegation',
    ar: 'عرض تفويض',
  },
  'GET /v1/subscriptions': { ...subscriptions, roles: READING, en: 'List subscriptions', ar: 'عرض الاشتراكات' },
  'GET /v1/subscriptions/{id}': {
    ...subscriptions,
    roles: READING,
    command: 'ViewSubscription',
    en: 'Show a subscription',
    ar: 'عرض اشتراك',
  },
  'GET /v1/subscriptions/{id}/events': {
    ...subscriptions,
    roles: READING,
    command: 'ViewSubscriptionEvents',
    en: "List a subscription's events",
    ar: 'عرض حركات اشتراك',
  },
  'GET /v1/debts/{id}/plan': {
    ...debts,
    roles: READING,
    command: 'ViewPlan',
    en: "Show a debt's instalment plan",
    ar: 'عرض خطة تقسيط مديونية',
  },
  'GET /v1/receipts': { ...billing, roles: READING_RECEIPTS, en: 'List receipts', ar: 'عرض سندات القبض' },
  'GET /v1/receipts/{id}': {
    ...billing,
    roles: READING_RECEIPTS,
    command: 'ViewReceipt',
    en: 'Show a receipt',
    ar: 'عرض سند قبض',
  },
  'GET /v1/parties/{party}/balances': {
    ...balances,
    roles: READING,
    command: 'ViewBalances',
    en: "Show a party's balances",
    ar: 'عرض أرصدة طرف',
  },
  'GET /v1/parties/{party}/balances/proof': {
    ...balances,
    roles: READING,
    command: 'ViewBalances',
    en: "A proof of a party's balances, to keep and to verify offline",
    ar: 'إثبات أرصدة طرف، للحفظ والتحقق منه دون اتصال',
  },
  'GET /v1/parties/{party}/balances/explain': {
    ...balances,
    roles: READING,
    command: 'ViewBalances',
    en: "Explain a figure of a party's balances",
    ar: 'تفسير أحد أرصدة طرف',
  },
  'GET /v1/parties/{party}': {
    ...parties,
    roles: READING,
    command: 'ViewParty',
    en: 'Show a party, without its personal data',
    ar: 'عرض طرف دون بياناته الشخصية',
  },
  'GET /v1/parties/{party}/erasure-certificate': {
    ...parties,
    roles: READING,
    command: 'ViewParty',
    en: 'A certificate that the data of a party were destroyed',
    ar: 'شهادة بإتلاف بيانات طرف',
  },
  'GET /v1/parties/{party}/personal-data': {
    ...parties,
    roles: OWNING,
    command: 'ViewPersonalData',
    en: 'All personal data that is kept of oneself',
    ar: 'كل ما يُحفظ عن صاحب البيانات من بيانات شخصية',
  },
  'GET /v1/parties/{party}/access-log': {
    ...parties,
    roles: OWN_ACCESS,
    command: 'ViewAccessLog',
    en: 'Who read the personal data of a party',
    ar: 'من اطّلع على البيانات الشخصية لطرف',
  },
  'GET /v1/balances': {
    ...balances,
    roles: READING,
    command: 'ViewBalances',
    en: 'Balances and turnovers of accounts',
    ar: 'أرصدة الحسابات وحركتها',
  },
  'GET /v1/entities/{party}/periods': {
    ...periods,
    roles: READING_BOOKS,
    command: 'ViewPeriods',
    en: 'Closings of an entity’s books',
    ar: 'إقفالات دفاتر الجهة',
  },
  'GET /v1/entities/{party}/corrections': {
    ...periods,
    roles: READING_BOOKS,
    command: 'ViewCorrections',
    en: 'Corrections in closed periods',
    ar: 'التصحيحات في الفترات المقفلة',
  },
  'GET /v1/attempts': { roles: READING_ATTEMPTS, en: 'List refused attempts', ar: 'عرض المحاولات المرفوضة' },
  'GET /v1/audit': { roles: READING_BOOKS, en: 'Search all events', ar: 'البحث في جميع الأحداث' },
  'GET /v1/events/{id}': { roles: READING_BOOKS, en: 'Show an event', ar: 'عرض حدث' },
  'GET /v1/proofs-of-record': {
    ...reports,
    roles: READING,
    command: 'ViewProofOfRecord',
    en: 'Which events of a command or stream there are proofs of',
    ar: 'الأحداث التي لها إثبات قيد، بالحدث أو الأمر أو السجل الفرعي',
  },
  'GET /v1/proofs-of-record/{id}': {
    ...reports,
    roles: READING,
    command: 'ViewProofOfRecord',
    en: 'A proof that an event is recorded, to keep and to verify offline',
    ar: 'إثبات قيد حدث، للحفظ والتحقق منه دون اتصال',
  },
  'GET /v1/events/{id}/trace': {
    roles: READING_BOOKS,
    en: 'Trace what caused an event and what it caused',
    ar: 'تتبّع سبب حدث وما ترتّب عليه',
  },
  'GET /v1/officers/{actor}/decisions': {
    roles: READING_BOOKS,
    en: 'What an officer requested and decided',
    ar: 'ما طلبه موظف وما قرره',
  },
  'GET /v1/reports': { ...reports, roles: READING, en: 'List the reports', ar: 'عرض التقارير المتاحة' },
  'GET /v1/reports/{name}': {
    ...reports,
    roles: READING,
    command: 'ViewReport',
    en: 'Make a report',
    ar: 'إعداد تقرير',
  },
  'GET /v1/reports/{name}/difference': {
    ...reports,
    roles: READING,
    command: 'ViewReport',
    en: 'Compare what a report said at two times',
    ar: 'مقارنة تقرير بين وقتين',
  },
  'GET /v1/reports/{name}/explain': {
    ...reports,
    roles: READING,
    command: 'ViewReport',
    en: 'Explain a cell of a report',
    ar: 'تفسير خانة من تقرير',
  },
  'GET /v1/exports': { ...reports, roles: READING_BOOKS, en: 'List the exports', ar: 'عرض ملفات التصدير المتاحة' },
  'GET /v1/exports/{name}': {
    ...reports,
    roles: READING_BOOKS,
    command: 'ViewReport',
    en: 'Export the journal or the events',
    ar: 'تصدير دفتر اليومية أو الأحداث',
  },
  'GET /v1/audit-files/{name}': {
    ...reports,
    roles: AUDITING,
    en: 'Everything that an audit of the ledger is made from',
    ar: 'كل ما يلزم لتدقيق السجل',
  },
  'GET /v1/projections': { roles: OPERATING, en: 'List projections', ar: 'عرض الإسقاطات' },
  'POST /v1/projections/{name}/rebuild': { roles: OPERATING, en: 'Rebuild a projection', ar: 'إعادة بناء إسقاط' },
  'GET /v1/jobs': { roles: OPERATING, en: 'List jobs', ar: 'عرض المهام المجدولة' },
  'POST /v1/jobs/{id}/retry': { roles: OPERATING, en: 'Begin a dead job anew', ar: 'إعادة مهمة فاشلة' },
  'GET /transparency/checkpoint': {
    ...shown,
    en: 'The last checkpoint of the transparency log',
    ar: 'آخر نقطة تحقق لسجل الشفافية',
  },
  'GET /transparency/witnessed': {
    ...shown,
    en: 'The newest checkpoint that enough witnesses have cosigned',
    ar: 'أحدث نقطة تحقق صادق عليها العدد الكافي من الشهود',
  },
  'GET /transparency/vkey': {
    ...shown,
    en: 'The key that checkpoints are signed with',
    ar: 'المفتاح الذي توقع به نقاط التحقق',
  },
  'GET /transparency/tile/{path}': {
    ...shown,
    rest: true,
    en: 'A tile of the transparency log (C2SP tlog-tiles)',
    ar: 'لوح من سجل الشفافية (C2SP tlog-tiles)',
  },
  'GET /transparency/proof': {
    ...shown,
    counted: true,
    en: 'A proof that an event is in the transparency log',
    ar: 'إثبات وجود حدث في سجل الشفافية',
  },
  'GET /transparency/consistency': {
    ...shown,
    counted: true,
    en: 'A proof that the log holds all of an earlier one',
    ar: 'إثبات أن السجل يحوي كل ما في نسخة سابقة منه',
  },
  'GET /transparency/balances': {
    ...shown,
    en: 'A signed root over all balances',
    ar: 'جذر موقّع لجميع الأرصدة',
  },
  'GET /verify': {
    ...shown,
    en: 'A page that verifies proofs of record and of balances',
    ar: 'صفحة للتحقق من إثباتات القيد والأرصدة',
  },
  'GET /health/live': { ...shown, en: 'Is the process alive?', ar: 'هل العملية حية؟' },
  'GET /health/ready': { ...shown, en: 'Can it serve?', ar: 'هل الخدمة جاهزة؟' },
  'GET /metrics': { ...shown, en: 'Prometheus metrics', ar: 'مقاييس بروميثيوس' },
  'POST /dev/token': { ...shown, en: 'Issue a token (development only)', ar: 'إصدار رمز دخول (للتطوير فقط)' },
} as const satisfies Record<`${'GET' | 'POST' | 'PATCH' | 'DELETE'} /${string}`, Route>;

export type RouteKey = keyof typeof ROUTES;
export const ROUTE_KEYS = Object.keys(ROUTES) as RouteKey[];

/** The route as the general type: which fields it has is then not known. */
export const routeOf = (key: RouteKey): Route => ROUTES[key];

export const methodOf = (key: RouteKey): string => key.slice(0, key.indexOf(' '));
export const pathOf = (key: RouteKey): string => key.slice(key.indexOf(' ') + 1);

/** Whose records a role reads and touches; the importer and the last three are bound to no party. */
export const SCOPE = {
  debtor: 'own',
  establishment: 'own',
  clerk: 'entity',
  approver: 'entity',
  bank: 'bank',
  importer: 'all',
  auditor: 'all',
  regulator: 'all',
  operator: 'all',
} as const satisfies Record<Role, 'own' | 'entity' | 'bank' | 'all'>;
export type Scope = (typeof SCOPE)[Role];

/** The role used is the first of the token's that the route admits; one that acts for a party needs the party. */
export function roleFor(key: RouteKey, roles: readonly Role[], party: string | undefined): Role | undefined {
  const admitted: readonly Role[] | 'public' = ROUTES[key].roles;
  if (admitted === 'public') return undefined;
  return roles.find((role) => admitted.includes(role) && (party !== undefined || SCOPE[role] === 'all'));
}

/** The commands that the edge can refuse by itself, for the catalogue of events. */
export const refusableCommands = (context: (typeof CONTEXTS)[number]): string[] => [
  ...new Set(
    ROUTE_KEYS.map(routeOf).flatMap((r) => (r.context === context && r.command !== undefined ? [r.command] : [])),
  ),
];
