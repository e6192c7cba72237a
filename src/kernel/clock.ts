/** The one source of time. @returns milliseconds since 1970; never smaller than an earlier answer of the same clock. */
export interface Clock {
  now(): number;
}

/** The machine's clock, held back where it jumps backwards (DESIGN.md, Two times). */
export function systemClock(read: () => number = Date.now): Clock {
  let last = 0;
  return {
    now() {
      last = Math.max(last, read());
      return last;
    },
  };
}
