import { balanceEvents } from '../src/contexts/balances/events.js';
import { billingEvents, CONFLICT, ReceiptConflictRecorded } from '../src/contexts/billing/events.js';
import { debtEvents } from '../src/contexts/debts/events.js';
import { delegationEvents } from '../src/contexts/delegations/events.js';
import { partyEvents } from '../src/contexts/parties/events.js';
import { periodEvents } from '../src/contexts/periods/events.js';
import { subscriptionEvents } from '../src/contexts/subscriptions/events.js';
import { CONTEXTS, refusableCommands } from '../src/http/access.js';
import { isRejection, rejectionType, type RejectionData } from '../src/event-store/catalogue.js';
import type { Envelope } from '../src/kernel/envelope.js';

const recorded = [
  debtEvents,
  delegationEvents,
  billingEvents,
  balanceEvents,
  subscriptionEvents,
  periodEvents,
  partyEvents,
];

/** The stored types that tell of a refusal. The edge refuses readings, too, which no decider knows of. */
export const REFUSALS: readonly string[] = [
  ...new Set([
    ...recorded
      .flat()
      .filter(isRejection)
      .map(({ type }) => type),
    ...CONTEXTS.flatMap((context) => refusableCommands(context).map((command) => rejectionType(context, command))),
  ]),
  ReceiptConflictRecorded.type,
];

/** A conflicting receipt is no refusal of a decider, but the bank was told so, and which event stands for it. */
export function refusalIn({ type, data, refs, revision }: Envelope): Omit<RejectionData, 'requestDigest'> {
  if (type !== ReceiptConflictRecorded.type) return data as RejectionData;
  const { command, refusal } = CONFLICT;
  const { version: ruleVersion, ...rule } = refusal;
  return { ...rule, ruleVersion, command, target: refs.receipt as string, targetRevision: revision - 1, facts: {} };
}
