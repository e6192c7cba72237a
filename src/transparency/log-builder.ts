import { pause } from './pause.js';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { EventReader, EventText, Place } from '../event-store/event-store.js';
import type { Json } from '../kernel/envelope.js';
import type { EventId, LedgerId } from '../kernel/ids.js';
import { acquire, type Holder, type Lease, type Leases } from '../leases/leases.js';
import { openCheckpoint, signCheckpoint } from './checkpoint.js';
import { rootOf } from './frontier.js';
import { entriesIn, grow, grownTo, NOTHING, tilesIn, type Grown } from './growth.js';
import type { SigningKey } from './keys.js';
import { leafOf } from './leaf.js';
import { LogHalted, type LogStatus } from './log-status.js';
import {
  continues,
  LogUnavailable,
  TileConflict,
  type LogStorage,
  type Signed,
  type StoredTile,
} from './log-storage.js';
import { isConsistent, type TreeHead } from './proofs.js';
import { consistencyFrom, rootFrom } from './tile-tree.js';
import type { WitnessPolicy } from './witnesses/witness-policy.js';
import { Witnessing, type WitnessTimes } from './witnesses/witnessing.js';

export interface LogBuilderOptions {
  readonly ledger: LedgerId;
  readonly reader: Pick<EventReader, 'readTexts'>;
  readonly storage: LogStorage;
  /** Of those that write into this storage: one signs at a time. */
  readonly leases: Leases;
  /** Its name is the log's origin. */
  readonly key: SigningKey;
  /** `Vault.leafSalt` */
  readonly saltOf: (event: EventId) => string;
  /** Absent: nobody is asked to cosign. */
  readonly witnesses?: WitnessPolicy;
  readonly witnessTimes?: WitnessTimes;
  readonly report: (status: LogStatus) => void;
  readonly log: (level: 'info' | 'error', message: string) => void;
  /** Between two looks at the log, in milliseconds: a checkpoint is signed at most so often. */
  readonly paceMs?: number;
  /** Events read at once. */
  readonly pageSize?: number;
  /** Where more events wait: so many, and the rest of a page, are hashed, written and signed at once. Bounds memory. */
  readonly mostUnsigned?: number;
}

const PACE_MS = 2_000;
const PAGE_SIZE = 1_024;
const MOST_UNSIGNED = 4_096;
export const LOG_LEASE = 'transparency';

/** A log with what came since it was signed. */
interface Growing {
  readonly grown: Grown;
  /** What of it is not stored yet. */
  readonly tiles: readonly StoredTile[];
  /** Where the last event of it is read again from. */
  readonly before: Place | undefined;
  /** Nothing more waited. */
  readonly isAll: boolean;
}

/**
 * Makes the transparency log of what the event store holds (docs/adr/0027-where-the-transparency-log-is-kept.md): hashes each event in its
 * order, writes the tiles, and signs what it has read back and proved to follow from what it signed before. What does
 * not follow is never signed: it halts, and says so.
 */
export class LogBuilder {
  #status: LogStatus = { state: 'waiting', size: 0 };
  #signed: Signed | undefined;

  constructor(private readonly options: LogBuilderOptions) {}

  /** Until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      let lease: Lease | undefined;
      try {
        // Whoever has another key says so, also while others sign.
        this.#headOf(await this.options.storage.signed());
        const seen = ({ holder, note }: Holder): void => this.#tell({ ...(note as LogStatus | null), holder });
        lease = await acquire(this.options.leases, LOG_LEASE, signal, {
          note: () => this.#status as unknown as Json,
          seen,
        });
        if (lease === undefined) return;
        await this.#serve(AbortSignal.any([signal, lease.lost]), () => (failures = 0));
      } catch (error) {
        if (isForGood(error)) return await this.#halt(error, signal, lease);
        if (failures++ === 0) this.options.log('error', `the transparency log waits, and tries again: ${text(error)}`);
        this.#tell({ state: 'retrying' });
      }
      await lease?.release();
      await pause(this.#pace, signal);
    }
  }

  get #pace(): number {
    return this.options.paceMs ?? PACE_MS;
  }

  async #serve(signal: AbortSignal, wentWell: () => void): Promise<void> {
    let grown = await this.#open();
    const witnessing = this.#witnessing();
    try {
      while (!signal.aborted) {
        this.#tell({ state: 'running' });
        let isAll = false;
        while (!isAll && !signal.aborted) {
          await witnessing?.offer(this.#signed);
          const next = await this.#read(grown, signal);
          if (signal.aborted) return;
          if (witnessing?.objection !== undefined) throw witnessing.objection;
          await this.#sign(next);
          [grown, isAll] = [next.grown, next.isAll];
          wentWell();
        }
        await witnessing?.offer(this.#signed);
        await pause(this.#pace, signal);
      }
    } finally {
      await witnessing?.stop();
    }
  }

  #witnessing(): Witnessing | undefined {
    const { storage, key, witnesses: policy, witnessTimes: times, log: say } = this.options;
    if (policy === undefined) return undefined;
    const report = (witnesses: LogStatus['witnesses'] & object, witnessed: number): void =>
      this.#tell({ witnesses, witnessed });
    return new Witnessing({ policy, log: key, storage, report, say, ...(times !== undefined && { times }) });
  }

  /** The log as it was signed last. @throws LogHalted where what is stored does not give what was signed */
  async #open(): Promise<Grown> {
    const { storage } = this.options;
    const known = this.#signed;
    const signed = (this.#signed = await storage.signed());
    const head = this.#headOf(signed);
    if (known !== undefined && known.size > (head?.size ?? 0)) {
      throw new LogHalted('DAMAGED', `the checkpoint of ${known.size} events is not there any more`);
    }
    if (signed === undefined || head === undefined) return NOTHING;
    this.#tell({ size: signed.size });
    const grown = await grownTo(storage, signed.size).catch(damaged);
    const isWhole = [signed.root, head.root].every((root) => root.equals(rootOf(grown.frontier)));
    if (!isWhole || head.size !== signed.size) {
      throw new LogHalted('DAMAGED', `the tiles do not give the root of ${signed.size} events that was signed`);
    }
    // What others signed since this process did.
    if (known !== undefined) await this.#assertFollows(known, signed);
    return grown;
  }

  /** @throws LogHalted where another key signed it */
  #headOf(signed: Signed | undefined): TreeHead | undefined {
    const { key } = this.options;
    try {
      return signed && openCheckpoint(signed.note, key).checkpoint;
    } catch (error) {
      const todo = 'set SIJILL_LOG_KEY, or restore log.key, as they were';
      throw new LogHalted(
        'OTHER_KEY',
        `the last checkpoint is not of the key of ${key.name} (${text(error)}): ${todo}`,
      );
    }
  }

  /**
   * What came since, a page at a time, up to the end of the log or as much as is signed at once. The last event that
   * was signed is read again, first: a log that was put back to an earlier state, or goes on from one in another way,
   * has another there or none.
   */
  async #read(from: Grown, signal: AbortSignal): Promise<Growing> {
    const { reader, pageSize = PAGE_SIZE, mostUnsigned = MOST_UNSIGNED } = this.options;
    const signed = this.#signed;
    const entries: string[] = [];
    let [at, before, last]: (Place | undefined)[] = [signed?.before, signed?.before, undefined];
    let isTailSeen = signed === undefined;
    let isAll = false;
    while (!isAll && !signal.aborted && entries.length < mostUnsigned) {
      const page = await reader
        .readTexts({ limit: pageSize, ...(at !== undefined && { after: at }) })
        .catch((error: unknown) => {
          // A place that the store does not know lies beyond its end.
          throw error instanceof RangeError && signed !== undefined ? rolledBack(signed) : error;
        });
      for (const stored of page.events) {
        if (stored.sequence === undefined) continue;
        if (isTailSeen) entries.push(this.#entryOf(stored, from.frontier.size + entries.length));
        else await this.#assertTail(stored, signed as Signed);
        isTailSeen = true;
        [before, last] = [last ?? before, { position: stored.position, count: stored.sequence + 1 }];
      }
      at = page.next ?? at;
      isAll = page.atEnd;
      if (isAll && !isTailSeen) throw rolledBack(signed as Signed);
      // Reading is synchronous in SQLite: a long way to the end would leave the thread no turn for others.
      if (!isAll) await nextTurn();
    }
    return { ...grow(from, entries), before, isAll };
  }

  #entryOf({ id, text: event, sequence }: EventText, expected: number): string {
    if (sequence !== expected) throw new LogHalted('REWRITTEN', `event ${sequence} stands where ${expected} belongs`);
    return leafOf(this.options.ledger, expected, this.options.saltOf(id), event);
  }

  async #assertTail(stored: EventText, { size }: Signed): Promise<void> {
    const [entry] = await entriesIn(this.options.storage, size - 1, size).catch(damaged);
    if (stored.sequence === size - 1 && this.#entryOf(stored, size - 1) === String(entry)) return;
    throw new LogHalted('REWRITTEN', `event ${size - 1}, the last that was signed, is another one now`);
  }

  /** Stores what came, and signs what is stored, read back, if it is more than was signed. */
  async #sign({ grown, tiles, before }: Growing): Promise<void> {
    const { storage, key } = this.options;
    const previous = this.#signed;
    const { size } = grown.frontier;
    if (size === (previous?.size ?? 0)) return;
    const root = rootOf(grown.frontier);
    await storage.write(tiles);
    await this.#assertStored({ size, root }, tiles, previous);
    const note = signCheckpoint({ size, root }, key);
    const next: Signed = { size, root, note, ...(before !== undefined && { before }) };
    if (!(await storage.sign(next, previous))) {
      throw new LogUnavailable('another process signed meanwhile');
    }
    this.#signed = next;
    this.#tell({ size });
  }

  /** The bytes as they are stored are those that were meant, and they follow from what was signed before. */
  async #assertStored(next: TreeHead, tiles: readonly StoredTile[], previous: Signed | undefined): Promise<void> {
    const { storage } = this.options;
    const inTiles = await rootFrom(tilesIn(storage), next.size).catch(damaged);
    let isAsMeant = inTiles.equals(next.root);
    for (const tile of tiles) {
      const stored = await storage.read(tile).catch(damaged);
      isAsMeant &&= stored !== undefined && continues(stored.bytes, tile.bytes);
    }
    if (!isAsMeant) {
      throw new LogHalted('DAMAGED', `what is stored of ${next.size} events, read back, is not what was written`);
    }
    if (previous !== undefined) await this.#assertFollows(previous, next);
  }

  async #assertFollows(previous: TreeHead, next: TreeHead): Promise<void> {
    const proof = await consistencyFrom(tilesIn(this.options.storage), previous.size, next.size).catch(damaged);
    if (isConsistent(previous, next, proof)) return;
    throw new LogHalted('DAMAGED', `${next.size} events do not follow from the ${previous.size} that were signed`);
  }

  async #halt(error: LogHalted | TileConflict, signal: AbortSignal, lease: Lease | undefined): Promise<void> {
    const halt = error instanceof LogHalted ? error.halt : 'REWRITTEN';
    const todo = 'nothing is signed from here on; docs/transparency.md says what to do';
    this.options.log('error', `the transparency log halted (${halt}): ${text(error)}; ${todo}`);
    this.#tell({ state: 'halted', halt });
    // It keeps the lease, since any other process would halt there, too; not where only its key is another one.
    if (halt === 'OTHER_KEY') await lease?.release();
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    await lease?.release();
  }

  /** @param news without a `holder` it is this process that stands so */
  #tell(news: Partial<LogStatus>): void {
    const { halt, holder: _, ...own } = this.#status;
    const still = halt !== undefined && news.state === undefined && { halt };
    const next: LogStatus = { ...own, ...still, ...news };
    if (isDeepStrictEqual(next, this.#status)) return;
    this.options.report((this.#status = next));
  }
}

const rolledBack = ({ size }: Signed): LogHalted =>
  new LogHalted('ROLLED_BACK', `the event store ends before event ${size - 1}, the last that was signed`);

const isForGood = (error: unknown): error is LogHalted | TileConflict =>
  error instanceof LogHalted || error instanceof TileConflict;

/** What cannot be read out of a storage that answers is not there, or is something else. @throws */
function damaged(error: unknown): never {
  throw error instanceof LogUnavailable ? error : new LogHalted('DAMAGED', text(error));
}

const text = (error: unknown): string => (error instanceof Error ? error.message : String(error));
