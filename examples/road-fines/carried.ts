import type { Uuid } from '../../src/kernel/ids.js';
import type { Outcome } from '../../src/ledger/outcome.js';

/** Debts that a policy is carrying a receipt to: what comes next for them waits, and is woken by the policy itself. */
export class Carried {
  readonly #expected = new Map<Uuid, { readonly revision: number; readonly arrived: Promise<void>; wake(): void }>();

  /** The debt will be at this revision once the receipt is applied to it. */
  expect(debt: Uuid, revision: number): void {
    let wake = () => {};
    const arrived = new Promise<void>((resolve) => (wake = resolve));
    this.#expected.set(debt, { revision, arrived, wake });
  }

  /** Every outcome of this process's ledger, the policies' among them. */
  readonly onOutcome = (command: string, outcome: Outcome): void => {
    if (command !== 'ApplyReceipt' || outcome.kind !== 'accepted') return;
    const expected = this.#expected.get(outcome.id);
    if (expected === undefined || outcome.revision < expected.revision) return;
    this.#expected.delete(outcome.id);
    expected.wake();
  };

  /** Resolves when the debt is where it was expected: at once where nothing is, and after the time in any case. */
  async arrival(debt: Uuid, patienceMs: number): Promise<void> {
    const expected = this.#expected.get(debt);
    if (expected === undefined) return;
    const late = setTimeout(() => {
      this.#expected.delete(debt);
      expected.wake();
    }, patienceMs);
    await expected.arrived;
    clearTimeout(late);
  }
}
