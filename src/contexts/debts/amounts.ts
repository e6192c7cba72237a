import { formatMinor, parseMoney } from '../../kernel/money.js';
import { refuse, type Refusal } from '../../kernel/refusal.js';
import type { DebtCommand } from './commands.js';
import { AMOUNT, CURRENCY } from './rules.js';
import type { Debt } from './state.js';

export type DataOf<T extends DebtCommand['type']> = Extract<DebtCommand, { type: T }>['data'];

/**
 * The minor units that a command names, null where it names none. Currencies never mix in one debt.
 * @throws InvalidValue for a text that is no amount of the debt's currency
 */
export function amountOf(debt: Debt, named: Named & { readonly amount: string }): bigint | Refusal;
export function amountOf(debt: Debt, named: Named): bigint | null | Refusal;
export function amountOf({ currency }: Debt, named: Named): bigint | null | Refusal {
  if (named.currency !== undefined && named.currency !== currency) return refuse(CURRENCY, { currency });
  return named.amount === undefined ? null : parseMoney({ amount: named.amount, currency }).minor;
}

interface Named {
  readonly amount?: string;
  readonly currency?: string;
}

/** Limits in minor units, both inclusive. */
export const outOfRange = ({ currency }: Debt, atLeast: bigint, atMost: bigint): Refusal =>
  refuse(AMOUNT, { atLeast: formatMinor(atLeast, currency), atMost: formatMinor(atMost, currency), currency });
