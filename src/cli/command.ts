/** A part of the program `sijill`. */
export interface Command {
  readonly help: string;
  /** @returns the exit code. @throws WrongUsage */
  run(args: readonly string[]): Promise<number>;
}

/** A command line that cannot be understood; the message says what would be. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
}

/** What was asked about is not as it should be: a difference, a finding. The command itself did what it does. */
export const DIFFERENT = 3;

/** The doctor found an error. */
export const AT_FAULT = 4;

/** As a shell says it of what Ctrl-C ended. */
export const STOPPED = 130;

export const say = (line: string): boolean => process.stderr.write(`${line}\n`);

/** Aborts at Ctrl-C or SIGTERM; a second one kills. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}
