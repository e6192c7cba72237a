import type { Entry } from '../../src/kernel/entries.js';
import { parseMoney } from '../../src/kernel/money.js';

type Key = Readonly<Record<string, string>>;

/** Everything that was posted, in minor units: debits are positive, credits negative. */
export class Postings {
  /** By account, then by all dims and the currency. */
  readonly #sums = new Map<string, Map<string, { readonly key: Key; minor: bigint }>>();

  take(entries: readonly Entry[]): void {
    for (const { debit, credit, amount, currency } of entries) {
      const { minor } = parseMoney({ amount, currency });
      this.#post(debit.account, { ...debit.dims, currency }, minor);
      this.#post(credit.account, { ...credit.dims, currency }, -minor);
    }
  }

  /** The balance of an account over everything that has these dims. */
  sum(account: string, where: Key): bigint {
    const wanted = Object.entries(where);
    let total = 0n;
    for (const { key, minor } of this.#sums.get(account)?.values() ?? []) {
      if (wanted.every(([name, value]) => key[name] === value)) total += minor;
    }
    return total;
  }

  /** The balances of an account by some dims, joined with a space. */
  by(account: string, names: readonly string[]): ReadonlyMap<string, bigint> {
    const sums = new Map<string, bigint>();
    for (const { key, minor } of this.#sums.get(account)?.values() ?? []) {
      const group = names.map((name) => key[name]).join(' ');
      sums.set(group, (sums.get(group) ?? 0n) + minor);
    }
    return sums;
  }

  /** Debits less credits of each entity and currency: zero. */
  trialBalance(): ReadonlyMap<string, bigint> {
    const sums = new Map<string, bigint>();
    for (const account of this.#sums.keys()) {
      for (const [key, minor] of this.by(account, ['entity', 'currency'])) sums.set(key, (sums.get(key) ?? 0n) + minor);
    }
    return sums;
  }

  #post(account: string, key: Key, minor: bigint): void {
    const sums = this.#sums.get(account) ?? new Map<string, { readonly key: Key; minor: bigint }>();
    this.#sums.set(account, sums);
    const name = JSON.stringify(Object.entries(key).sort(([a], [b]) => (a < b ? -1 : 1)));
    const sum = sums.get(name);
    if (sum === undefined) sums.set(name, { key, minor });
    else sum.minor += minor;
  }
}
