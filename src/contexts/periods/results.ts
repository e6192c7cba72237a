import { isResultAccount, type ResultAccount } from '../../kernel/accounts.js';
import type { BusinessDate } from '../../kernel/calendar.js';
import type { Envelope } from '../../kernel/envelope.js';
import { formatMinor, parseMoney, type Currency } from '../../kernel/money.js';
import type { Result } from './commands.js';

/** What an entity's accounts of revenue and expense hold on a day: a fold over the log, in its order. */
export class Results {
  /** Debits minus credits in minor units, by account and currency. */
  readonly #held = new Map<string, { readonly account: ResultAccount; readonly currency: Currency; minor: bigint }>();

  /** @param through the last day that counts */
  constructor(
    private readonly entity: string,
    private readonly through: BusinessDate,
  ) {}

  take({ effectiveOn, entries }: Pick<Envelope, 'effectiveOn' | 'entries'>): void {
    if (effectiveOn > this.through) return;
    for (const { debit, credit, amount, currency } of entries) {
      if (debit.dims.entity !== this.entity) continue;
      const { minor, currency: of } = parseMoney({ amount, currency });
      if (isResultAccount(debit.account)) this.#add(debit.account, of, minor);
      if (isResultAccount(credit.account)) this.#add(credit.account, of, -minor);
    }
  }

  /** In the order of accounts and currencies; what is zero is left out. */
  list(): Result[] {
    return [...this.#held.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, { account, currency, minor }]): Result[] => {
        if (minor === 0n) return [];
        const side = minor > 0n ? 'debit' : 'credit';
        return [{ account, currency, side, amount: formatMinor(minor > 0n ? minor : -minor, currency) }];
      });
  }

  #add(account: ResultAccount, currency: Currency, minor: bigint): void {
    const key = `${account} ${currency}`;
    const held = this.#held.get(key);
    if (held === undefined) this.#held.set(key, { account, currency, minor });
    else held.minor += minor;
  }
}
