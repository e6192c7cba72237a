import type { Rule } from '../../kernel/refusal.js';

/** A missing debt, a discarded draft and someone else's debt answer alike: nobody learns what exists. */
export const NOT_FOUND: Rule = {
  code: 'NOT_FOUND',
  rule: 'E5',
  version: 1,
  kind: 'hidden',
  en: 'There is no such debt among yours; address one of which you are the debtor or the creditor.',
  ar: 'لا توجد مديونية بهذا المعرّف ضمن مديونياتك؛ استخدم معرّف مديونية أنت المدين فيها أو الدائن.',
};

export const NOT_CREDITOR: Rule = {
  code: 'NOT_CREDITOR',
  rule: 'E5',
  version: 1,
  kind: 'forbidden',
  en: 'Only those who act for the creditor draft a debt; name as creditor the entity that you act for.',
  ar: 'لا يُنشئ مسودة المديونية إلا من يمثّل الجهة الدائنة؛ اذكر الجهة التي تمثّلها دائنًا.',
};

/** Ours: a debt to oneself is none, and who asks for something and who decides on it would be one side. */
export const SAME_PARTY: Rule = {
  code: 'SAME_PARTY',
  rule: 'E5',
  version: 1,
  kind: 'value',
  en: 'The debtor and the creditor are one party; name as debtor the other party, who owes.',
  ar: 'المدين والدائن طرف واحد؛ اذكر المدين طرفًا آخر عليه الدين.',
};

export const NOT_YOURS: Rule = {
  code: 'NOT_YOURS',
  rule: 'E7',
  version: 1,
  kind: 'forbidden',
  en: '{command} is for the {who} of the debt.',
  ar: 'الإجراء {command} يخص طرفًا آخر في المديونية ({who}).',
};

export const NOT_REQUESTER: Rule = {
  code: 'NOT_REQUESTER',
  rule: 'E7',
  version: 1,
  kind: 'forbidden',
  en: 'Only the person who made the request withdraws it; the creditor may decline it.',
  ar: 'لا يسحب الطلب إلا من قدّمه؛ وللجهة الدائنة أن ترفضه.',
};

export const SELF_APPROVAL: Rule = {
  code: 'SELF_APPROVAL',
  rule: 'E7',
  version: 1,
  kind: 'state',
  en: 'Nobody decides on what they drafted, edited or requested themselves; a second person must.',
  ar: 'لا يبتّ أحد فيما أعدّه أو عدّله أو طلبه بنفسه؛ يلزم شخص ثانٍ.',
};

export const EXISTS: Rule = {
  code: 'EXISTS',
  rule: 'E6',
  version: 1,
  kind: 'state',
  en: 'A debt with this id exists already; draft another under a new id.',
  ar: 'توجد مديونية بهذا المعرّف؛ أنشئ مسودة أخرى بمعرّف جديد.',
};

export const NOT_DRAFT: Rule = {
  code: 'NOT_DRAFT',
  rule: 'E6',
  version: 1,
  kind: 'state',
  en: 'The debt is {state}, no longer a draft; request an update or a cancellation instead.',
  ar: 'حالة المديونية {state} ولم تعد مسودة؛ اطلب تحديثها أو إلغاءها.',
};

export const DRAFT: Rule = {
  code: 'DRAFT',
  rule: 'E6',
  version: 1,
  kind: 'state',
  en: 'The debt is a draft; it must be registered first.',
  ar: 'المديونية مسودة؛ يجب تسجيلها أولًا.',
};

export const REGISTERED: Rule = {
  code: 'REGISTERED',
  rule: 'E6',
  version: 1,
  kind: 'state',
  en: 'The debt is registered already; only a draft is registered.',
  ar: 'المديونية مسجّلة من قبل؛ لا تُسجّل إلا المسودة.',
};

export const CLOSED: Rule = {
  code: 'CLOSED',
  rule: 'E6',
  version: 1,
  kind: 'state',
  en: 'The debt is {state}: it is closed, and only proceedings and bank facts are still recorded on it.',
  ar: 'حالة المديونية {state}: أُقفلت، ولا يُدوَّن عليها إلا الإجراءات ووقائع المصرف.',
};

export const PENDING: Rule = {
  code: 'PENDING',
  rule: 'E7',
  version: 1,
  kind: 'state',
  en: 'The debt is under review; request {open} must be approved, declined or withdrawn first.',
  ar: 'المديونية تحت المراجعة؛ يجب أولًا اعتماد الطلب {open} أو رفضه أو سحبه.',
};

export const NONE: Rule = {
  code: 'NONE',
  rule: 'E7',
  version: 1,
  kind: 'state',
  en: 'This request is not open on the debt; name the open one ({open}).',
  ar: 'هذا الطلب ليس مفتوحًا على المديونية؛ اذكر الطلب المفتوح ({open}).',
};

export const NOT_RECEIVED: Rule = {
  code: 'NOT_RECEIVED',
  rule: 'E6',
  version: 1,
  kind: 'state',
  en: '{received} {currency} was received; {needed} {currency} is needed before this payment is approved.',
  ar: 'المقبوض {received} {currency}؛ ويلزم {needed} {currency} قبل اعتماد هذا السداد.',
};

export const AMOUNT: Rule = {
  code: 'AMOUNT',
  rule: 'E7',
  version: 1,
  kind: 'value',
  en: 'The amount must be at least {atLeast} and at most {atMost} {currency}.',
  ar: 'يجب ألا يقل المبلغ عن {atLeast} وألا يزيد على {atMost} {currency}.',
};

export const CURRENCY: Rule = {
  code: 'CURRENCY',
  rule: 'E5',
  version: 1,
  kind: 'value',
  en: 'The debt is in {currency}; give the amount in it.',
  ar: 'عملة المديونية {currency}؛ اذكر المبلغ بها.',
};

export const NO_CHANGE: Rule = {
  code: 'NO_CHANGE',
  rule: 'E7',
  version: 1,
  kind: 'value',
  en: 'Nothing of the debt would change; give another amount, ground of a draft, or due date than it has.',
  ar: 'لن يتغير شيء في المديونية؛ اذكر مبلغًا أو تاريخ استحقاق مختلفًا، أو سببًا مختلفًا للمسودة.',
};

/** Ours: a proceeding is a fact; what is yet to come is no fact. `dueOn` may lie ahead. */
export const FUTURE_DATE: Rule = {
  code: 'FUTURE_DATE',
  rule: 'E5',
  version: 1,
  kind: 'value',
  en: '{field} {date} lies in the future: the latest day accepted is {today} (Asia/Riyadh).',
  ar: 'التاريخ {date} في الحقل {field} يقع في المستقبل: آخر يوم مقبول هو {today} (بتوقيت الرياض).',
};

/** A cancellation posts what each ground was worth, and an event has at most 60,000 bytes. */
export const TOO_MANY_GROUNDS: Rule = {
  code: 'TOO_MANY_GROUNDS',
  rule: 'E7',
  version: 1,
  kind: 'value',
  en: 'The debt is owed on {most} grounds, as many as a debt may have; raise it on one that it has been raised on before.',
  ar: 'المديونية قائمة على {most} سببًا، وهو أقصى ما تحتمله المديونية؛ ارفع مبلغها بسبب رُفع به من قبل.',
};

/** Readers tell a waived debt from a cancelled one by it. */
export const RESERVED_GROUND: Rule = {
  code: 'RESERVED_GROUND',
  rule: 'E6',
  version: 1,
  kind: 'value',
  en: 'A debt is cancelled on the ground "{ground}" by an exemption only; request an exemption, or name another ground.',
  ar: 'لا تُلغى المديونية بالسبب "{ground}" إلا بإعفاء؛ اطلب الإعفاء أو اذكر سببًا آخر.',
};

/** By amount (domain.md §2): all that is waived of the debt counts, so that no large exemption passes in small parts. */
export const AUTHORITY: Rule = {
  code: 'AUTHORITY',
  rule: 'E2i',
  version: 1,
  kind: 'state',
  en: 'To exempt {amount} {currency} of the debt in all, name as delegation one of your own, of the creditor, for exemption, that reaches so far and is live on the day.',
  ar: 'للإعفاء من {amount} {currency} من المديونية إجمالًا، اذكر تفويضًا لك من الجهة الدائنة بالإعفاء يبلغ هذا المبلغ ويسري في هذا اليوم.',
};

export const NOTHING_OWED: Rule = {
  code: 'NOTHING_OWED',
  rule: 'E7',
  version: 1,
  kind: 'state',
  en: 'Nothing of the debt is unpaid: there is nothing to exempt from or to pay in instalments.',
  ar: 'لم يبق من المديونية مبلغ غير مسدد: لا يوجد ما يُعفى منه أو يُقسّط.',
};

export const PLAN_RUNNING: Rule = {
  code: 'PLAN_RUNNING',
  rule: 'E2j',
  version: 1,
  kind: 'state',
  en: 'An instalment plan of the debt is running; another may follow when it is completed or has fallen due as a whole.',
  ar: 'للمديونية خطة تقسيط سارية؛ ولا تُعتمد أخرى إلا بعد اكتمالها أو حلولها كاملة.',
};

export const SCHEDULE: Rule = {
  code: 'SCHEDULE',
  rule: 'E2j',
  version: 1,
  kind: 'value',
  en: 'Instalments must be 1 to {most}, each more than zero, in the order of their dates, and add up to {balance} {currency}.',
  ar: 'يجب أن تكون الأقساط من 1 إلى {most}، كل منها أكبر من صفر، مرتبة بتواريخها، ومجموعها {balance} {currency}.',
};

/** domain.md §2: at most 20 years. */
export const DUE_DATE: Rule = {
  code: 'DUE_DATE',
  rule: 'E2j',
  version: 1,
  kind: 'value',
  en: 'The first instalment must be due on {today} (today in Asia/Riyadh) or later, and the last by {latest}: 20 years.',
  ar: 'يجب أن يستحق أول قسط في {today} (اليوم بتوقيت الرياض) أو بعده، وآخر قسط في {latest} على الأكثر: عشرون سنة.',
};

/** domain.md §2: documents print both calendars. */
export const CALENDAR: Rule = {
  code: 'CALENDAR',
  rule: 'E2j',
  version: 1,
  kind: 'value',
  en: '{date} cannot be printed in the Hijri calendar, which is known until 1600 AH; choose fewer or closer instalments.',
  ar: 'لا يمكن كتابة {date} بالتقويم الهجري المعروف حتى سنة 1600هـ؛ اختر أقساطًا أقل أو أقرب.',
};

/** Every rule that can stop a command on a debt. */
export const debtRules: readonly Rule[] = [
  NOT_FOUND,
  NOT_CREDITOR,
  SAME_PARTY,
  NOT_YOURS,
  NOT_REQUESTER,
  SELF_APPROVAL,
  EXISTS,
  NOT_DRAFT,
  DRAFT,
  REGISTERED,
  CLOSED,
  PENDING,
  NONE,
  NOT_RECEIVED,
  AMOUNT,
  CURRENCY,
  NO_CHANGE,
  FUTURE_DATE,
  TOO_MANY_GROUNDS,
  RESERVED_GROUND,
  AUTHORITY,
  NOTHING_OWED,
  PLAN_RUNNING,
  SCHEDULE,
  DUE_DATE,
  CALENDAR,
];
