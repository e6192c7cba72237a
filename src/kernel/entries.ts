import { CHART, DIM_NAMES, isAccountCode, type Leg } from './accounts.js';
import { parseMoney, toJson, type Money, type MoneyJson } from './money.js';

/**
 * A posting, balanced by its shape: the same amount leaves one account and reaches another, within one entity and
 * one currency (DESIGN.md, Entries).
 */
export interface Entry extends MoneyJson {
  readonly debit: Leg;
  readonly credit: Leg;
}

/** No entry for a zero amount, so that callers need not ask. */
export const entry = (debit: Leg, credit: Leg, money: Money): Entry[] =>
  money.minor === 0n ? [] : [{ debit, credit, ...toJson(money) }];

/**
 * Asserted for every event, in production too: the types say the same, but money is not left to types.
 * @throws Error naming the first fault
 */
export function assertBalanced(entries: readonly Entry[]): void {
  for (const { debit, credit, amount, currency } of entries) {
    if (parseMoney({ amount, currency }).minor <= 0n) throw new Error(`entry of ${amount} ${currency}: not positive`);
    assertLeg(debit);
    assertLeg(credit);
    if (debit.dims.entity !== credit.dims.entity) {
      throw new Error(`entry between two entities: ${debit.dims.entity} and ${credit.dims.entity}`);
    }
  }
}

const KNOWN_DIMS: ReadonlySet<string> = new Set(DIM_NAMES);

function assertLeg({ account, dims }: Leg): void {
  if (!isAccountCode(account)) throw new Error(`entry names an unknown account: ${String(account)}`);
  for (const name of ['entity', ...CHART[account].dims]) {
    if (!(dims as Record<string, string>)[name]) throw new Error(`entry on ${account} names no ${name}`);
  }
  for (const name of Object.keys(dims)) {
    if (!KNOWN_DIMS.has(name)) throw new Error(`entry on ${account} names an unknown dimension: ${name}`);
  }
}
