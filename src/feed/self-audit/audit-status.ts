export const AUDIT_KINDS = ['document', 'transit', 'gap', 'unbalanced', 'unreadable', 'rewritten'] as const;

/** What was found amiss. */
export interface AuditFinding {
  readonly kind: (typeof AUDIT_KINDS)[number];
  /** Tells it from others of its kind; the same in each lap. */
  readonly key: string;
  readonly said: string;
  readonly todo: string;
}

/** How the self-audit stands: shown by /health/ready and /metrics. */
export interface AuditStatus {
  /** Laps that came to their end since the start. */
  readonly laps: number;
  /** Events considered since the start. */
  readonly events: number;
  /** Documents compared since the start. */
  readonly documents: number;
  /** What is amiss, by the last lap; of documents, until they are as they should be. */
  readonly findings: readonly AuditFinding[];
}
