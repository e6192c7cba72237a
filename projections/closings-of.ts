/** Injection token of `ClosingsOf`: the composition root knows which read model has them. */
export const CLOSINGS_OF = Symbol('ClosingsOf');

/** What was closed of an entity's books, as far as it was known with an event; that must be folded into the read models. */
export type ClosingsOf = (entity: string, sequence: number) => Promise<Closings>;

/** A period's figures stand as of a sequence (docs/adr/0018-closed-periods.md). */
export interface Closing {
  /** Its last day. */
  readonly through: string;
  readonly closedAt: number;
}

/** The closed days of an entity's books. What counts on one of them and comes later than its closing is a correction. */
export class Closings {
  /** Each closes the days since the one before it: later days at later sequences. */
  readonly all: readonly Closing[];
  #asked = { effectiveOn: '', closedAt: Infinity };

  constructor(closings: readonly Closing[]) {
    let closed = '';
    this.all = closings
      .toSorted((a, b) => a.closedAt - b.closedAt)
      .filter(({ through }) => through > closed && (closed = through));
  }

  /** @param line of the books; not one of a year's closing itself */
  isCorrection({ effectiveOn, sequence }: { readonly effectiveOn: string; readonly sequence: number }): boolean {
    if (this.#asked.effectiveOn !== effectiveOn) {
      // lines come by day
      const closing = this.all.find(({ through }) => effectiveOn <= through);
      this.#asked = { effectiveOn, closedAt: closing?.closedAt ?? Infinity };
    }
    return sequence > this.#asked.closedAt;
  }
}
