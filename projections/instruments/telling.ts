import type { NewEvent } from '../../src/kernel/envelope.js';
import type { Recorded } from '../../src/kernel/decider.js';
import type { Named } from '../report.js';

/**
 * What an event is in law: a decision of a person with the power to make it, what asked for one, money as a bank tells of
 * it, what follows from these by a rule or the calendar, a fact that somebody recorded, or a refusal.
 */
export const KINDS = {
  decision: { en: 'Decision', ar: 'قرار' },
  request: { en: 'Request', ar: 'طلب' },
  receipt: { en: 'Receipt', ar: 'سند قبض' },
  consequence: { en: 'Consequence of a rule', ar: 'أثر قاعدة' },
  record: { en: 'Record', ar: 'تدوين' },
  refusal: { en: 'Refusal', ar: 'رفض محاولة' },
} as const satisfies Record<string, Named>;
export type Kind = keyof typeof KINDS;

/** How an event of a type is told. */
export interface Telling<E extends NewEvent> {
  readonly kind: Kind;
  /**
   * What happened, as a clause without its day and without who did it.
   * @param currency of what the event is about, where the event itself does not say it
   */
  readonly tell: (event: Recorded<E>, currency: string) => Named;
}

/** One for each type of event: the compiler says which is missing. */
export type Tellings<E extends NewEvent> = { readonly [T in E['type']]: Telling<Extract<E, { readonly type: T }>> };

/** What is there, joined. */
export const list = (...parts: readonly (string | undefined | false)[]): string => parts.filter(Boolean).join(', ');
export const arabicList = (...parts: readonly (string | undefined | false)[]): string =>
  parts.filter(Boolean).join('، ');

/** Whether a decimal text is more than zero. */
export const isSome = (amount: string): boolean => /[1-9]/.test(amount);
