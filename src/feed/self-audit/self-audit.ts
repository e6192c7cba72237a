import type { Catalogue } from '../../event-store/catalogue.js';
import type { EventReader, StoredEvent } from '../../event-store/event-store.js';
import { differenceOf, saidOf } from '../../read-models/difference.js';
import type { Checkpoint, ReadModelReader, Versioned } from '../../read-models/read-models.js';
import type { Projection } from '../consumers.js';
import type { Placed, Rehash } from '../../transparency/rehashing.js';
import { feedPage, text } from '../feed-page.js';
import { pageQuery, pause } from '../log-follower.js';
import type { AuditFinding, AuditStatus } from './audit-status.js';
import { Lap } from './lap.js';

export interface SelfAuditOptions {
  readonly reader: EventReader;
  readonly readModels: ReadModelReader;
  readonly catalogue: Catalogue;
  readonly projections: readonly Projection[];
  /** Whether this process folds the projections: of several that share read models one audits. */
  readonly isMine: () => boolean;
  /** Business events that are known: while they grow, the audit takes less. */
  readonly head: () => number;
  /** Absent: this process keeps no transparency log. */
  readonly rehash?: Rehash;
  readonly report: (status: AuditStatus) => void;
  readonly log: (level: 'info' | 'error', message: string) => void;
  /** Between two laps, in milliseconds. */
  readonly restMs?: number;
}

const REST_MS = 10_000;
/** Events at a time: a millisecond or two, for which the thread's other work waits. */
const PAGE = 64;
/** Of the time that the audit may take: one part in so many, and fewer while events come. */
const IDLE = 50;
const BUSY = 200;
/** How long all live documents together may take to come to where a lap has ended, in milliseconds. */
const REACHING_MS = 30_000;

const MEND =
  'rebuild the projection (POST /v1/projections/{name}/rebuild), and find out who wrote the document; sijill rebuild ' +
  '--verify compares all of them';

const isPlaced = (stored: StoredEvent): stored is StoredEvent & Placed => stored.sequence !== undefined;

/**
 * Reads the log again and again from its beginning, at a pace that nobody notices, and holds what is stored against it:
 * entries that balance, money in transit that arrives, streams without a gap, events that give their leaves of the
 * transparency log, and documents, a sample in each lap, that are what the events give (docs/adr/0025).
 */
export class SelfAudit {
  readonly #restMs: number;
  #status: AuditStatus = { laps: 0, events: 0, documents: 0, findings: [] };

  constructor(private readonly options: SelfAuditOptions) {
    this.#restMs = options.restMs ?? REST_MS;
  }

  /** Until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      await pause(this.#restMs, signal);
      if (signal.aborted || !this.options.isMine()) continue;
      try {
        await this.#lap(signal);
        failures = 0;
      } catch (error) {
        if (failures++ === 0)
          this.options.log('error', `the self-audit was broken off, and begins anew: ${text(error)}`);
      }
    }
  }

  async #lap(signal: AbortSignal): Promise<void> {
    const { reader, catalogue, projections, head } = this.options;
    const differed = this.#status.findings.filter(({ kind }) => kind === 'document').map(({ key }) => key);
    const lap = new Lap(projections, Math.floor(Math.random() * 2 ** 32), new Set(differed));
    let at: Checkpoint | undefined;
    for (let [atEnd, before] = [false, head()]; !atEnd;) {
      const began = performance.now();
      const read = await reader.readAll(pageQuery(at, PAGE));
      const page = feedPage(read, catalogue, at);
      page?.events.forEach((each) => lap.take(each));
      // As they are stored: what a type's newer version makes of them was not hashed.
      if (this.options.rehash !== undefined) lap.differ(await this.options.rehash(read.events.filter(isPlaced)));
      at = page?.end ?? at;
      atEnd = read.atEnd;
      this.#tell({ events: this.#status.events + (page?.events.length ?? 0) });
      const now = head();
      await pause((performance.now() - began) * (now > before ? BUSY : IDLE), signal);
      before = now; // also what came during the pause counts: a page holds the thread, and none comes meanwhile
      if (signal.aborted || !this.options.isMine()) return;
    }
    lap.end();
    const documents = await this.#compare(lap, at, signal);
    if (!signal.aborted) this.#conclude([...lap.findings, ...documents]);
  }

  async #compare(lap: Lap, at: Checkpoint | undefined, signal: AbortSignal): Promise<readonly AuditFinding[]> {
    const { reader, catalogue, readModels } = this.options;
    const count = lap.count;
    const found: AuditFinding[] = [];
    const later = new Map<number, (() => void)[]>();
    let compared = 0;
    const until = performance.now() + REACHING_MS;
    for (const { projection, documents } of lap.samples) {
      const { name, model } = projection;
      const isThere = await this.#reached(name, count, until, signal);
      if (!isThere || (await readModels.liveVersion(model)) !== model.version) {
        // It has stopped, or is being rebuilt: what was known of it is neither better nor worse.
        found.push(
          ...this.#status.findings.filter(({ kind, key }) => kind === 'document' && key.startsWith(`${name} `)),
        );
        continue;
      }
      const live = new Map((await readModels.versions(model, [...documents.keys()])).map((each) => [each.id, each]));
      for (const id of documents.keys()) {
        const stored: Versioned | undefined = live.get(id);
        const compare = (): void => {
          const difference = differenceOf(name, id, documents.get(id), stored);
          compared++;
          if (difference !== undefined) {
            found.push({ kind: 'document', key: `${name} ${id}`, said: saidOf(difference), todo: MEND });
          }
        };
        if ((stored?.sequence ?? -1) < count) compare();
        else later.set(stored!.sequence, [...(later.get(stored!.sequence) ?? []), compare]);
      }
    }
    // Those that have changed since are compared at just the event where they were when they were read.
    for (let from = at; later.size > 0 && !signal.aborted;) {
      const read = await reader.readAll(pageQuery(from, PAGE));
      const page = feedPage(read, catalogue, from);
      for (const each of page?.events ?? []) {
        lap.take(each);
        later.get(each.sequence)?.forEach((compare) => compare());
        later.delete(each.sequence);
      }
      from = page?.end ?? from;
      if (read.atEnd) break;
    }
    this.#tell({ documents: this.#status.documents + compared });
    return found;
  }

  async #reached(name: string, count: number, until: number, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      if (((await this.options.readModels.checkpoint(name))?.count ?? 0) >= count) return true;
      if (signal.aborted || performance.now() > until) return false;
      await pause(100, signal);
    }
  }

  #conclude(findings: readonly AuditFinding[]): void {
    const known = new Set(this.#status.findings.map(({ kind, key }) => `${kind} ${key}`));
    for (const { kind, key, said, todo } of findings) {
      if (!known.has(`${kind} ${key}`)) this.options.log('error', `self-audit: ${said}. What to do: ${todo}`);
    }
    if (known.size > 0 && findings.length === 0) this.options.log('info', 'self-audit: nothing is amiss any more');
    this.#tell({ laps: this.#status.laps + 1, findings });
  }

  #tell(news: Partial<AuditStatus>): void {
    this.#status = { ...this.#status, ...news };
    this.options.report(this.#status);
  }
}
