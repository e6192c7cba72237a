import type { Rule } from '../../kernel/refusal.js';
import { StoreUnavailable } from '../../event-store/event-store.js';
import { InvalidValue } from '../../kernel/invalid-value.js';
import { ReadModelUnavailable } from '../../read-models/read-models.js';
import { IdempotencyConflict, LedgerUnavailable, PreconditionFailed, type Refused } from '../../ledger/outcome.js';
import { PersonErased, VaultUnavailable } from '../../vault/vault.js';
import { fill, type Language } from './language.js';
import { Problem, RefusedByRule, TokenRefused, type FieldFault } from './problem.js';
import { FIELD_FAULTS, PROBLEMS, TOKEN_FAULTS, type FieldCode, type ProblemCode } from './texts.js';

/** An RFC 9457 answer, ready to send. */
export interface Rendered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Finds a rule's texts. Several rules share a code (`AMOUNT` of a debt, of a receipt), each with words of its own. */
export class RuleTexts {
  readonly #rules: ReadonlyMap<string, Rule>;

  /** @throws Error where two rules could not be told apart */
  constructor(rules: readonly Rule[]) {
    this.#rules = new Map(rules.map((rule) => [nameOf(rule), rule]));
    if (this.#rules.size !== rules.length) throw new Error('two rules share their number and their code');
  }

  detail(refused: Refused, language: Language): string {
    const rule = this.#rules.get(nameOf(refused));
    return rule === undefined ? refused.code : fill(rule[language], refused.facts);
  }
}

const nameOf = ({ rule, code }: Pick<Rule, 'rule' | 'code'>): string => `${rule} ${code}`;

const RETRY_SECONDS = '1';

/** Whether a store behind the answer does not answer now. */
export const isUnavailable = (error: unknown): error is Error =>
  [LedgerUnavailable, StoreUnavailable, VaultUnavailable].some((kind) => error instanceof kind);

/** The problem of any error; undefined for one that nobody foresaw. */
export function problemOf(error: unknown): Problem | RefusedByRule | TokenRefused | undefined {
  if (error instanceof Problem || error instanceof RefusedByRule || error instanceof TokenRefused) return error;
  if (error instanceof IdempotencyConflict) return new Problem('IDEMPOTENCY_KEY_REUSED');
  if (error instanceof PersonErased) return new Problem('PERSON_ERASED', { facts: { person: error.person } });
  if (error instanceof PreconditionFailed) {
    const revision = error.actualRevision;
    return new Problem('PRECONDITION_FAILED', {
      facts: { revision },
      // Something that does not exist has no entity tag.
      headers: revision < 0 ? {} : { etag: `"${revision}"` },
    });
  }
  if (isUnavailable(error)) {
    return new Problem('LEDGER_UNAVAILABLE', { headers: { 'retry-after': RETRY_SECONDS } });
  }
  if (error instanceof ReadModelUnavailable) {
    return new Problem('READ_MODELS_UNAVAILABLE', { headers: { 'retry-after': RETRY_SECONDS } });
  }
  if (error instanceof InvalidValue) {
    return new Problem('INVALID_REQUEST', { faults: [{ path: '', code: fieldCode(error.code) }] });
  }
  return undefined;
}

/** The field fault that stands for a code of the kernel. */
export const fieldCode = (code: string): FieldCode =>
  Object.hasOwn(FIELD_FAULTS, code) ? (code as FieldCode) : 'INVALID_FIELD';

export function render(
  problem: Problem | RefusedByRule | TokenRefused,
  rules: RuleTexts,
  language: Language,
): Rendered {
  if (problem instanceof RefusedByRule) return renderRefusal(problem.outcome, rules, language);
  if (problem instanceof TokenRefused) {
    const reason = TOKEN_FAULTS[problem.fault];
    const challenge = `Bearer realm="sijill", error="invalid_token", error_description="${reason.en.replaceAll('"', "'")}"`;
    return rendered('TOKEN_INVALID', language, { reason: reason[language] }, { 'www-authenticate': challenge });
  }
  const errors = problem.faults.map((fault) => renderFault(fault, language));
  return rendered(problem.code, language, problem.facts, problem.headers, errors.length === 0 ? {} : { errors });
}

function renderRefusal(refused: Refused, rules: RuleTexts, language: Language): Rendered {
  // That the thing exists, and that the attempt was noted, is not for this caller.
  if (refused.of === 'hidden') return rendered('NOT_FOUND', language, {}, {});
  const text =
    PROBLEMS[refused.of === 'state' ? 'REFUSED_STATE' : refused.of === 'value' ? 'REFUSED_VALUE' : 'REFUSED_FORBIDDEN'];
  return {
    status: text.status,
    headers: {},
    body: {
      type: problemType(refused.code),
      title: text[language].title,
      status: text.status,
      detail: rules.detail(refused, language),
      code: refused.code,
      rule: refused.rule,
      ruleVersion: refused.version,
      attempt: refused.attempt,
      ...(refused.sequence !== undefined && { sequence: refused.sequence }),
    },
  };
}

function rendered(
  code: ProblemCode,
  language: Language,
  facts: Problem['facts'],
  headers: Rendered['headers'],
  more: Readonly<Record<string, unknown>> = {},
): Rendered {
  const text = PROBLEMS[code];
  const { title, detail } = text[language];
  return {
    status: text.status,
    headers,
    body: { type: problemType(code), title, status: text.status, detail: fill(detail, facts), code, ...more },
  };
}

const renderFault = ({ path, code, facts = {} }: FieldFault, language: Language) => ({
  path,
  code,
  message: fill(FIELD_FAULTS[code][language], facts),
});

/** Stable: clients branch on it. */
export const problemType = (code: string): string => `urn:sijill:problem:${code.toLowerCase().replaceAll('_', '-')}`;
