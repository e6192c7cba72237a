import type { Envelope } from '../../src/kernel/envelope.js';
import { formatMinor, parseMoney, type Currency } from '../../src/kernel/money.js';
import type { Balances } from './others.js';

/** The balances as the entries of the events add up, at the end of each of the years. */
export class Fold {
  readonly #sums: Map<string, bigint>[];

  constructor(readonly years: readonly number[]) {
    this.#sums = years.map(() => new Map());
  }

  post({ effectiveOn, entries }: Envelope): void {
    this.years.forEach((year, i) => {
      if (effectiveOn > `${year}-12-31`) return;
      for (const { debit, credit, ...money } of entries) {
        const { minor } = parseMoney(money);
        for (const [{ account, dims }, by] of [
          [debit, minor],
          [credit, -minor],
        ] as const) {
          const key = `${account} ${dims.entity} ${money.currency}`;
          this.#sums[i]!.set(key, (this.#sums[i]!.get(key) ?? 0n) + by);
        }
      }
    });
  }

  get balances(): Balances[] {
    return this.#sums.map((sums) =>
      Object.fromEntries(
        [...sums]
          .filter(([, minor]) => minor !== 0n)
          .map(([key, minor]) => [key, formatMinor(minor, key.slice(-3) as Currency)]),
      ),
    );
  }
}
