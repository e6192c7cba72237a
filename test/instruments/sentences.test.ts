import { catalogue } from '../../src/composition.js';
import { isRejection } from '../../src/event-store/catalogue.js';
import type { Envelope, Json } from '../../src/kernel/envelope.js';
import { kindOf, rulesOf, sentenceOf } from '../../projections/instruments/sentence.js';
import { AR, EN, NOUNS } from '../../projections/instruments/words.js';
import { readGolden } from '../golden/golden.js';

/* What each type of event says of itself; its data are those of its golden file. */

const BASE = readGolden<{ event: Envelope }>('base').event; // by a clerk, on 23 November 2026

function sample(type: string, changes: object = {}, envelope: Partial<Envelope> = {}): Envelope {
  const { data } = readGolden<{ data: object }>(`events/${type}.v${catalogue.version(type)}`);
  return { ...BASE, ...envelope, type, data: { ...data, ...changes } as Json };
}

/** The clause after the day and who did it. */
function clauses(type: string, changes: object = {}): [string, string] {
  const { en, ar } = sentenceOf(sample(type, changes), 'SAR');
  const day = [
    'On 23 November 2026 (13 Jumada II 1448 AH), by a clerk: ',
    'في 23 نوفمبر 2026م (13 جمادى الآخرة 1448هـ)، بواسطة موظف الجهة: ',
  ];
  expect([en.startsWith(day[0]!), ar.startsWith(day[1]!), en.at(-1), ar.at(-1)]).toEqual([true, true, '.', '.']);
  return [en.slice(day[0]!.length, -1), ar.slice(day[1]!.length, -1)];
}

const TABLE: Readonly<Record<string, readonly [en: string, ar: string]>> = {
  'ledger.LedgerOpened': ['the ledger was opened for the environment “production”', 'فُتح السجل للبيئة «production»'],
  'ledger.AttemptsSuppressed': [
    'refused attempts of one person within an hour were counted and not recorded one by one: 7',
    'أُحصيت دون تسجيلها فرادى محاولات شخص واحد المرفوضة في ساعة، وعددها 7',
  ],
  'proofs.BalancesSigned': [
    'the root over all balances was signed as of 130 events: accounts that hold something: 17',
    'وُقّع جذر الأرصدة كلها حتى 130 حدث، وعدد الحسابات التي لها رصيد 17',
  ],
  'parties.PartyRecorded': ['an individual was recorded as a party', 'سُجّل طرف: فرد'],
  'parties.LegalHoldPlaced': [
    'a legal hold was placed on the data of the party because of “litigation”',
    'وُضع حجز نظامي على بيانات الطرف بسبب «litigation»',
  ],
  'parties.LegalHoldLifted': [
    'a legal hold on the data of the party was lifted because of “case-closed”',
    'رُفع حجز نظامي عن بيانات الطرف بسبب «case-closed»',
  ],
  'parties.ErasureRequested': [
    'destruction of the data of the party was requested because of “purpose-ended”, to be answered by 23 December 2026 (14 Rajab 1448 AH)',
    'طُلب إتلاف بيانات الطرف بسبب «purpose-ended»، على أن يُجاب عنه حتى 23 ديسمبر 2026م (14 رجب 1448هـ)',
  ],
  'parties.ErasureApproved': ['destruction of the data of the party was approved', 'اعتُمد إتلاف بيانات الطرف'],
  'parties.ErasureDeclined': [
    'destruction of the data of the party was declined because of “identity-unproven”',
    'رُفض إتلاف بيانات الطرف بسبب «identity-unproven»',
  ],
  'parties.ErasureWithdrawn': [
    'the request to destroy the data of the party was withdrawn',
    'سُحب طلب إتلاف بيانات الطرف',
  ],
  'parties.ErasureStopped': [
    'destruction of the data of the party was stopped by the rule RETAINED',
    'أُوقف إتلاف بيانات الطرف بالقاعدة RETAINED',
  ],
  'parties.ErasureStarted': [
    'destruction of the data of the party started: nothing stops it any more',
    'بدأ إتلاف بيانات الطرف فلا يوقفه شيء',
  ],
  'parties.PartyErased': [
    'the key to the data of the party, and all that it opened, were destroyed',
    'أُتلف مفتاح بيانات الطرف وكل ما كان يُفتح به',
  ],
  'parties.PersonalDataRead': [
    'personal data of the party were read for this purpose: collection of a debt',
    'اطُّلع على بيانات شخصية للطرف لغرض: تحصيل مديونية',
  ],
  'parties.PartyCorrected': [
    'the data of the party were corrected because of a change: version 2',
    'صُحّحت بيانات الطرف بسبب تغيّر البيانات: النسخة 2',
  ],
  'debts.DebtDrafted': [
    'a debt of 115.00 SAR was drafted on the ground of “speeding”, due on 31 December 2026 (22 Rajab 1448 AH)',
    'أُعدّت مسودة مديونية بمبلغ 115.00 ريال سعودي، سندها «speeding»، وتستحق في 31 ديسمبر 2026م (22 رجب 1448هـ)',
  ],
  'debts.DraftEdited': [
    'the draft was edited: amount 115.00 SAR, ground “speeding”, due on 31 December 2026 (22 Rajab 1448 AH)',
    'عُدّلت المسودة: المبلغ 115.00 ريال سعودي، السند «speeding»، الاستحقاق في 31 ديسمبر 2026م (22 رجب 1448هـ)',
  ],
  'debts.DraftDiscarded': ['the draft was discarded', 'أُهملت المسودة'],
  'debts.DebtRegistered': [
    'a debt of 115.00 SAR was registered on the ground of “speeding”, due on 31 December 2026 (22 Rajab 1448 AH)',
    'سُجّلت مديونية بمبلغ 115.00 ريال سعودي، سندها «speeding»، وتستحق في 31 ديسمبر 2026م (22 رجب 1448هـ)',
  ],
  'debts.UpdateRequested': [
    'an update was requested because of “speeding”: amount 115.00 SAR, due on 31 December 2026 (22 Rajab 1448 AH)',
    'طُلب تحديث المديونية بسبب «speeding»: المبلغ 115.00 ريال سعودي، الاستحقاق في 31 ديسمبر 2026م (22 رجب 1448هـ)',
  ],
  'debts.PaymentRequested': [
    'recognition of a payment of 115.00 SAR was requested',
    'طُلب اعتماد سداد مبلغ 115.00 ريال سعودي',
  ],
  'debts.CancellationRequested': [
    'cancellation was requested because of “speeding”',
    'طُلب إلغاء المديونية بسبب «speeding»',
  ],
  'debts.RequestWithdrawn': ['the request was withdrawn', 'سُحب الطلب'],
  'debts.RequestDeclined': ['the request was declined because of “not-justified”', 'رُفض الطلب بسبب «not-justified»'],
  'debts.DebtUpdated': [
    'the debt was updated because of “speeding”, now due on 31 December 2026 (22 Rajab 1448 AH), and 115.00 SAR that had been received goes back to the payers',
    'حُدّثت المديونية بسبب «speeding»، وتستحق الآن في 31 ديسمبر 2026م (22 رجب 1448هـ)، ويُعاد مما قُبض مبلغ 115.00 ريال سعودي إلى الدافعين',
  ],
  'debts.PartialPaymentApproved': [
    'a payment of 115.00 SAR was recognised, 100.00 SAR in all',
    'اعتُمد سداد جزئي بمبلغ 115.00 ريال سعودي، وبلغ مجموع المعتمد 100.00 ريال سعودي',
  ],
  'debts.DebtSettled': [
    'a payment of 115.00 SAR was recognised, and the debt is settled with 100.00 SAR recognised in all',
    'اعتُمد سداد مبلغ 115.00 ريال سعودي، وسُدّدت به المديونية ومجموع المعتمد 100.00 ريال سعودي',
  ],
  'debts.DebtCancelled': [
    'the debt was cancelled because of “speeding”, with 15.00 SAR unpaid, and 115.00 SAR that had been received goes back to the payers',
    'أُلغيت المديونية بسبب «speeding»، وكان غير المسدد منها 15.00 ريال سعودي، ويُعاد ما قُبض وقدره 115.00 ريال سعودي إلى الدافعين',
  ],
  'debts.ReceiptsGivenBack': [
    '115.00 SAR of 1 receipt was given back to the payers',
    'أُعيد مبلغ 115.00 ريال سعودي من سند قبض واحد إلى الدافعين',
  ],
  'debts.ReceiptApplied': [
    'a receipt of 115.00 SAR was applied, 100.00 SAR of it paid the debt, and 15.00 SAR was more than was owed',
    'قُيّد على المديونية سند قبض بمبلغ 115.00 ريال سعودي، سُدّد به منها 100.00 ريال سعودي، وزاد عن المستحق 15.00 ريال سعودي',
  ],
  'debts.ReceiptReversed': [
    'the bank took a receipt back on 23 November 2026 (13 Jumada II 1448 AH) under the reference SADAD-2026/000123, 100.00 SAR is owed again, and 115.00 SAR is taken from the payer’s refundable balance',
    'عكس المصرف سند قبض في 23 نوفمبر 2026م (13 جمادى الآخرة 1448هـ) بالمرجع SADAD-2026/000123، فعاد مستحقًا مبلغ 100.00 ريال سعودي، ويُخصم من رصيد الدافع القابل للاسترداد 115.00 ريال سعودي',
  ],
  'debts.DebtReopened': [
    'the debt was reopened, for a receipt that it was settled by was reversed; 100.00 SAR stays recognised',
    'أُعيد فتح المديونية لعكس سند قبض سُدّدت به، وبقي معتمدًا 100.00 ريال سعودي',
  ],
  'debts.ProceedingRecorded': [
    'a proceeding was recorded: notice served on 23 November 2026 (13 Jumada II 1448 AH)',
    'دُوّن إجراء: تبليغ إشعار في 23 نوفمبر 2026م (13 جمادى الآخرة 1448هـ)',
  ],
  'debts.ExemptionRequested': [
    'an exemption from 40.00 SAR was requested because of hardship',
    'طُلب الإعفاء من 40.00 ريال سعودي بسبب الإعسار',
  ],
  'debts.ExemptionGranted': [
    'an exemption from 40.00 SAR was granted because of hardship; 15.00 SAR is still owed',
    'مُنح الإعفاء من 40.00 ريال سعودي بسبب الإعسار، وبقي مستحقًا 15.00 ريال سعودي',
  ],
  'debts.InstalmentRequested': [
    'payment in 3 instalments was requested, the first on 31 December 2026 (22 Rajab 1448 AH)',
    'طُلب التقسيط على 3 أقساط ابتداءً من 31 ديسمبر 2026م (22 رجب 1448هـ)',
  ],
  'debts.InstalmentPlanApproved': [
    'payment of 115.00 SAR in 2 instalments was approved, from 31 December 2026 (22 Rajab 1448 AH) to 31 January 2027 (23 Shaban 1448 AH)',
    'اعتُمد تقسيط مبلغ 115.00 ريال سعودي على قسطين من 31 ديسمبر 2026م (22 رجب 1448هـ) إلى 31 يناير 2027م (23 شعبان 1448هـ)',
  ],
  'debts.InstalmentsPaid': [
    '60.00 SAR of the instalment plan was paid; 55.00 SAR of it is open',
    'سُدّد من خطة التقسيط 60.00 ريال سعودي، والمتبقي منها 55.00 ريال سعودي',
  ],
  'debts.InstalmentsReopened': [
    '60.00 SAR of the instalment plan is open again; 55.00 SAR of it in all',
    'عاد مستحقًا من خطة التقسيط 60.00 ريال سعودي، والمتبقي منها 55.00 ريال سعودي',
  ],
  'debts.InstalmentsLowered': [
    '60.00 SAR was taken off the instalment plan; 55.00 SAR of it is open',
    'خُفّضت خطة التقسيط بمبلغ 60.00 ريال سعودي، والمتبقي منها 55.00 ريال سعودي',
  ],
  'debts.InstalmentMissed': [
    'instalment 1, due on 31 December 2026 (22 Rajab 1448 AH), was missed; 57.50 SAR of it is open',
    'تأخّر سداد القسط رقم 1 المستحق في 31 ديسمبر 2026م (22 رجب 1448هـ)، والمتبقي منه 57.50 ريال سعودي',
  ],
  'debts.NoticeServed': [
    'notice 1 was served for 57.50 SAR overdue, payable until 11 February 2027 (4 Ramadan 1448 AH)',
    'وُجّه الإنذار رقم 1 بمتأخرات قدرها 57.50 ريال سعودي تُسدَّد حتى 11 فبراير 2027م (4 رمضان 1448هـ)',
  ],
  'debts.PlanDefaulted': [
    'the instalment plan fell due as a whole with 115.00 SAR',
    'حلّت خطة التقسيط كاملة بمبلغ 115.00 ريال سعودي',
  ],
  'debts.PlanCompleted': ['the instalment plan was completed', 'اكتملت خطة التقسيط'],
  'delegations.DelegationRegistered': [
    'a delegation for exemption up to 500000.00 SAR was registered, from 1 November 2026 (21 Jumada I 1448 AH) to 31 October 2027 (1 Jumada II 1449 AH)',
    'سُجّل تفويض في الإعفاء حتى 500000.00 ريال سعودي من 1 نوفمبر 2026م (21 جمادى الأولى 1448هـ) إلى 31 أكتوبر 2027م (1 جمادى الآخرة 1449هـ)',
  ],
  'delegations.DelegationApproved': ['the delegation was approved', 'اعتُمد التفويض'],
  'delegations.DelegationRevoked': [
    'the delegation was revoked because of “left-office”',
    'أُلغي التفويض بسبب «left-office»',
  ],
  'billing.ReceiptRecorded': [
    'a receipt of 115.00 SAR was recorded, paid on 22 November 2026 (12 Jumada II 1448 AH) by “SADAD” under the bank’s reference SADAD-2026/000123',
    'سُجّل سند قبض بمبلغ 115.00 ريال سعودي دُفع في 22 نوفمبر 2026م (12 جمادى الآخرة 1448هـ) عن طريق «SADAD» بمرجع المصرف SADAD-2026/000123',
  ],
  'billing.ReceiptMatched': [
    'a receipt of 115.00 SAR was matched with the subscription that it pays',
    'طوبق سند قبض بمبلغ 115.00 ريال سعودي بالاشتراك الذي يسدده',
  ],
  'billing.ReceiptConflictRecorded': [
    'the bank told other facts under the reference SADAD-2026/000123, and nothing was posted',
    'ورد من المصرف بالمرجع SADAD-2026/000123 ما يخالف المسجّل، ولم يُقيّد شيء',
  ],
  'billing.ReceiptReversed': [
    'the bank took a receipt of 115.00 SAR back on 23 November 2026 (13 Jumada II 1448 AH) under the reference SADAD-2026/000123',
    'عكس المصرف في 23 نوفمبر 2026م (13 جمادى الآخرة 1448هـ) سند قبض بمبلغ 115.00 ريال سعودي بالمرجع SADAD-2026/000123',
  ],
  'balances.BalanceCredited': [
    '115.00 SAR was added to the refundable balance because “not-justified”, and 15.00 SAR is available',
    'أُضيف إلى الرصيد القابل للاسترداد مبلغ 115.00 ريال سعودي بسبب «not-justified»، والمتاح 15.00 ريال سعودي',
  ],
  'balances.CreditReversed': [
    '115.00 SAR was taken from the refundable balance because the bank took the receipt back under the reference SADAD-2026/000123, and 15.00 SAR is available',
    'خُصم من الرصيد القابل للاسترداد مبلغ 115.00 ريال سعودي لعكس المصرف سند القبض بالمرجع SADAD-2026/000123، والمتاح 15.00 ريال سعودي',
  ],
  'subscriptions.SubscriptionPurchased': [
    'a subscription of the plan “basic” was ordered for 115.00 SAR, payable until 23 December 2026 (14 Rajab 1448 AH)',
    'طُلب اشتراك في الباقة «basic» بمبلغ 115.00 ريال سعودي يُسدَّد حتى 23 ديسمبر 2026م (14 رجب 1448هـ)',
  ],
  'subscriptions.RenewalOrdered': [
    'a renewal was ordered for 115.00 SAR, payable until 23 December 2026 (14 Rajab 1448 AH)',
    'طُلب تجديد الاشتراك بمبلغ 115.00 ريال سعودي يُسدَّد حتى 23 ديسمبر 2026م (14 رجب 1448هـ)',
  ],
  'subscriptions.PaymentReceived': [
    '130.00 SAR came for the subscription, 10.00 SAR of it paid what was owed, 115.00 SAR counts towards the order, and 5.00 SAR was more than was ordered',
    'ورد للاشتراك مبلغ 130.00 ريال سعودي، سُدّد به ما كان مستحقًا وقدره 10.00 ريال سعودي، واحتُسب للطلب 115.00 ريال سعودي، وزاد عن المطلوب 5.00 ريال سعودي',
  ],
  'subscriptions.SubscriptionActivated': [
    'the subscription was activated for the term from 23 November 2026 (13 Jumada II 1448 AH) until 23 November 2027 (24 Jumada II 1449 AH), by the invoice 581759f7-5e30-5284-ae06-ec558dff6fcf/1 over 100.00 SAR and 15.00 SAR of VAT',
    'فُعّل الاشتراك للمدة من 23 نوفمبر 2026م (13 جمادى الآخرة 1448هـ) حتى 23 نوفمبر 2027م (24 جمادى الآخرة 1449هـ) بالفاتورة 581759f7-5e30-5284-ae06-ec558dff6fcf/1 بمبلغ 100.00 ريال سعودي وضريبة قيمة مضافة قدرها 15.00 ريال سعودي',
  ],
  'subscriptions.SubscriptionRenewed': [
    'the subscription was renewed for the term from 23 November 2027 (24 Jumada II 1449 AH) until 23 November 2028 (6 Rajab 1450 AH), by the invoice 581759f7-5e30-5284-ae06-ec558dff6fcf/2 over 100.00 SAR and 15.00 SAR of VAT',
    'جُدّد الاشتراك للمدة من 23 نوفمبر 2027م (24 جمادى الآخرة 1449هـ) حتى 23 نوفمبر 2028م (6 رجب 1450هـ) بالفاتورة 581759f7-5e30-5284-ae06-ec558dff6fcf/2 بمبلغ 100.00 ريال سعودي وضريبة قيمة مضافة قدرها 15.00 ريال سعودي',
  ],
  'subscriptions.MonthEarned': [
    '8.37 SAR was earned in month 12 of term 1; 0.00 SAR is still deferred',
    'تحقق إيراد الشهر رقم 12 من المدة رقم 1 وقدره 8.37 ريال سعودي، وبقي مؤجلًا 0.00 ريال سعودي',
  ],
  'subscriptions.ExpiryAnnounced': [
    'the end of the subscription on 23 November 2027 (24 Jumada II 1449 AH) was announced 30 days before',
    'أُعلن انتهاء الاشتراك في 23 نوفمبر 2027م (24 جمادى الآخرة 1449هـ) قبله بمدة 30 يومًا',
  ],
  'subscriptions.SubscriptionExpired': [
    'term 1 of the subscription ended on 23 November 2027 (24 Jumada II 1449 AH)',
    'انتهت المدة رقم 1 من الاشتراك في 23 نوفمبر 2027م (24 جمادى الآخرة 1449هـ)',
  ],
  'subscriptions.SubscriptionCancelled': [
    'the subscription was cancelled from 23 November 2026 (13 Jumada II 1448 AH) because of a request, without a refund, and 91.67 SAR was earned',
    'أُلغي الاشتراك من 23 نوفمبر 2026م (13 جمادى الآخرة 1448هـ) بسبب طلب دون استرداد، وتحقق إيراد قدره 91.67 ريال سعودي',
  ],
  'subscriptions.OrderCancelled': [
    'the order was cancelled because of a resignation, and 60.00 SAR that had come for it goes back to the payers',
    'أُلغي الطلب بسبب استقالة، ويُعاد ما ورد له وقدره 60.00 ريال سعودي إلى الدافعين',
  ],
  'subscriptions.OrderLapsed': [
    'the order lapsed, for it was not paid until 23 December 2026 (14 Rajab 1448 AH), and 60.00 SAR that had come for it goes back to the payers',
    'سقط الطلب لعدم سداده حتى 23 ديسمبر 2026م (14 رجب 1448هـ)، ويُعاد ما ورد له وقدره 60.00 ريال سعودي إلى الدافعين',
  ],
  'subscriptions.ServiceUsed': [
    'the service “contract-authentication” was used',
    'استُخدمت الخدمة «contract-authentication»',
  ],
  'subscriptions.PaymentReversed': [
    'the bank took a payment back on 23 November 2026 (13 Jumada II 1448 AH) under the reference R-1, 115.00 SAR is owed for a term, and 5.00 SAR is taken from the payer’s refundable balance',
    'عكس المصرف مبلغًا ورد للاشتراك في 23 نوفمبر 2026م (13 جمادى الآخرة 1448هـ) بالمرجع R-1، وصار مستحقًا عن مدة 115.00 ريال سعودي، ويُخصم من رصيد الدافع القابل للاسترداد 5.00 ريال سعودي',
  ],
  'subscriptions.ResignationRecorded': [
    'a user’s resignation on 23 November 2026 (13 Jumada II 1448 AH) was recorded, which cancels 1 subscription of the establishment',
    'سُجّلت استقالة مستخدم في 23 نوفمبر 2026م (13 جمادى الآخرة 1448هـ)، ويُلغى ما له لدى المنشأة وعدده اشتراك واحد',
  ],
  'periods.ClosingRequested': [
    'closing of the period 2025, which ends on 31 December 2025 (11 Rajab 1447 AH), was requested',
    'طُلب إقفال الفترة 2025 التي تنتهي في 31 ديسمبر 2025م (11 رجب 1447هـ)',
  ],
  'periods.ClosingApproved': [
    'closing of the period 2025, which ends on 31 December 2025 (11 Rajab 1447 AH), was approved',
    'اعتُمد إقفال الفترة 2025 التي تنتهي في 31 ديسمبر 2025م (11 رجب 1447هـ)',
  ],
  'periods.ClosingDeclined': ['closing was declined because of “unreconciled”', 'رُفض طلب الإقفال بسبب «unreconciled»'],
  'periods.ClosingWithdrawn': ['the request to close was withdrawn', 'سُحب طلب الإقفال'],
  'periods.PeriodClosed': [
    'the books were closed for the period 2025, which ends on 31 December 2025 (11 Rajab 1447 AH)',
    'أُقفلت الدفاتر عن الفترة 2025 التي تنتهي في 31 ديسمبر 2025م (11 رجب 1447هـ)',
  ],
  'periods.YearClosed': [
    'revenue and expense of the year 2025 were carried to the accumulated result',
    'رُحّلت إيرادات السنة 2025 ومصروفاتها إلى النتيجة المتراكمة',
  ],
  'periods.CorrectionRequested': [
    'a correction in the closed period 2025-11 by the command RegisterDebt was requested because of “late-document”',
    'طُلب تصحيح في الفترة المقفلة 2025-11 بالأمر RegisterDebt بسبب «late-document»',
  ],
  'periods.CorrectionApproved': ['the correction was approved', 'اعتُمد التصحيح'],
  'periods.CorrectionDeclined': ['the correction was declined because of “mistake”', 'رُفض طلب التصحيح بسبب «mistake»'],
  'periods.CorrectionWithdrawn': ['the request for a correction was withdrawn', 'سُحب طلب التصحيح'],
  'periods.CorrectionTaken': [
    'the correction was taken up by a command that counts on 30 November 2025 (9 Jumada II 1447 AH)',
    'استُعمل التصحيح في أمر يُحتسب في 30 نوفمبر 2025م (9 جمادى الآخرة 1447هـ)',
  ],
};

const FACTS = catalogue.definitions.filter((each) => !isRejection(each)).map(({ type }) => type);

test.each(FACTS)('%s is told in English and Arabic', (type) => {
  expect(clauses(type)).toEqual(TABLE[type]);
});

test('every type that may be stored is told, refusals by their rule and its version', () => {
  for (const { type } of catalogue.definitions) {
    const event = sample(type);
    const { en, ar } = sentenceOf(event);
    expect(`${en} ${ar}`).not.toMatch(/undefined|null|NaN|\[object|\{n\}/);
    expect(ar).toMatch(/\p{Script=Arabic}/u);
    expect(kindOf(event) === 'refusal').toBe(isRejection(event));
    expect(rulesOf(event).length).toBeGreaterThan(0);
  }
  expect(clauses('debts.RegisterDebtRejected')).toEqual([
    'RegisterDebt was refused by rule E7, version 1 (PENDING)',
    'رُفض الأمر RegisterDebt بالقاعدة E7 في نسختها 1 (PENDING)',
  ]);
});

test.each([
  [
    'debts.DebtUpdated',
    { previousAmount: '90.00', givenBack: '0.00', dueOn: undefined },
    'the debt was raised from 90.00 SAR to 115.00 SAR because of “speeding”',
    'رُفع مبلغ المديونية من 90.00 ريال سعودي إلى 115.00 ريال سعودي بسبب «speeding»',
  ],
  [
    'debts.DebtUpdated',
    { previousAmount: '200.00', givenBack: '0.00', dueOn: undefined, ground: 'correction' },
    'the debt was reduced from 200.00 SAR to 115.00 SAR because of a correction',
    'خُفّض مبلغ المديونية من 200.00 ريال سعودي إلى 115.00 ريال سعودي بسبب تصحيح',
  ],
  [
    'debts.DebtSettled',
    { amount: '0.00' },
    'the debt is settled with 100.00 SAR recognised in all',
    'سُدّدت المديونية ومجموع المعتمد 100.00 ريال سعودي',
  ],
  [
    'debts.DebtCancelled',
    { unpaid: '0.00', received: '0.00', ground: 'exemption' },
    'the debt was cancelled because of exemption',
    'أُلغيت المديونية بسبب الإعفاء',
  ],
  [
    'debts.ReceiptApplied',
    { excess: '0.00', applied: '115.00' },
    'a receipt of 115.00 SAR was applied, 115.00 SAR of it paid the debt',
    'قُيّد على المديونية سند قبض بمبلغ 115.00 ريال سعودي، سُدّد به منها 115.00 ريال سعودي',
  ],
  [
    'debts.ExemptionRequested',
    { amount: undefined },
    'an exemption from all that is owed was requested because of hardship',
    'طُلب الإعفاء من كامل المتبقي بسبب الإعسار',
  ],
  [
    'billing.ReceiptMatched',
    { subscription: undefined, debt: '581759f7-5e30-5284-ae06-ec558dff6fcf' },
    'a receipt of 115.00 SAR was matched with the debt that it pays',
    'طوبق سند قبض بمبلغ 115.00 ريال سعودي بالمديونية التي يسددها',
  ],
  [
    'balances.BalanceCredited',
    { reason: 'excess' },
    '115.00 SAR was added to the refundable balance because more was received than was owed, and 15.00 SAR is available',
    'أُضيف إلى الرصيد القابل للاسترداد مبلغ 115.00 ريال سعودي بسبب زيادة المقبوض عن المستحق، والمتاح 15.00 ريال سعودي',
  ],
] as const)('%s with %j says so', (type, changes, en, ar) => {
  const kept = Object.fromEntries(Object.entries(changes).map(([name, value]) => [name, value]));
  const { data, ...event } = sample(type, kept);
  const told = sentenceOf({ ...event, data: JSON.parse(JSON.stringify(data)) as Json } as Envelope, 'SAR');
  expect([told.en.replace(/^[^:]*: /, ''), told.ar.replace(/^[^:]*: /, '')]).toEqual([`${en}.`, `${ar}.`]);
});

test('a sentence says by which power: the delegation relied on, the correction of a closed period', () => {
  const delegation = '0a1b2c3d-5e30-5284-ae06-ec558dff6fcf';
  const actor = { ...BASE.actor, role: 'approver', authority: delegation } as const;
  const event = sample('debts.ExemptionGranted', {}, { actor, refs: { correction: delegation } });
  const { en, ar } = sentenceOf(event);
  expect(en).toContain(
    'by an approver under the delegation 0a1b2c3d, as the correction 0a1b2c3d of a closed period: an exemption',
  );
  expect(ar).toContain(
    'بواسطة معتمد الجهة استنادًا إلى التفويض 0a1b2c3d تصحيحًا لفترة مقفلة بموجب التصحيح 0a1b2c3d: مُنح',
  );
});

test('counted nouns agree with their numbers', () => {
  const counted = (n: number): string => AR.count(n, NOUNS.instalments.ar);
  expect([1, 2, 3, 10, 11, 99, 100, 102, 103, 111].map(counted)).toEqual([
    'قسط واحد',
    'قسطين',
    '3 أقساط',
    '10 أقساط',
    '11 قسطًا',
    '99 قسطًا',
    '100 قسط',
    '102 قسط',
    '103 أقساط',
    '111 قسطًا',
  ]);
  expect([1, 2].map((n) => EN.count(n, NOUNS.receipts.en))).toEqual(['1 receipt', '2 receipts']);
});

test('a day that the Hijri calendar does not reach is told in the other one alone', () => {
  expect([EN.day('2199-12-31'), AR.day('2199-12-31')]).toEqual(['31 December 2199', '31 ديسمبر 2199م']);
});
