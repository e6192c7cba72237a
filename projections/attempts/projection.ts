import { balanceEvents } from '../../src/contexts/balances/events.js';
import { billingEvents } from '../../src/contexts/billing/events.js';
import { debtEvents } from '../../src/contexts/debts/events.js';
import { refusableCommands } from '../../src/http/access.js';
import { isRejection, rejectionType, type RejectionData } from '../../src/event-store/catalogue.js';
import type { Projection } from '../../src/feed/consumers.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { attemptsModel, type Attempt } from './model.js';

/** The edge refuses readings, too, which no decider knows of. */
const refusals = new Set([
  ...[...debtEvents, ...billingEvents, ...balanceEvents].filter(isRejection).map(({ type }) => type),
  ...['debts', 'billing', 'balances'].flatMap((context) =>
    refusableCommands(context).map((command) => rejectionType(context, command)),
  ),
]);

/** GET /v1/attempts: every refusal, as evidence (domain.md §3; DESIGN.md, Refusals). */
export const attempts: Projection<Attempt> = {
  name: 'attempts',
  model: attemptsModel,
  types: [...refusals],
  identify: ({ id }) => [id],
  evolve(_, { sequence, event }, id) {
    const { type, actor, recordedAt, effectiveOn, data } = event as Envelope<string, RejectionData>;
    const { code, rule, ruleVersion, kind, command, target, targetRevision, facts } = data;
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
