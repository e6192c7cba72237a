import type { VaultStorage, WaitingRecord } from './storage.js';
import type { IsNamed, Swept } from './vault.js';

/** Milliseconds between the look that first finds a value waiting and the one that removes it. */
export const PATIENCE_MS = 60 * 60_000;
const PAGE = 500;

/**
 * Finds the sealed values that a crash between sealing and appending left without an event, which is personal data kept
 * for no reason. A value is removed at the second look, an hour of this process's running time after the first, each of
 * which found no event that names it (docs/adr/0016).
 */
export class Sweeper {
  /** When each record that waits was first seen, in milliseconds of this process's time. */
  #seen = new Map<string, number>();
  #looking: Promise<Swept> | undefined;

  constructor(private readonly storage: Pick<VaultStorage, 'waiting' | 'name' | 'forget'>) {}

  /** A look that is asked for while one is under way is that one. */
  look(isNamed: IsNamed, now = performance.now()): Promise<Swept> {
    return (this.#looking ??= this.#look(isNamed, now).finally(() => (this.#looking = undefined)));
  }

  async #look(isNamed: IsNamed, now: number): Promise<Swept> {
    const seen = new Map<string, number>();
    const swept = { named: 0, removed: 0 };
    for (let after = ''; ;) {
      const page = await this.storage.waiting(after, PAGE);
      const named: WaitingRecord[] = [];
      const removed: string[] = [];
      for (const record of page) {
        const first = this.#seen.get(record.id) ?? now;
        if (await isNamed(record.stream, record.digest)) named.push(record);
        else if (now - first >= PATIENCE_MS) removed.push(record.id);
        else seen.set(record.id, first);
      }
      if (named.length > 0) await this.storage.name(named);
      if (removed.length > 0) await this.storage.forget(removed);
      swept.named += named.length;
      swept.removed += removed.length;
      if (page.length < PAGE) break;
      after = page.at(-1)!.id;
    }
    this.#seen = seen;
    return { ...swept, waiting: seen.size };
  }
}
