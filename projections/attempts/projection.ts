import { balanceEvents } from '../../src/contexts/balances/events.js';
import { billingEvents, CONFLICT, ReceiptConflictRecorded } from '../../src/contexts/billing/events.js';
import { debtEvents } from '../../src/contexts/debts/events.js';
import { delegationEvents } from '../../src/contexts/delegations/events.js';
import { subscriptionEvents } from '../../src/contexts/subscriptions/events.js';
import { CONTEXTS, refusableCommands } from '../../src/http/access.js';
import { isRejection, rejectionType, type RejectionData } from '../../src/event-store/catalogue.js';
import type { Projection } from '../../src/feed/consumers.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { attemptsModel, type Attempt } from './model.js';

/** The edge refuses readings, too, which no decider knows of. */
const refusals = new Set([
  ...[...debtEvents, ...delegationEvents, ...billingEvents, ...balanceEvents, ...subscriptionEvents]
    .filter(isRejection)
    .map(({ type }) => type),
  ...CONTEXTS.flatMap((context) => refusableCommands(context).map((command) => rejectionType(context, command))),
]);

/** GET /v1/attempts: every refusal, as evidence (domain.md §3; DESIGN.md, Refusals). */
export const attempts: Projection<Attempt> = {
  name: 'attempts',
  model: attemptsModel,
  types: [...refusals, ReceiptConflictRecorded.type],
  identify: ({ id }) => [id],
  evolve(_, { sequence, event }, id) {
    const { type, actor, recordedAt, effectiveOn } = event;
    const { code, rule, ruleVersion, kind, command, target, targetRevision, facts } = refusalIn(event);
    return {
      id,
      code,
      rule,
      ruleVersion,
      kind,
      command,
      context: type.slice(0, type.indexOf('.')),
      actor: actor.id,
      role: actor.role,
      actingFor: actor.actingFor ?? null,
      target,
      targetRevision,
      facts,
      recordedAt,
      effectiveOn,
      sequence,
    };
  },
};

/** A conflicting receipt is no refusal of a decider, but the bank was told so, and which event stands for it. */
function refusalIn({ type, data, refs, revision }: Envelope): Omit<RejectionData, 'requestDigest'> {
  if (type !== ReceiptConflictRecorded.type) return data as RejectionData;
  const { command, refusal } = CONFLICT;
  const { version: ruleVersion, ...rule } = refusal;
  return { ...rule, ruleVersion, command, target: refs.receipt as string, targetRevision: revision - 1, facts: {} };
}
