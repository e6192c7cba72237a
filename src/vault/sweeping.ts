import { PATIENCE_MS } from './sweeper.js';
import type { IsNamed, Swept, Vault } from './vault.js';

type Log = (level: 'info' | 'warn', message: string) => void;

/** Looks at the start and each hour after what a crash left in the vault without an event, until it is stopped. */
export class Sweeping {
  /** `named` and `removed` since the start; what is `waiting`, at the last look. */
  swept: Swept = { named: 0, removed: 0, waiting: 0 };
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void>;

  constructor(
    private readonly vault: Pick<Vault, 'sweep'>,
    private readonly isNamed: IsNamed,
    private readonly log: Log,
  ) {
    this.#looking = this.#look();
  }

  async #look(): Promise<void> {
    try {
      const { named, removed, waiting } = await this.vault.sweep(this.isNamed);
      this.swept = { named: this.swept.named + named, removed: this.swept.removed + removed, waiting };
      if (named + removed > 0) {
        this.log('info', `vault: removed ${removed} sealed values that no event names, and found events for ${named}`);
      }
    } catch (error) {
      this.log('warn', `vault: what waits for an event cannot be looked at now (${(error as Error).message})`);
    }
    this.#timer = setTimeout(() => (this.#looking = this.#look()), PATIENCE_MS).unref();
  }

  /** Waits for the look under way. */
  async stop(): Promise<void> {
    await this.#looking;
    clearTimeout(this.#timer);
  }
}
