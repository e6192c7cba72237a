import { peakMemoryMiB } from './peak-memory.js';
import { sendRows, type SendOptions } from './send.js';
import { sortByTime } from './sort.js';
import { progressBar } from './progress.js';
import type { Figures, Target } from './target.js';

/**
 * The import comes back to a debt months of the file later: this holds most of a year's. All thirteen years have 150,000,
 * and the whole import is to stay below 512 MiB.
 */
export const MOST_CACHE_BYTES = 20 * 2 ** 20;

/** What the import says at its end: the counts of what was sent, and the figures of the ledger's read models. */
export interface Report extends Figures {
  readonly rows: number;
  readonly commands: number;
  readonly leftOut: number;
  readonly seconds: number;
  readonly peakMemoryMiB: number;
}

export interface RunOptions extends Pick<SendOptions, 'signal' | 'onAnswer'> {
  /** The last day that is taken, `YYYY-MM-DD`. */
  readonly until?: string;
  /** Rows under way at a time. */
  readonly inFlight?: number;
  /** Told of every row that was left out, and why. */
  readonly say?: (line: string) => void;
}

/**
 * Imports a file, or goes on with an import that was stopped.
 * @returns undefined where the signal stopped it
 * @throws UnreadableFile, or the target's error
 */
export async function runImport(file: string, target: Target, options: RunOptions = {}): Promise<Report | undefined> {
  const began = performance.now();
  const sorted = await sortByTime(file, options.until);
  const progress = progressBar(sorted.count);
  try {
    const { complete, leftOut, rows, commands } = await sendRows(sorted.rows, target, {
      inFlight: options.inFlight ?? 256,
      onRow: progress.onRow,
      ...(options.signal !== undefined && { signal: options.signal }),
      ...(options.onAnswer !== undefined && { onAnswer: options.onAnswer }),
    });
    progress.stop();
    for (const line of leftOut) options.say?.(`left out, ${line}`);
    if (!complete) return undefined;
    await target.drain();
    const { refused, states, sums } = await target.figures();
    return {
      rows,
      commands,
      refused,
      leftOut: leftOut.length,
      states,
      sums,
      seconds: Math.round((performance.now() - began) / 100) / 10,
      peakMemoryMiB: Math.ceil(peakMemoryMiB()),
    };
  } finally {
    progress.stop();
    await sorted.dispose();
  }
}
