import type { Projection } from '../../src/feed/consumers.js';
import { refusalIn, REFUSALS } from '../refusals.js';
import { attemptsModel, type Attempt } from './model.js';

/** GET /v1/attempts: every refusal, as evidence (domain.md §3; DESIGN.md, Refusals). */
export const attempts: Projection<Attempt> = {
  name: 'attempts',
  model: attemptsModel,
  types: REFUSALS,
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
