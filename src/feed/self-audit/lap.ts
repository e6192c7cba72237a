import { assertBalanced } from '../../kernel/entries.js';
import type { Envelope } from '../../kernel/envelope.js';
import { parseMoney } from '../../kernel/money.js';
import type { Document, Versioned } from '../../read-models/read-models.js';
import type { Projection } from '../consumers.js';
import { text, type FeedEvent } from '../feed-page.js';
import type { AuditFinding } from './audit-status.js';
import { Sample } from './sample.js';

/** Documents of one projection, and streams, that one lap holds at most. */
const MOST_DOCUMENTS = 256;
const MOST_STREAMS = 4_096;
/** Money that has been on its way through 2330 for so many events will not arrive by itself. */
export const TRANSIT_EVENTS = 1_000;
const MOST_FINDINGS = 20;

interface Followed {
  readonly projection: Projection;
  readonly types: ReadonlySet<string> | '*';
  readonly documents: Sample<Versioned>;
  /** It met an event that it cannot handle, as its live version will: that says so itself. */
  isStopped: boolean;
}

/** One reading of the log from its beginning, in bounded memory. What it folds is a sample, another one in each lap. */
export class Lap {
  readonly findings: AuditFinding[] = [];
  readonly #followed: readonly Followed[];
  readonly #streams: Sample<number>;
  /** By the event whose money it is: what is on its way, in minor units, and since which event. */
  readonly #transits = new Map<string, { minor: bigint; readonly sequence: number }>();
  /** Business events taken. */
  count = 0;

  /**
   * Documents that a projection seals or merges are made of others: `rebuild --verify` compares those.
   * @param again keys of documents that differed before
   */
  constructor(projections: readonly Projection[], salt: number, again: ReadonlySet<string>) {
    this.#followed = projections
      .filter((projection) => projection.seal === undefined && projection.merges === undefined)
      .map((projection) => {
        const ids = [...again].filter((key) => key.startsWith(`${projection.name} `));
        const always = new Set(ids.map((key) => key.slice(projection.name.length + 1)));
        const types = projection.types === '*' ? '*' : new Set(projection.types);
        return { projection, types, documents: new Sample<Versioned>(MOST_DOCUMENTS, salt, always), isStopped: false };
      });
    this.#streams = new Sample<number>(MOST_STREAMS, salt);
  }

  /** By sequence, each once. */
  take({ event, sequence, fault }: FeedEvent): void {
    this.count = sequence + 1;
    this.#countIn(event);
    if (fault !== undefined) {
      this.#find('unreadable', event.id, `event ${sequence} (${event.type}) cannot be read: ${text(fault)}`, RESTORE);
      return;
    }
    try {
      assertBalanced(event.entries);
      this.#passThrough(event, sequence);
    } catch (error) {
      this.#find('unbalanced', event.id, `event ${sequence} (${event.type}): ${(error as Error).message}`, RESTORE);
    }
    for (const each of this.#followed) {
      if (!each.isStopped && (each.types === '*' || each.types.has(event.type))) fold(each, event, sequence);
    }
  }

  /** Events that are not those that the transparency log has in their places. */
  differ(events: readonly { readonly event: Envelope; readonly sequence: number }[]): void {
    for (const { event, sequence } of events) {
      this.#find(
        'rewritten',
        `${sequence}`,
        `event ${sequence} (${event.type}) is not the one that was hashed into the transparency log`,
        REWRITTEN,
      );
    }
  }

  /** Each projection with its sampled documents, as the events so far give them. */
  get samples(): readonly { readonly projection: Projection; readonly documents: ReadonlyMap<string, Versioned> }[] {
    return this.#followed
      .filter(({ isStopped }) => !isStopped)
      .map(({ projection, documents }) => ({ projection, documents: documents.held }));
  }

  /** What the lap says besides of documents. What is taken later goes to those that are held. */
  end(): void {
    for (const { documents } of this.#followed) documents.close();
    this.#streams.close();
    for (const [transit, { minor, sequence }] of this.#transits) {
      if (this.count - sequence <= TRANSIT_EVENTS) continue;
      this.#find(
        'transit',
        transit,
        `${minor} minor units of event ${transit} have been in transit (2330) since event ${sequence}`,
        'see in /metrics whether a policy stopped or was refused (sijill_policy_refusals), and decide what follows',
      );
    }
  }

  #countIn({ stream, revision }: Envelope): void {
    if (!this.#streams.has(stream)) return;
    const expected = this.#streams.held.get(stream) ?? 0;
    if (revision !== expected) {
      this.#find('gap', stream, `revision ${revision} of ${stream} stands where ${expected} belongs`, RESTORE);
    }
    this.#streams.set(stream, revision + 1);
  }

  #passThrough({ entries, id }: Envelope, sequence: number): void {
    for (const { debit, credit, amount, currency } of entries) {
      for (const [leg, sign] of [
        [credit, 1n],
        [debit, -1n],
      ] as const) {
        if (leg.account !== '2330') continue;
        const transit = leg.dims.transit ?? id;
        const before = this.#transits.get(transit) ?? { minor: 0n, sequence };
        const minor = before.minor + sign * parseMoney({ amount, currency }).minor;
        if (minor === 0n) this.#transits.delete(transit);
        else this.#transits.set(transit, { ...before, minor });
      }
    }
  }

  #find(kind: AuditFinding['kind'], key: string, said: string, todo: string): void {
    if (this.findings.length < MOST_FINDINGS) this.findings.push({ kind, key, said, todo });
  }
}

const RESTORE =
  'the log itself is damaged: stop the servers, keep a copy, and restore it from a back-up or a bundle (docs/operations.md)';

const REWRITTEN =
  'somebody edited the stored events: stop the servers, keep a copy, restore the events from a back-up, and find out who; ' +
  'sijill verify audit says what else is not as it was signed';

function fold(followed: Followed, event: Envelope, sequence: number): void {
  const { projection, documents } = followed;
  try {
    for (const id of projection.identify(event, sequence)) {
      if (!documents.has(id)) continue;
      const before = documents.held.get(id)?.document ?? null;
      const document: Document | null = projection.evolve(before, { event, sequence }, id);
      documents.set(id, { id, document, sequence });
    }
  } catch {
    followed.isStopped = true;
  }
}
