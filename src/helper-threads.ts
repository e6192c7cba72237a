import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism, constants, getPriority, setPriority } from 'node:os';
import { setFlagsFromString } from 'node:v8';

/** Those that answer, commit and fold: with no more processors than that, none is to spare for others. */
export const THREADS = 3;

/** Levels of niceness: a tenth of what another thread gets of the same processor. */
const NICER = 10;
const { PRIORITY_LOW: NICEST } = constants.priority;

/**
 * How much bytecode runs before V8 looks whether to optimise it, in bytes: three times what Node 20 takes. What has just
 * become hot, as on a day on which ten thousand subscriptions end, would else be compiled all at once.
 */
const INTERRUPT_BUDGET = 400_000;

/** Of this process, by the threads' ids; only Linux has it, and priorities of threads. */
const TASKS = '/proc/self/task';

/**
 * Without a processor to spare, an answer waits for V8's compilers more than for anything else (docs/adr/0038). So
 * they get less to do, and a processor after those who answer, commit and fold. To be called before there are workers:
 * of the threads that are there by then, all but the calling one are V8's and Node's helpers, and a later one is as nice
 * as the one that starts it.
 */
export function helpersGiveWay(processors = availableParallelism()): void {
  if (processors > THREADS) return;
  optimiseLater();
  if (!existsSync(TASKS)) return;
  const niceness = Math.min(getPriority() + NICER, NICEST);
  for (const thread of readdirSync(TASKS).map(Number)) if (thread !== process.pid) makeNice(thread, niceness);
}

/** Leaves V8 less to compile, and so less code to hold: for who would rather have the processor, or the memory. */
export function optimiseLater(): void {
  // From 12 on (Node 22) V8 counts calls instead, and complains of the flag on standard error.
  if (Number.parseInt(process.versions.v8) < 12) setFlagsFromString(`--interrupt-budget=${INTERRUPT_BUDGET}`);
}

/** What the system does not allow is done without: the server answers all the same, and later at worst. */
function makeNice(thread: number, niceness: number): void {
  try {
    setPriority(thread, niceness);
  } catch {
    // The thread has ended, or a sandbox forbids it.
  }
}
