import { pause } from '../pause.js';
import type { EventReader, Place, StoredEvent } from '../../event-store/event-store.js';
import { businessDateAt } from '../../kernel/calendar.js';
import type { LedgerId } from '../../kernel/ids.js';
import { tilesIn } from '../growth.js';
import { treeSize } from '../hashes.js';
import type { SigningKey } from '../keys.js';
import type { LogReader } from '../log-storage.js';
import { rootFrom } from '../tile-tree.js';
import type { BalancesFile, Folded } from './balances-file.js';
import { postingsOf, type LineSalts, type Posting } from './line.js';
import { isOfThisForm, signBalances } from './note.js';
import { lastRecorded, type Recorded } from './recorded.js';
import { takeMoved } from './root-making.js';

export interface BalancesBuilderOptions {
  readonly ledger: LedgerId;
  readonly reader: Pick<EventReader, 'readAll' | 'readStream'>;
  readonly file: BalancesFile;
  /** The transparency log: balances are signed of what a checkpoint covers. */
  readonly log: Pick<LogReader, 'read' | 'signed'>;
  /** `balancesKey` */
  readonly key: SigningKey;
  readonly salts: LineSalts;
  /** Records a root; a repeat changes nothing. */
  readonly record: (root: Recorded) => Promise<void>;
  /** Business events that are known: while they grow, this takes less. */
  readonly head: () => number;
  readonly now: () => number;
  readonly tell: (level: 'info' | 'error', message: string) => void;
  /** Between two looks at the log, in milliseconds. */
  readonly paceMs?: number;
  /** So much longer it rests than it worked, while nothing comes, and while events do. */
  readonly rests?: readonly [number, number];
}

const PACE_MS = 5_000;
const RESTS = [4, 50] as const;
/** Events at a time: a millisecond or two, for which the thread's other work waits. */
const PAGE = 128;
/** How late a day is over: a command that was stamped on it waits for its commit, and clocks differ (docs/adr/0017). */
const SETTLING_MS = 15_000;
const PERIOD_CLOSED = 'periods.PeriodClosed';

/** The recorded root is not what the events give: nothing is signed from here on. */
export class OtherBalances extends Error {
  override readonly name = 'OtherBalances';
}

/**
 * Adds up what every account holds, and signs the root over all of it as of the last event of each day and as of each
 * PeriodClosed (docs/adr/0035-balances-that-are-signed.md). When that is follows from the log, so that several processes
 * sign the same, and record it once. It reads the log at a pace that nobody notices, and goes on where it was.
 */
export class BalancesBuilder {
  readonly #rests: readonly [number, number];
  /** How many events were known at the last rest. */
  #head: number;

  constructor(private readonly options: BalancesBuilderOptions) {
    this.#rests = options.rests ?? RESTS;
    this.#head = options.head();
  }

  /** Until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      try {
        await this.#serve(signal, () => (failures = 0));
      } catch (error) {
        if (error instanceof OtherBalances) {
          this.options.tell('error', `${error.message}; docs/transparency.md says what to do`);
          return;
        }
        if (failures++ === 0) this.options.tell('error', `the balances are not signed now: ${String(error)}`);
      }
      await pause(this.#pace, signal);
    }
  }

  get #pace(): number {
    return this.options.paceMs ?? PACE_MS;
  }

  async #serve(signal: AbortSignal, wentWell: () => void): Promise<void> {
    const { file, reader, now } = this.options;
    await this.#holdToLog();
    let folded = file.folded();
    if (folded !== undefined) await this.#signAgain(folded, signal);
    let at: Place | undefined = folded && { position: folded.position, count: folded.count };
    while (!signal.aborted) {
      const began = performance.now();
      const { events, next, atEnd } = await reader.readAll({ limit: PAGE, ...(at !== undefined && { after: at }) });
      folded = await this.#take(events, folded, signal);
      at = next ?? at; // behind our own bookkeeping, too
      if (signal.aborted) return;
      if (atEnd && folded !== undefined && businessDateAt(now() - SETTLING_MS) > folded.day) {
        await this.#sign(folded, signal);
      }
      wentWell();
      await (atEnd ? pause(this.#pace, signal) : this.#rest(began, signal));
    }
  }

  /** What was folded is of this log: else it begins anew, since all of it can be made again. */
  async #holdToLog(): Promise<void> {
    const { file, reader } = this.options;
    const folded = file.folded();
    if (folded === undefined) return;
    const { before, last, count } = folded;
    const after: Place | undefined = before && { position: before, count: count - 1 };
    const page = await reader
      .readAll({ limit: PAGE, ...(after !== undefined && { after }) })
      .catch((error: unknown) => {
        if (error instanceof RangeError) return undefined; // a place behind the end of the log
        throw error;
      });
    const found = page?.events.find(({ sequence }) => sequence !== undefined);
    if (found?.event.id !== last || found.sequence !== count - 1) file.forget();
  }

  /** Folds a page, and signs wherever that is due. @returns how far it has come */
  async #take(
    events: readonly StoredEvent[],
    from: Folded | undefined,
    signal: AbortSignal,
  ): Promise<Folded | undefined> {
    const { file, salts } = this.options;
    let [folded, kept] = [from, from];
    let postings: Posting[] = [];
    const keep = (): void => {
      if (folded !== undefined && folded !== kept) file.fold(postings, folded, (key) => salts.placeOf(key));
      [postings, kept] = [[], folded];
    };
    for (const { event, sequence, position } of events) {
      if (sequence === undefined) continue;
      const day = businessDateAt(Date.parse(event.recordedAt));
      if (folded !== undefined && day > folded.day) {
        keep();
        await this.#sign(folded, signal);
        if (signal.aborted) return folded;
      }
      postings.push(...postingsOf(event));
      folded = {
        position,
        count: sequence + 1,
        last: event.id,
        day: folded !== undefined && folded.day > day ? folded.day : day,
        closes: event.type === PERIOD_CLOSED,
        ...(folded !== undefined && { before: folded.position }),
      };
      if (!folded.closes) continue;
      keep();
      await this.#sign(folded, signal);
      if (signal.aborted) return folded;
    }
    keep();
    return folded;
  }

  /** What was due, or recorded and not published yet, when the process ended. */
  async #signAgain(folded: Folded, signal: AbortSignal): Promise<void> {
    const recorded = await lastRecorded(this.options.reader, this.options.ledger);
    if (folded.closes || recorded?.events === folded.count) await this.#sign(folded, signal);
  }

  async #sign({ count }: Folded, signal: AbortSignal): Promise<void> {
    const { reader, ledger, file, log } = this.options;
    const before = await lastRecorded(reader, ledger);
    // Signed already, by whoever was here before; as of one that was signed over an older tree there is no other.
    const signed = before === undefined ? 0 : isOfThisForm(before.note) ? before.events : before.events + 1;
    if (count < signed) return;
    if (file.published()?.events === count) return;
    while (((await log.signed())?.size ?? 0) < count) {
      await pause(this.#pace, signal);
      if (signal.aborted) return;
    }
    await file.replaceRoot(() => this.#replace(count, before, signal));
  }

  /** Within `BalancesFile.replaceRoot`. */
  async #replace(count: number, before: Recorded | undefined, signal: AbortSignal): Promise<boolean> {
    const { file, log, key, record, tell } = this.options;
    const made = await takeMoved(file, this.options, async (began) => {
      await this.#rest(began, signal);
      return !signal.aborted;
    });
    if (made === undefined) return false;
    const events = treeSize(count);
    const lines = treeSize(made.lines);
    const note = signBalances({ events, logRoot: await rootFrom(tilesIn(log), events), lines, root: made.root }, key);
    const root: Recorded = { events, lines, root: made.root.toString('base64'), note };
    if (before?.events === count && before.note !== note) {
      throw new OtherBalances(`the balances of ${count} events are not those that were signed of them`);
    }
    if (before?.events !== count) await record(root);
    file.publish({ events: count, note });
    tell('info', `signed the balances as of ${count} events: ${lines} accounts`);
    return true;
  }

  async #rest(began: number, signal: AbortSignal): Promise<void> {
    const [idle, busy] = this.#rests;
    const head = this.options.head();
    // Since the rest before: during a page itself, which holds the thread, none is ever seen to come.
    const times = head > this.#head ? busy : idle;
    this.#head = head;
    await pause((performance.now() - began) * times, signal);
  }
}
