import type { Figures, SumName } from '../../examples/road-fines/target.js';
import type { AccountCode } from '../../src/kernel/accounts.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { formatMinor, parseCurrency, parseMoney } from '../../src/kernel/money.js';

const EUR = parseCurrency('EUR');
const STATES: Readonly<Record<string, keyof Figures['states']>> = {
  'debts.DebtDrafted': 'draft',
  'debts.DebtRegistered': 'outstanding',
  'debts.DebtSettled': 'settled',
  'debts.DebtCancelled': 'cancelled',
};

/** The report's figures from the accounts alone: what the entries of all events say, and nothing else. */
export class Books {
  /** Moved from the first account to the second, by `debit/credit`. */
  readonly #moved = new Map<string, bigint>();
  readonly #states = new Map<string, keyof Figures['states']>();
  readonly #refused: Record<string, number> = {};
  /** Debits less credits, in cents, by entity and currency. */
  readonly trialBalance = new Map<string, bigint>();
  events = 0;

  post({ type, refs, entries, data }: Envelope<string, Record<string, unknown>>): void {
    this.events++;
    for (const { debit, credit, ...money } of entries) {
      const key = `${debit.account}/${credit.account}`;
      const { minor } = parseMoney(money);
      this.#moved.set(key, this.moved(key) + minor);
      this.#weigh(`${debit.dims.entity} ${money.currency}`, minor);
      this.#weigh(`${credit.dims.entity} ${money.currency}`, -minor);
    }
    const state = STATES[type];
    if (state !== undefined) this.#states.set(refs.debt!, state);
    if (type.endsWith('Rejected')) {
      const code = data['code'] as string;
      this.#refused[code] = (this.#refused[code] ?? 0) + 1;
    }
  }

  #weigh(key: string, minor: bigint): void {
    this.trialBalance.set(key, (this.trialBalance.get(key) ?? 0n) + minor);
  }

  moved(key: string): bigint {
    return this.#moved.get(key) ?? 0n;
  }

  /** Debits less credits, in cents. */
  balance(account: AccountCode): bigint {
    return [...this.#moved].reduce((sum, [key, minor]) => {
      const [debit, credit] = key.split('/');
      return sum + (debit === account ? minor : 0n) - (credit === account ? minor : 0n);
    }, 0n);
  }

  figures(): Figures {
    const states = { draft: 0, outstanding: 0, settled: 0, cancelled: 0 };
    for (const state of this.#states.values()) states[state]++;
    const sums: Record<SumName, bigint> = {
      registered: this.moved('1200/4300'),
      received: this.moved('1100/2310'),
      applied: this.moved('2310/1200'),
      refundable: -this.balance('2300'),
      unmatched: -this.balance('2310'),
      cancelledUnpaid: this.moved('4300/1200'),
      cancelledPaid: this.moved('4300/2330'),
      outstanding: this.balance('1200'),
    };
    const texts = Object.entries(sums).map(([name, minor]) => [name, formatMinor(minor, EUR)]);
    return { refused: this.#refused, states, sums: { EUR: Object.fromEntries(texts) as Record<SumName, string> } };
  }
}
