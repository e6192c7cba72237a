export const QUESTIONS = ['who and what', 'a debtor', 'a large amount'] as const;
export type Question = (typeof QUESTIONS)[number];

/** Milliseconds for a page, medians. */
export type AuditFound = Readonly<Record<Question, { readonly ours: number; readonly sql: number }>> & {
  /** Microseconds that an event took to be folded into the index, a thousand at a time; absent: that was done before. */
  readonly fold?: number;
};
