/** What the edge says in both languages; a rule's own texts come with the rule. */
interface Text {
  readonly title: string;
  readonly detail: string;
}

export interface ProblemText {
  readonly status: number;
  readonly en: Text;
  readonly ar: Text;
}

const text = (status: number, en: readonly [string, string], ar: readonly [string, string]): ProblemText => ({
  status,
  en: { title: en[0], detail: en[1] },
  ar: { title: ar[0], detail: ar[1] },
});

/** Every problem that the edge itself can answer; `{name}` is replaced by a fact. */
export const PROBLEMS = {
  INVALID_REQUEST: text(
    400,
    ['The request is not valid', 'Each fault is listed under "errors" with what would be accepted.'],
    ['الطلب غير صالح', 'كل خطأ مذكور في "errors" مع بيان المقبول.'],
  ),
  MALFORMED_JSON: text(
    400,
    [
      'The body is not JSON',
      'The body must be one JSON object (RFC 8259) without the keys "__proto__" and "constructor".',
    ],
    [
      'نص الطلب ليس JSON',
      'يجب أن يكون نص الطلب كائن JSON واحدًا (RFC 8259) لا يحوي المفتاحين "__proto__" و"constructor".',
    ],
  ),
  BAD_REQUEST: text(
    400,
    ['The request cannot be understood', 'The request does not follow HTTP: check its address, headers and body.'],
    ['تعذر فهم الطلب', 'الطلب لا يتبع بروتوكول HTTP: راجع العنوان والترويسات ونص الطلب.'],
  ),
  IDEMPOTENCY_KEY_REQUIRED: text(
    400,
    [
      'Idempotency-Key is missing',
      'Every command needs a header Idempotency-Key of 1 to 255 visible ASCII characters; repeat a command under its own key.',
    ],
    [
      'الترويسة Idempotency-Key مفقودة',
      'يلزم كل أمر ترويسة Idempotency-Key من 1 إلى 255 محرفًا مرئيًا من ASCII، ويعاد الأمر بمفتاحه نفسه.',
    ],
  ),
  IDEMPOTENCY_KEY_INVALID: text(
    400,
    ['Idempotency-Key is not valid', 'Idempotency-Key must have 1 to 255 visible ASCII characters.'],
    ['الترويسة Idempotency-Key غير صالحة', 'يجب أن تتكون Idempotency-Key من 1 إلى 255 محرفًا مرئيًا من ASCII.'],
  ),
  IF_MATCH_INVALID: text(
    400,
    [
      'If-Match is not valid',
      'If-Match must be one strong entity tag as an answer gave it in ETag, such as "3"; "*", weak tags and lists are not accepted.',
    ],
    [
      'الترويسة If-Match غير صالحة',
      'يجب أن تكون If-Match وسمًا قويًا واحدًا كما ورد في ETag مثل "3"؛ ولا تقبل "*" ولا الوسوم الضعيفة ولا القوائم.',
    ],
  ),
  AFTER_INVALID: text(
    400,
    ['Sijill-After is not valid', 'Sijill-After must be a sequence as a command answered it: a whole number.'],
    ['الترويسة Sijill-After غير صالحة', 'يجب أن تكون Sijill-After رقم تسلسل كما ورد في جواب أمر: عددًا صحيحًا.'],
  ),
  LAST_EVENT_ID_INVALID: text(
    400,
    [
      'Last-Event-ID is not valid',
      'Last-Event-ID must be an id that this stream gave: the revision of one of its events, such as 3. Leave it out to begin with the first.',
    ],
    [
      'الترويسة Last-Event-ID غير صالحة',
      'يجب أن تكون Last-Event-ID معرفًا أعطاه هذا البث: رقم مراجعة أحد أحداثه مثل 3. احذفها للبدء من أول حدث.',
    ],
  ),
  CURSOR_INVALID: text(
    400,
    [
      'The cursor is not valid',
      'A cursor belongs to the query that gave it: follow the link of the page before, or leave the cursor out to begin again.',
    ],
    ['المؤشر غير صالح', 'المؤشر يخص الاستعلام الذي أعطاه: اتبع رابط الصفحة السابقة أو احذف المؤشر للبدء من جديد.'],
  ),
  TOKEN_REQUIRED: text(
    401,
    ['A token is required', 'Send a bearer token: "Authorization: Bearer <JWT>".'],
    ['رمز الدخول مطلوب', 'أرسل رمز دخول: "Authorization: Bearer <JWT>".'],
  ),
  TOKEN_INVALID: text(
    401,
    ['The token is not accepted', 'The token is not accepted: {reason}.'],
    ['رمز الدخول غير مقبول', 'رمز الدخول غير مقبول: {reason}.'],
  ),
  FORBIDDEN: text(
    403,
    [
      'The role may not use this route',
      'None of the token\'s roles may use {route}; it admits {admitted}. The roles that act for someone need the claim "party".',
    ],
    [
      'الدور لا يملك صلاحية هذا المسار',
      'لا يملك أي من أدوار الرمز صلاحية {route}؛ الأدوار المقبولة: {admitted}. ويلزم الأدوار التي تعمل عن غيرها البيان "party".',
    ],
  ),
  REFUSED_FORBIDDEN: text(403, ['Refused: not authorised', ''], ['مرفوض: لا صلاحية', '']),
  NOT_FOUND: text(
    404,
    ['Not found', 'There is no such thing, or none that this token may see.'],
    ['غير موجود', 'لا يوجد ما طلبته، أو لا يحق لحامل هذا الرمز الاطلاع عليه.'],
  ),
  NO_TILE: text(
    404,
    [
      'This names no tile',
      'A tile is <level>/<index> or entries/<index>, its index in groups of three digits, as x001/x234/067, and where it is partial .p/<width> from 1 to 255 (C2SP tlog-tiles).',
    ],
    [
      'هذا ليس اسم لوح',
      'اسم اللوح <level>/<index> أو entries/<index>، ورقمه في مجموعات من ثلاثة أرقام مثل x001/x234/067، وإن كان ناقصًا أتبع بـ .p/<width> من 1 إلى 255 (C2SP tlog-tiles).',
    ],
  ),
  NOT_IN_LOG: text(
    404,
    [
      'The last checkpoint does not hold this',
      'The last checkpoint is of {size} events, counted from 0; what came later is in one of the next seconds’.',
    ],
    [
      'ليس ضمن آخر نقطة تحقق',
      'آخر نقطة تحقق تشمل {size} من الأحداث عدًّا من 0، وما جاء بعدها يدخل في نقطة لاحقة خلال ثوان.',
    ],
  ),
  NOT_WITNESSED: text(
    404,
    [
      'No checkpoint is witnessed',
      'Enough witnesses have not cosigned a checkpoint yet, or none are asked here. The last one that was signed is at /transparency/checkpoint.',
    ],
    [
      'لا نقطة تحقق مصادق عليها',
      'لم يصادق العدد الكافي من الشهود على أي نقطة تحقق بعد، أو لا شهود لهذا السجل. وآخر نقطة موقعة في /transparency/checkpoint.',
    ],
  ),
  BALANCES_UNSIGNED: text(
    404,
    [
      'No root over the balances counts this yet',
      'A root is signed when a day is over on which something was recorded, and when a period is closed; it counts all events before its sequence.',
    ],
    [
      'لا يوجد بعد جذر موقّع للأرصدة يشمل هذا',
      'يُوقّع جذر الأرصدة بعد انتهاء كل يوم سُجّل فيه حدث وعند إقفال كل فترة، ويشمل كل الأحداث السابقة لتسلسله.',
    ],
  ),
  NOTHING_HELD: text(
    404,
    [
      'There is nothing to prove',
      'As of the last signed root no account that you are shown holds anything for this party. That it holds nothing is not proved by this.',
    ],
    [
      'لا شيء لإثباته',
      'وفق آخر جذر موقّع لا يوجد لهذا الطرف رصيد في أي حساب يحق لك الاطلاع عليه، وهذا ليس إثباتًا لعدم وجود رصيد.',
    ],
  ),
  PROOF_NOT_WHOLE: text(
    403,
    [
      'The proof names somebody else',
      'An event is proved whole, and this one names a person whom you are not shown. The creditor or entity, and auditors, can have its proof.',
    ],
    [
      'الإثبات يسمّي شخصًا آخر',
      'يُثبت الحدث كاملًا، وفي هذا الحدث شخص لا يحق لك الاطلاع عليه. للدائن أو الجهة وللمدققين الحصول على إثباته.',
    ],
  ),
  ROUTE_NOT_FOUND: text(
    404,
    ['There is no such route', 'No route has this address; the routes are listed at /openapi.json.'],
    ['لا يوجد هذا المسار', 'لا يوجد مسار بهذا العنوان؛ المسارات مذكورة في /openapi.json.'],
  ),
  METHOD_NOT_ALLOWED: text(
    405,
    ['The method is not allowed here', 'This address accepts {allowed}.'],
    ['الطريقة غير مسموح بها هنا', 'هذا العنوان يقبل {allowed}.'],
  ),
  REFUSED_STATE: text(409, ['Refused by a rule', ''], ['مرفوض بموجب قاعدة', '']),
  REQUEST_TIMEOUT: text(
    408,
    ['The request came too slowly', 'The headers must arrive within 10 s and the body within 30 s.'],
    ['وصل الطلب ببطء', 'يجب أن تصل الترويسات خلال 10 ثوان ونص الطلب خلال 30 ثانية.'],
  ),
  IDEMPOTENCY_KEY_REUSED: text(
    409,
    [
      'Idempotency-Key was used for another request',
      'This key was used before with another command or body; send a new key for a new command.',
    ],
    ['استخدم Idempotency-Key لطلب آخر', 'استخدم هذا المفتاح من قبل مع أمر أو نص آخر؛ أرسل مفتاحًا جديدًا لكل أمر جديد.'],
  ),
  PERSON_ERASED: text(
    409,
    [
      'The person was erased',
      'Personal data of {person} was erased for ever; nothing can be kept under that pseudonym again. Leave the personal values out, or register the person anew.',
    ],
    [
      'محيت بيانات الشخص',
      'محيت البيانات الشخصية للشخص {person} إلى الأبد، ولا يحفظ شيء بهذا الاسم المستعار بعد ذلك. احذف القيم الشخصية من الطلب أو سجل الشخص من جديد.',
    ],
  ),
  PRECONDITION_FAILED: text(
    412,
    [
      'It has changed since it was read',
      'If-Match names an older revision; the present one is {revision} (ETag). Read again, then decide.',
    ],
    ['تغير منذ قراءته', 'تشير If-Match إلى مراجعة أقدم؛ والحالية هي {revision} (ETag). اقرأ من جديد ثم قرر.'],
  ),
  BODY_TOO_LARGE: text(
    413,
    ['The body is too large', 'The body must have at most {limit} bytes.'],
    ['نص الطلب أكبر من المسموح', 'يجب ألا يتجاوز نص الطلب {limit} بايت.'],
  ),
  URI_TOO_LONG: text(
    414,
    ['The address is too long', 'An id in the address must be a UUID, or "party_" and a UUID.'],
    ['العنوان أطول من المسموح', 'يجب أن يكون المعرف في العنوان UUID أو "party_" متبوعًا بـ UUID.'],
  ),
  UNSUPPORTED_MEDIA_TYPE: text(
    415,
    [
      'The media type is not supported',
      'The body must be JSON, not compressed: "Content-Type: application/json", no Content-Encoding.',
    ],
    [
      'نوع المحتوى غير مدعوم',
      'يجب أن يكون نص الطلب JSON غير مضغوط: "Content-Type: application/json" بلا Content-Encoding.',
    ],
  ),
  REFUSED_VALUE: text(422, ['Refused by a rule about a value', ''], ['قيمة مرفوضة بموجب قاعدة', '']),
  REPORT_TOO_LARGE: text(
    422,
    [
      'The report is too large',
      'It has more than {rows} rows, which is more than the server keeps. Ask for less: one entity, one party, fewer days.',
    ],
    [
      'التقرير أكبر من المسموح',
      'عدد صفوفه يزيد على {rows}، وهو أكثر مما يحفظه الخادم. اطلب أقل: جهة واحدة، أو طرفًا واحدًا، أو أيامًا أقل.',
    ],
  ),
  CELL_NOT_OPENED: text(
    422,
    [
      'The cell cannot be opened',
      'It is not made of single streams, and to work the report out for each event would take too long. Ask for less: one entity, one party, fewer days; or open the rows that it adds up.',
    ],
    [
      'تعذر تفسير الخانة',
      'لا تتكوّن الخانة من مسارات مفردة، وإعادة إعداد التقرير عند كل حدث تستغرق وقتًا طويلًا. اطلب أقل: جهة واحدة، أو طرفًا واحدًا، أو أيامًا أقل؛ أو افتح الصفوف التي تجمعها.',
    ],
  ),
  HEADERS_TOO_LARGE: text(
    431,
    ['The headers are too large', 'All headers together must have at most 16384 bytes.'],
    ['الترويسات أكبر من المسموح', 'يجب ألا تتجاوز الترويسات كلها 16384 بايت.'],
  ),
  IF_MATCH_REQUIRED: text(
    428,
    [
      'If-Match is required',
      'This decision needs the revision that was seen: send the ETag of what was read as If-Match.',
    ],
    ['الترويسة If-Match مطلوبة', 'يلزم هذا القرار ذكر المراجعة التي اطلع عليها صاحبه: أرسل ETag ما قرئ في If-Match.'],
  ),
  TOO_MANY_REQUESTS: text(
    429,
    ['Too many requests', 'At most {limit} requests a minute are accepted for each subject; try again in {seconds} s.'],
    ['طلبات كثيرة', 'الحد الأعلى {limit} طلبًا في الدقيقة لكل مستخدم؛ أعد المحاولة بعد {seconds} ثانية.'],
  ),
  TOO_MANY_REFUSALS: text(
    429,
    [
      'Too many refused attempts',
      'At most {limit} refused attempts an hour are recorded for each subject; try again in {seconds} s.',
    ],
    [
      'محاولات مرفوضة كثيرة',
      'الحد الأعلى {limit} محاولة مرفوضة في الساعة لكل مستخدم؛ أعد المحاولة بعد {seconds} ثانية.',
    ],
  ),
  TOO_MANY_STREAMS: text(
    429,
    [
      'Too many open streams',
      'At most {limit} streams may be open at once for each subject; close one, then try again.',
    ],
    [
      'بث مفتوح أكثر من المسموح',
      'الحد الأعلى للبث المفتوح في وقت واحد {limit} لكل مستخدم؛ أغلق واحدًا ثم أعد المحاولة.',
    ],
  ),
  INTERNAL: text(
    500,
    [
      'Something went wrong here',
      'The fault is ours and was logged under the request id {request}. A command may be repeated under its key.',
    ],
    ['حدث خطأ لدينا', 'الخطأ من جانبنا وسجل برقم الطلب {request}. يمكن إعادة الأمر بمفتاحه نفسه.'],
  ),
  LEDGER_UNAVAILABLE: text(
    503,
    ['The ledger cannot answer now', 'Nothing was decided. Repeat the request; a command under the same key.'],
    ['السجل غير متاح الآن', 'لم يتخذ أي قرار. أعد الطلب، والأمر بمفتاحه نفسه.'],
  ),
  LOG_UNAVAILABLE: text(
    503,
    [
      'The transparency log cannot be read now',
      'Nothing was signed yet, or its store does not answer, or this server keeps none: with MONGODB_URI it needs LOG_MONGODB_URI, too.',
    ],
    [
      'سجل الشفافية غير متاح الآن',
      'لم يوقع شيء بعد، أو أن مخزنه لا يستجيب، أو أن هذا الخادم لا يحفظ سجلًا: فمع MONGODB_URI يلزم LOG_MONGODB_URI أيضًا.',
    ],
  ),
  READ_MODELS_UNAVAILABLE: text(
    503,
    ['The lists cannot be read now', 'Commands are still decided. Ask again.'],
    ['القوائم غير متاحة الآن', 'ما زالت الأوامر تنفذ. أعد السؤال.'],
  ),
  JOB_NOT_DEAD: text(
    409,
    [
      'The job is not dead',
      'Only a job whose every attempt failed can begin anew; this one runs or will run by itself.',
    ],
    ['المهمة لم تفشل نهائيًا', 'لا تعاد إلا المهمة التي فشلت كل محاولاتها؛ وهذه تعمل أو ستعمل من تلقاء نفسها.'],
  ),
  JOBS_UNAVAILABLE: text(
    503,
    ['The jobs cannot be reached now', 'Their store does not answer; try again.'],
    ['تعذر الوصول إلى المهام الآن', 'مخزن المهام لا يستجيب؛ أعد المحاولة.'],
  ),
  READ_MODEL_BEHIND: text(
    503,
    ['The lists have not come so far yet', 'They have not reached sequence {sequence} yet; try again.'],
    ['القوائم لم تصل إلى هذا الحد بعد', 'لم تصل القوائم بعد إلى التسلسل {sequence}؛ أعد المحاولة.'],
  ),
  ISSUER_UNAVAILABLE: text(
    503,
    ['Tokens cannot be checked now', "The issuer's public keys cannot be fetched; try again."],
    ['تعذر التحقق من رموز الدخول الآن', 'تعذر جلب المفاتيح العامة لجهة الإصدار؛ أعد المحاولة.'],
  ),
  EXPORTS_TAKEN: text(
    503,
    ['Others are exporting', 'The server writes no more exports at once; try again.'],
    ['توجد عمليات تصدير جارية', 'بلغ الخادم حده من عمليات التصدير في وقت واحد؛ أعد المحاولة.'],
  ),
  REPORTS_TAKEN: text(
    503,
    ['Others wait for reports', 'The server lets no more reports wait at once; try again.'],
    ['توجد تقارير قيد الانتظار', 'بلغ الخادم حده من التقارير المنتظرة في وقت واحد؛ أعد المحاولة.'],
  ),
  STREAMS_TAKEN: text(
    503,
    ['All streams are taken', 'The server keeps no more streams open at once; try again, or read page by page.'],
    ['لا يتسع الخادم لبث آخر', 'بلغ الخادم حده من البث المفتوح في وقت واحد؛ أعد المحاولة أو اقرأ صفحة صفحة.'],
  ),
  SHUTTING_DOWN: text(
    503,
    ['The server is stopping', 'Nothing was done. Repeat the request on a new connection.'],
    ['الخادم في طور الإيقاف', 'لم ينفذ شيء. أعد الطلب باتصال جديد.'],
  ),
} as const satisfies Record<string, ProblemText>;

export type ProblemCode = keyof typeof PROBLEMS;

/** What can be wrong with one field; the kernel's `InvalidValue` codes are among them. */
export const FIELD_FAULTS = {
  REQUIRED: { en: 'is required', ar: 'مطلوب' },
  UNKNOWN_FIELD: {
    en: 'is not a field of this request; known are: {accepted}',
    ar: 'ليس من حقول هذا الطلب؛ الحقول المعروفة: {accepted}',
  },
  REPEATED: { en: 'must be given once', ar: 'يجب أن يذكر مرة واحدة' },
  NOT_AN_OBJECT: { en: 'must be a JSON object', ar: 'يجب أن يكون كائن JSON' },
  NOT_TEXT: { en: 'must be a text', ar: 'يجب أن يكون نصًا' },
  TEXT_LENGTH: {
    en: 'must have {least} to {most} characters and no control character',
    ar: 'يجب أن يكون من {least} إلى {most} محرفًا بلا محارف تحكم',
  },
  NOT_A_CODE: {
    en: 'must be a code of 1 to 64 letters, digits and . _ / - that begins with a letter or digit',
    ar: 'يجب أن يكون رمزًا من 1 إلى 64 من الحروف اللاتينية والأرقام و. _ / - يبدأ بحرف أو رقم',
  },
  PERSONAL_NUMBER: {
    en: 'must not hold a national ID, Iqama, IBAN or mobile number: personal data never enters the ledger',
    ar: 'يجب ألا يحوي رقم هوية أو إقامة أو آيبان أو جوال: لا تدخل البيانات الشخصية السجل',
  },
  NOT_ACCEPTED: { en: 'must be one of: {accepted}', ar: 'يجب أن يكون أحد: {accepted}' },
  NOT_A_BOOLEAN: { en: 'must be true or false', ar: 'يجب أن يكون true أو false' },
  NOT_IN_RANGE: {
    en: 'must be a whole number from {least} to {most}',
    ar: 'يجب أن يكون عددًا صحيحًا من {least} إلى {most}',
  },
  NOT_AN_IBAN: {
    en: 'must be an IBAN of Saudi Arabia: SA and 22 digits whose check digits are right',
    ar: 'يجب أن يكون آيبان سعوديًا: SA ثم 22 رقمًا وخانتا التحقق صحيحتان',
  },
  NOT_A_NAME: {
    en: 'must have 1 to 200 characters, at least one of them a letter, and no control character',
    ar: 'يجب أن يكون من 1 إلى 200 محرف فيها حرف واحد على الأقل وبلا محارف تحكم',
  },
  NOT_A_MOBILE: {
    en: 'must be a Saudi mobile number: +9665 and eight digits',
    ar: 'يجب أن يكون رقم جوال سعوديًا: ‎+9665 ثم ثمانية أرقام',
  },
  NOT_AN_EMAIL: { en: 'must be an email address', ar: 'يجب أن يكون عنوان بريد إلكتروني' },
  NOT_A_DAY_OR_MOMENT: {
    en: 'must be a day of 1900 to 2199 as YYYY-MM-DD, or a moment with its offset such as 2026-01-31T09:30:00Z',
    ar: 'يجب أن يكون يومًا بين 1900 و2199 على صيغة YYYY-MM-DD، أو لحظة مع فرقها الزمني مثل 2026-01-31T09:30:00Z',
  },
  NOT_KNOWN_AT: {
    en: 'must be the sequence of an event, or a moment with its offset such as 2026-01-31T09:30:00Z',
    ar: 'يجب أن يكون رقم تسلسل حدث، أو لحظة مع فرقها الزمني مثل 2026-01-31T09:30:00Z',
  },
  NOT_YET_KNOWN: {
    en: 'must be a sequence up to {most}, or a moment up to {until}: what is known later could still change',
    ar: 'يجب ألا يتجاوز التسلسل {most} أو اللحظة {until}: فما يعرف بعد ذلك قد يتغير',
  },
  INVALID_FIELD: { en: 'is not accepted', ar: 'غير مقبول' },
  NOT_A_PERIOD: {
    en: 'must be a month as YYYY-MM or a year as YYYY, from 1900 to 2199',
    ar: 'يجب أن تكون شهرًا بصيغة YYYY-MM أو سنة بصيغة YYYY من 1900 إلى 2199',
  },
  NOT_A_DATE: {
    en: 'must be a real day as YYYY-MM-DD between 1900-01-01 and 2199-12-31',
    ar: 'يجب أن يكون يومًا صحيحًا بصيغة YYYY-MM-DD بين 1900-01-01 و2199-12-31',
  },
  NOT_A_UUID: { en: 'must be a lower-case UUID', ar: 'يجب أن يكون UUID بحروف صغيرة' },
  NOT_A_PARTY: { en: 'must be "party_" and a lower-case UUID', ar: 'يجب أن يكون "party_" متبوعًا بـ UUID بحروف صغيرة' },
  PARTY_IS_NATIONAL_ID: {
    en: 'must be an opaque id, "party_" and a UUID; a national ID or Iqama never enters the ledger',
    ar: 'يجب أن يكون معرفًا مبهمًا: "party_" متبوعًا بـ UUID؛ لا يدخل السجل رقم هوية ولا إقامة',
  },
  CURRENCY_UNKNOWN: {
    en: 'must be an ISO 4217 code in capitals, such as SAR',
    ar: 'يجب أن يكون رمز عملة من ISO 4217 بحروف كبيرة مثل SAR',
  },
  MONEY_FORMAT: {
    en: 'must be a plain decimal text such as "115.00": no sign, exponent, separator, space or leading zero',
    ar: 'يجب أن يكون نصًا عشريًا مثل "115.00" بلا إشارة ولا أس ولا فاصل ولا فراغ ولا صفر في أوله',
  },
  MONEY_DECIMALS: {
    en: 'has more decimals than its currency; it is never rounded',
    ar: 'منازله العشرية أكثر من منازل عملته؛ ولا يقرب أبدًا',
  },
  MONEY_TOO_LARGE: {
    en: 'must be at most 9007199254740991 minor units',
    ar: 'يجب ألا يتجاوز 9007199254740991 وحدة صغرى',
  },
} as const satisfies Record<string, { en: string; ar: string }>;

export type FieldCode = keyof typeof FIELD_FAULTS;

/** Why a token is not accepted. */
export const TOKEN_FAULTS = {
  malformed: {
    en: 'it is not a signed JWT with an asymmetric algorithm',
    ar: 'ليس رمز JWT موقعًا بخوارزمية غير متماثلة',
  },
  signature: { en: "its signature is not the issuer's", ar: 'توقيعه ليس توقيع جهة الإصدار' },
  expired: { en: 'it has expired', ar: 'انتهت صلاحيته' },
  early: { en: 'it is not valid yet', ar: 'لم يبدأ سريانه بعد' },
  claims: {
    en: 'its issuer, audience or another claim is not the expected one',
    ar: 'جهة إصداره أو جمهوره أو بيان آخر فيه غير المتوقع',
  },
  subject: {
    en: 'its claim "sub" must be a text of 1 to 255 characters',
    ar: 'يجب أن يكون البيان "sub" نصًا من 1 إلى 255 محرفًا',
  },
  expiry: { en: 'it must have a claim "exp"', ar: 'يلزمه البيان "exp"' },
  roles: { en: 'its claim "roles" must be a list of texts', ar: 'يجب أن يكون البيان "roles" قائمة نصوص' },
  party: {
    en: 'its claim "party" must be "party_" and a UUID; a national ID is never accepted there',
    ar: 'يجب أن يكون البيان "party" على صيغة "party_" متبوعًا بـ UUID؛ ولا يقبل فيه رقم هوية أبدًا',
  },
} as const satisfies Record<string, { en: string; ar: string }>;
export type TokenFault = keyof typeof TOKEN_FAULTS;
