import { newFine, stepsOf, type Fine } from './mapping.js';
import type { Row } from './rows.js';
import type { Answer, Step, Target } from './target.js';

export interface Sent {
  readonly rows: number;
  /** Commands that got an outcome, accepted or refused; policies' own are not counted. */
  readonly commands: number;
  /** `line 83202: a payment of nothing` … */
  readonly leftOut: readonly string[];
  /** False where the signal stopped it: start the import again to go on. */
  readonly complete: boolean;
}

export interface SendOptions {
  /** Rows under way at a time. */
  readonly inFlight: number;
  /** Stops taking rows; those under way are finished. */
  readonly signal?: AbortSignal;
  readonly onRow?: () => void;
  /** Told of each answer before anything follows from it. */
  readonly onAnswer?: (step: Step, answer: Answer) => void;
  /** What is known of each fine that goes on: hand it in again to send the rows in parts. */
  readonly fines?: Map<string, Fine>;
}

/**
 * Sends the rows' commands, many fines at a time, each fine's strictly in order.
 * @throws the first error of the target; what was under way is finished before
 */
export async function sendRows(rows: AsyncIterable<Row>, target: Target, options: SendOptions): Promise<Sent> {
  const fines = options.fines ?? new Map<string, Fine>();
  /** The end of what is under way for a fine. */
  const lanes = new Map<string, Promise<void>>();
  const leftOut: { line: number; why: string }[] = [];
  const counts = { rows: 0, commands: 0 };
  let failure: { error: unknown } | undefined;
  let complete = true;

  const send = async (row: Row, before: Promise<void> | undefined): Promise<void> => {
    await before;
    if (failure !== undefined) return; // the rows of a fine must not be sent over a gap
    let fine = fines.get(row.case);
    if (fine === undefined) fines.set(row.case, (fine = newFine()));
    const steps = stepsOf(row, fine);
    let next = steps.next();
    while (next.done !== true) {
      const answer = await target.send(next.value);
      options.onAnswer?.(next.value, answer);
      counts.commands++;
      next = steps.next(answer);
    }
    if (next.value !== undefined) leftOut.push({ line: row.line, why: next.value.leftOut });
    if (row.last) fines.delete(row.case);
    counts.rows++;
    options.onRow?.();
  };

  const slots = new Slots(options.inFlight);
  for await (const row of rows) {
    await slots.take();
    if (failure !== undefined) break;
    if (options.signal?.aborted === true) {
      complete = false;
      break;
    }
    const lane: Promise<void> = send(row, lanes.get(row.case))
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => {
        slots.give();
        if (lanes.get(row.case) === lane) lanes.delete(row.case);
      });
    lanes.set(row.case, lane);
  }
  await Promise.all(lanes.values());
  if (failure !== undefined) throw failure.error;
  return {
    ...counts,
    leftOut: leftOut.sort((a, b) => a.line - b.line).map(({ line, why }) => `line ${line}: ${why}`),
    complete,
  };
}

/** How many may be under way; there is one taker. */
class Slots {
  #free: number;
  #freed: (() => void) | undefined;

  constructor(count: number) {
    this.#free = count;
  }

  async take(): Promise<void> {
    if (this.#free === 0) await new Promise<void>((resolve) => (this.#freed = resolve));
    this.#free--;
  }

  give(): void {
    this.#free++;
    this.#freed?.();
    this.#freed = undefined;
  }
}
