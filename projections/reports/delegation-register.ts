import type { ExemptionGranted } from '../../src/contexts/debts/events.js';
import type { DelegationEvent } from '../../src/contexts/delegations/events.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { replayed, TODAY, type Named } from '../report.js';
import { count, CURRENCY, ENTITY, money } from '../columns.js';
import { minorOf } from '../postings.js';
import { decimal } from '../sums.js';

const STATES = {
  registered: { en: 'Awaiting approval', ar: 'بانتظار الاعتماد' },
  ahead: { en: 'Not yet in force', ar: 'لم يسر بعد' },
  inForce: { en: 'In force', ar: 'سارٍ' },
  over: { en: 'Over', ar: 'منتهٍ' },
  revoked: { en: 'Revoked', ar: 'ملغى' },
} as const satisfies Record<string, Named>;

interface Delegation {
  readonly delegation: string;
  readonly entity: string;
  readonly actor: string;
  readonly kind: string;
  readonly currency: string;
  readonly upTo: string;
  readonly from: string;
  readonly to: string;
  readonly registeredBy: string;
  readonly registeredOn: string;
  approvedBy: string | null;
  approvedOn: string | null;
  revokedBy: string | null;
  revokedOn: string | null;
  reason: string | null;
  uses: number;
  /** Minor units. */
  used: bigint;
}

export const delegationRegister = replayed({
  name: 'delegation-register',
  number: 14,
  title: { en: 'Register of delegations', ar: 'سجل التفويضات' },
  about: {
    en: 'Each delegation as of a day: who may decide on what, up to which amount, between which days; who registered and who approved it; whether it is in force; and how often, and for how much in all, it was relied on by then.',
    ar: 'كل تفويض كما في يوم معين: من له أن يقرر، وفي ماذا، وحتى أي مبلغ، وبين أي تاريخين؛ ومن سجله ومن اعتمده؛ وهل هو سارٍ؛ وكم مرة استُند إليه وبأي مبلغ إجمالي حتى حينه.',
  },
  takes: { entity: 'optional', actor: 'optional', effectiveOn: TODAY },
  columns: [
    ENTITY,
    { name: 'delegation', kind: 'id', en: 'Delegation', ar: 'التفويض' },
    { name: 'actor', kind: 'id', en: 'May decide', ar: 'المفوَّض' },
    { name: 'kind', kind: 'code', en: 'On', ar: 'موضوعه' },
    CURRENCY,
    { name: 'upTo', kind: 'money', en: 'Up to', ar: 'حده الأعلى' },
    { name: 'from', kind: 'date', en: 'From', ar: 'من' },
    { name: 'to', kind: 'date', en: 'To', ar: 'إلى' },
    { name: 'state', kind: 'code', en: 'State', ar: 'الحالة', labels: STATES },
    { name: 'registeredBy', kind: 'id', en: 'Registered by', ar: 'سجله' },
    { name: 'registeredOn', kind: 'date', en: 'Registered on', ar: 'تاريخ التسجيل' },
    { name: 'approvedBy', kind: 'id', en: 'Approved by', ar: 'اعتمده' },
    { name: 'approvedOn', kind: 'date', en: 'Approved on', ar: 'تاريخ الاعتماد' },
    { name: 'revokedBy', kind: 'id', en: 'Revoked by', ar: 'ألغاه' },
    { name: 'revokedOn', kind: 'date', en: 'Revoked on', ar: 'تاريخ الإلغاء' },
    { name: 'reason', kind: 'code', en: 'Reason', ar: 'السبب' },
    count('uses', 'Times relied on', 'مرات الاستناد'),
    money('used', 'Decided on it', 'ما تقرر بموجبه'),
  ],
  key: ['delegation'],
  boundBy: { entity: 'entity' },
  types: [
    'delegations.DelegationRegistered',
    'delegations.DelegationApproved',
    'delegations.DelegationRevoked',
    'debts.ExemptionGranted',
  ],
  initial: () => new Map<string, Delegation>(),
  fold(register, known, asked) {
    const event = known.event as Recorded<DelegationEvent | ExemptionGranted>;
    const { type, data, effectiveOn, actor, refs } = event;
    if (effectiveOn > asked.effectiveOn) return;
    const { delegation = '' } = refs;
    if (type === 'delegations.DelegationRegistered') {
      const { approver, currency, upTo, ...terms } = data;
      if ((asked.entity ?? data.entity) !== data.entity || (asked.actor ?? approver) !== approver) return;
      const begun = { registeredBy: actor.id, registeredOn: effectiveOn, approvedBy: null, approvedOn: null };
      const open = { revokedBy: null, revokedOn: null, reason: null, uses: 0, used: 0n };
      register.set(delegation, { delegation, actor: approver, currency, upTo, ...terms, ...begun, ...open });
      return;
    }
    const found = register.get(delegation);
    if (found === undefined) return;
    if (type === 'delegations.DelegationApproved') {
      found.approvedBy = actor.id;
      found.approvedOn = effectiveOn;
    } else if (type === 'delegations.DelegationRevoked') {
      found.revokedBy = actor.id;
      found.revokedOn = effectiveOn;
      found.reason = data.reason;
    } else {
      found.uses++;
      found.used += minorOf(data.amount, data.currency);
    }
  },
  *rows(register, { effectiveOn }) {
    for (const { used, ...each } of register.values()) {
      yield { ...each, state: stateOf(each, effectiveOn), used: decimal(used, each.currency) };
    }
  },
});

function stateOf({ approvedOn, revokedOn, from, to }: Omit<Delegation, 'used'>, on: string): keyof typeof STATES {
  if (revokedOn !== null) return 'revoked';
  if (approvedOn === null) return 'registered';
  if (on < from) return 'ahead';
  return on <= to ? 'inForce' : 'over';
}
