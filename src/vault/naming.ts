import type { VaultStorage, WaitingRecord } from './storage.js';

/** Milliseconds: many appends share one write, which nobody waits for. */
const GATHERING_MS = 200;
/** While the storage does not answer. */
const PAUSE_MS = 1_000;
/** Most records in one write, and most that are gathered meanwhile. */
const MAX_WRITTEN = 500;
const MAX_GATHERED = 5_000;

/**
 * Tells the storage, a little later, which waiting records an event names, and which no event ever will. What a crash
 * keeps from being told waits on, and the sweeper finds it out.
 */
export class Naming {
  #named: WaitingRecord[] = [];
  #forgotten: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #isClosed = false;

  constructor(
    private readonly storage: Pick<VaultStorage, 'name' | 'forget'>,
    /** Called when a record is named, durably. */
    private readonly onNamed: (record: WaitingRecord) => void,
  ) {}

  name(records: readonly WaitingRecord[]): void {
    this.#named.push(...records);
    this.#schedule(GATHERING_MS);
  }

  forget(records: readonly WaitingRecord[]): void {
    this.#forgotten.push(...records.map(({ id }) => id));
    this.#schedule(GATHERING_MS);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#writing;
    while (this.#named.length + this.#forgotten.length > 0 && (await this.#write()));
  }

  #schedule(ms: number): void {
    if (this.#isClosed || this.#timer !== undefined || this.#named.length + this.#forgotten.length === 0) return;
    this.#timer = setTimeout(() => {
      this.#writing = this.#write().then((isWritten) => {
        this.#timer = undefined;
        this.#schedule(isWritten ? GATHERING_MS : PAUSE_MS);
      });
    }, ms).unref();
  }

  /** @returns whether the storage took it */
  async #write(): Promise<boolean> {
    const named = this.#named.splice(0, MAX_WRITTEN);
    const forgotten = this.#forgotten.splice(0, MAX_WRITTEN);
    try {
      if (named.length > 0) await this.storage.name(named);
      for (const record of named) this.onNamed(record);
      if (forgotten.length > 0) await this.storage.forget(forgotten);
      return true;
    } catch {
      // Both may be done twice. The oldest are left to the sweeper where the storage stays away.
      this.#named = [...named, ...this.#named].slice(-MAX_GATHERED);
      this.#forgotten = [...forgotten, ...this.#forgotten].slice(-MAX_GATHERED);
      return false;
    }
  }
}
