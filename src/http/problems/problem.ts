import type { Refused } from '../../ledger/outcome.js';
import type { FieldCode, ProblemCode, TokenFault } from './texts.js';

type Facts = Readonly<Record<string, string | number | boolean>>;

/** What is wrong with one field of a body, a query, a path or the headers. */
export interface FieldFault {
  /** `amount.currency`; empty for the whole body. */
  readonly path: string;
  readonly code: FieldCode;
  readonly facts?: Facts;
}

/** An answer other than success, before it is put into words (RFC 9457). */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly facts: Facts;
  readonly headers: Readonly<Record<string, string>>;
  readonly faults: readonly FieldFault[];
  constructor(
    readonly code: ProblemCode,
    more: { facts?: Facts; headers?: Readonly<Record<string, string>>; faults?: readonly FieldFault[] } = {},
  ) {
    super(code);
    this.facts = more.facts ?? {};
    this.headers = more.headers ?? {};
    this.faults = more.faults ?? [];
  }
}

export const invalid = (...faults: readonly FieldFault[]): Problem => new Problem('INVALID_REQUEST', { faults });

/** A token that is not accepted: 401 with the challenge of RFC 6750. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
  constructor(readonly fault: TokenFault) {
    super(fault);
  }
}

/** A recorded refusal on its way to the answer. */
export class RefusedByRule extends Error {
  override readonly name = 'RefusedByRule';
  constructor(readonly outcome: Refused) {
    super(outcome.code);
  }
}
