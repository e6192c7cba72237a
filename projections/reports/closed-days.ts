import type { Envelope } from '../../src/kernel/envelope.js';
import { PeriodClosed } from '../../src/contexts/periods/events.js';

/** What `ClosedDays` has to be told of besides what moves money. */
export const CLOSINGS: readonly string[] = [PeriodClosed.type];

/**
 * Which days of whose books are closed, as the log goes on: what counts in them and has a later sequence than the closing
 * is a correction, whether it names its approval or not; but for the lines of a year's closing itself (docs/adr/0018).
 */
export class ClosedDays {
  readonly #through = new Map<string, string>();

  /** @returns whether the event is a correction: each event is asked about once, in the order of the log */
  corrects({ type, refs, data, entries, effectiveOn }: Envelope): boolean {
    if (type === PeriodClosed.type) {
      const [entity, { through }] = [refs.entity as string, data as PeriodClosed['data']];
      if (through > (this.#through.get(entity) ?? '')) this.#through.set(entity, through);
      return false;
    }
    return entries.some(
      ({ debit: { dims }, credit }) =>
        effectiveOn <= (this.#through.get(dims.entity) ?? '') && !('closing' in dims) && !('closing' in credit.dims),
    );
  }
}
