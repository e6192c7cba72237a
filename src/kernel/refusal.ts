/**
 * A command that a rule stopped. It is evidence and is recorded as an event of its own
 * (domain.md §3, "Refusals are evidence").
 */
export interface Refusal {
  readonly refused: Rule;
  /** Plain facts for the explanation: what would have been accepted. No personal data. */
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}

/** A rule that can stop a command, declared once beside the decider that applies it. */
export interface Rule {
  /** Stable and unique: `SELF_APPROVAL`. The problem type of the answer is made from it. */
  readonly code: string;
  /** Where the rule comes from: a number of domain.md (`E7`) or a law of the design (`TWO_TIMES`). */
  readonly rule: string;
  /** Grows when the rule changes. */
  readonly version: number;
  /** `state` answers 409, `value` 422, `hidden` 404 (the thing exists, but not for this actor), `forbidden` 403. */
  readonly kind: 'state' | 'value' | 'hidden' | 'forbidden';
  /** `{name}` is replaced by the refusal's fact of that name. */
  readonly en: string;
  readonly ar: string;
}

export const refuse = (rule: Rule, facts: Refusal['facts'] = {}): Refusal => ({ refused: rule, facts });

export const isRefusal = (outcome: object): outcome is Refusal => 'refused' in outcome;
