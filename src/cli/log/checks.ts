import { canonicalEvent } from '../../event-store/canonical.js';
import type { Catalogue } from '../../event-store/catalogue.js';
import { assertBalanced } from '../../kernel/entries.js';
import type { Envelope } from '../../kernel/envelope.js';
import { categoryOf, eventId, isBookkeeping, isUuid, type LedgerId } from '../../kernel/ids.js';
import { ATTEMPT_CATEGORY, attemptId } from '../../ledger/attempts.js';
import { LedgerOpened } from '../../ledger/events.js';
import { DamagedLog } from '../../event-store/log-format.js';
import { Revisions } from './revisions.js';

/**
 * What holds of every ledger's log, event by event in their order: no store can be asked for it as a whole. An export
 * is checked as an import is: what cannot be brought back is found while the store is still there.
 */
export class LogChecks {
  readonly #revisions = new Revisions();
  #last: Envelope | undefined;
  /** The event's number within its command. */
  #index = 0;
  #sequence = 0;

  constructor(
    private readonly ledger: LedgerId,
    private readonly catalogue: Catalogue,
  ) {}

  /**
   * @param text the event as the file has it
   * @throws DamagedLog
   */
  take(event: Envelope, text: string): void {
    const fault = this.#faultOf(event, text);
    if (fault !== undefined) throw new DamagedLog(`event ${this.#sequence} cannot be one of this ledger: ${fault}`);
    this.#last = event;
    this.#sequence++;
  }

  #faultOf(event: Envelope, text: string): string | undefined {
    const { v, ledger, id, stream, revision, type } = event;
    if (v !== 1) return `its envelope has version ${String(v)}`;
    if (ledger !== this.ledger) return `it is of the ledger ${ledger}`;
    if (this.#sequence === 0 && type !== LedgerOpened.type)
      return `a ledger begins with ${LedgerOpened.type}, not with ${type}`;
    const category = categoryOf(stream);
    if (isBookkeeping(stream) || !isUuid(stream.slice(category.length + 1)))
      return `${stream} is no stream of a ledger`;
    const expected = this.#revisions.take(stream);
    if (revision !== expected) return `revision ${revision} of ${stream} stands where ${expected} belongs`;
    if (id !== this.#idOf(event, category)) return `its id ${id} does not follow from its command`;
    try {
      if (canonicalEvent(event) !== text) return 'its JSON is not canonical (RFC 8785)';
      this.catalogue.validate(type, this.catalogue.upcast(event).data);
      assertBalanced(event.entries);
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  }

  /** Ids come from the command and the number of the event within it (DESIGN.md, Ids): so no two events share one. */
  #idOf({ stream, commandId }: Envelope, category: string): string {
    if (category === ATTEMPT_CATEGORY) return attemptId(commandId);
    const goesOn = this.#last?.stream === stream && this.#last.commandId === commandId;
    this.#index = goesOn ? this.#index + 1 : 0;
    return eventId(commandId, this.#index);
  }
}
