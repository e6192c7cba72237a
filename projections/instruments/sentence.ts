import { balanceEvents } from '../../src/contexts/balances/events.js';
import { billingEvents } from '../../src/contexts/billing/events.js';
import { debtEvents } from '../../src/contexts/debts/events.js';
import { delegationEvents } from '../../src/contexts/delegations/events.js';
import { partyEvents } from '../../src/contexts/parties/events.js';
import { periodEvents } from '../../src/contexts/periods/events.js';
import { proofEvents } from '../../src/contexts/proofs/events.js';
import { subscriptionEvents } from '../../src/contexts/subscriptions/events.js';
import { isRejection, type RejectionData } from '../../src/event-store/catalogue.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { ledgerEvents } from '../../src/ledger/events.js';
import type { Named } from '../report.js';
import { debts } from './debts.js';
import { balances, receipts } from './money.js';
import { closings, corrections, delegations, ledger, proofs } from './offices.js';
import { parties } from './parties.js';
import { subscriptions } from './subscriptions.js';
import type { Kind, Telling } from './telling.js';
import { AR, EN, byRole } from './words.js';

/** Every type that says what happened; what was refused is told in one way, whatever the command. */
const TELLINGS = {
  ...debts,
  ...receipts,
  ...balances,
  ...subscriptions,
  ...delegations,
  ...closings,
  ...corrections,
  ...parties,
  ...proofs,
  ...ledger,
} as unknown as Readonly<Record<string, Telling<never>>>;

const REFUSED: Telling<never> = {
  kind: 'refusal',
  tell({ data }: Envelope<string, RejectionData>) {
    const { command, code, rule, ruleVersion } = data;
    return {
      en: `${command} was refused by rule ${rule}, version ${ruleVersion} (${code})`,
      ar: `رُفض الأمر ${command} بالقاعدة ${rule} في نسختها ${ruleVersion} (${code})`,
    };
  },
};

/** @throws Error for a type that nobody tells of: a test holds that there is none */
function tellingOf({ type }: Pick<Envelope, 'type'>): Telling<never> {
  const found = TELLINGS[type] ?? (isRejection({ type }) ? REFUSED : undefined);
  if (found === undefined) throw new Error(`nobody tells of ${type}`);
  return found;
}

export const kindOf = (event: Pick<Envelope, 'type'>): Kind => tellingOf(event).kind;

/**
 * What happened, on which day, by whom and by which power, as one sentence in both languages.
 * @param currency of what it is about, for amounts whose event does not name one
 */
export function sentenceOf(event: Envelope, currency = ''): Named {
  const { effectiveOn, actor, refs } = event;
  const clause = tellingOf(event).tell(event as never, currency);
  const who = byRole(actor.role);
  const powers = [
    actor.authority !== undefined && {
      en: ` under the delegation ${short(actor.authority)}`,
      ar: ` استنادًا إلى التفويض ${short(actor.authority)}`,
    },
    refs.correction !== undefined && {
      en: `, as the correction ${short(refs.correction)} of a closed period`,
      ar: ` تصحيحًا لفترة مقفلة بموجب التصحيح ${short(refs.correction)}`,
    },
  ].filter((power) => power !== false);
  return {
    en: `On ${EN.day(effectiveOn)}, ${who.en}${powers.map(({ en }) => en).join('')}: ${clause.en}.`,
    ar: `في ${AR.day(effectiveOn)}، ${who.ar}${powers.map(({ ar }) => ar).join('')}: ${clause.ar}.`,
  };
}

/** As people read ids to one another; the whole one stands beside the sentence. */
const short = (id: string): string => id.slice(0, 8);

const RULES: ReadonlyMap<string, readonly string[]> = new Map(
  [
    ...debtEvents,
    ...billingEvents,
    ...balanceEvents,
    ...subscriptionEvents,
    ...delegationEvents,
    ...periodEvents,
    ...partyEvents,
    ...proofEvents,
    ...ledgerEvents,
  ].map(({ type, rule }) => [type, rule.split(' ')]),
);

/** The rules that an event of this type serves; of a refusal, the one that refused. */
export function rulesOf(event: Envelope): readonly string[] {
  return isRejection(event) ? [(event.data as RejectionData).rule] : (RULES.get(event.type) ?? []);
}
