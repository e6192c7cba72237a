import { Inject, Injectable } from '@nestjs/common';
import { EVENT_READER, type EventReader, type Place } from '../src/event-store/event-store.js';
import { wholeHead } from '../src/event-store/whole-head.js';
import { HTTP_PORTS, type HttpPorts } from '../src/http/ports.js';
import { invalid, Problem } from '../src/http/problems/problem.js';
import { instantAt } from '../src/kernel/calendar.js';
import type { ReadModelReader } from '../src/read-models/read-models.js';
import { READ_MODELS } from '../src/read-models/token.js';
import { knownBy, moments } from './moments.js';

/**
 * What is recorded may get its place in the log so much later, in milliseconds: a command that was stamped waits for its
 * commit, and the clocks of processes differ. Until then what a moment knew is not said.
 */
const SETTLED_MS = 15_000;
/** How long a question waits for the read models. */
const WAIT_MS = 5_000;

/** What `knownAt` means, everywhere: up to which event something is known. */
@Injectable()
export class KnownAt {
  #end: Place | undefined;

  constructor(
    @Inject(EVENT_READER) private readonly events: EventReader,
    @Inject(READ_MODELS) private readonly models: ReadModelReader,
    @Inject(HTTP_PORTS) private readonly ports: HttpPorts,
  ) {}

  /**
   * @param asked a sequence, or a moment (RFC 3339): the last sequence whose running maximum of `recordedAt` is not later;
   * undefined: now. The same question gets the same answer whenever it is asked: what could still change is refused.
   * @param path of the parameter, for what is wrong with it
   * @returns -1: nothing is known
   * @throws Problem `INVALID_REQUEST`, `READ_MODEL_BEHIND`
   */
  async sequenceOf(asked: string | undefined, path = 'knownAt'): Promise<number> {
    if (asked === undefined) return (await this.#count()) - 1;
    if (!/^-?\d+$/.test(asked)) return this.#atMoment(Date.parse(asked), path);
    const count = await this.#count();
    const sequence = Number(asked);
    if (sequence >= count) throw await this.#notYet(count, path);
    return sequence;
  }

  /** Waits until every read model has the event. @throws Problem `READ_MODEL_BEHIND` */
  async folded(sequence: number): Promise<void> {
    if (sequence < 0 || (await this.ports.waitFor(sequence, WAIT_MS))) return;
    throw behind(sequence);
  }

  async #atMoment(ms: number, path: string): Promise<number> {
    let found = await knownBy(this.models, ms);
    if ('sequence' in found) return found.sequence;
    const count = await this.#count();
    await this.#momentsFolded(count);
    found = await knownBy(this.models, ms);
    if ('sequence' in found) return found.sequence;
    if (ms > this.#settledUntil(found.since)) throw await this.#notYet(count, path);
    return count - 1;
  }

  /** The last moment of which is certain, or taken to be, what was known. */
  #settledUntil(since: number | null): number {
    return Math.max((since ?? 0) - 1, this.ports.clock.now() - SETTLED_MS);
  }

  async #notYet(count: number, path: string): Promise<Problem> {
    const found = await knownBy(this.models, this.ports.clock.now());
    const until = instantAt(this.#settledUntil('since' in found ? found.since : null));
    return invalid({ path, code: 'NOT_YET_KNOWN', facts: { most: count - 1, until } });
  }

  async #count(): Promise<number> {
    const { position, count } = await wholeHead(this.events, this.#end);
    if (position !== undefined) this.#end = { position, count };
    return count;
  }

  /** @throws Problem where the moments have not come so far within the time */
  async #momentsFolded(count: number): Promise<void> {
    const isFolded = async (): Promise<boolean> => ((await this.models.checkpoint(moments.name))?.count ?? 0) >= count;
    if (count === 0 || (await isFolded())) return;
    await this.ports.waitFor(count - 1, WAIT_MS);
    if (await isFolded()) return;
    throw behind(count - 1);
  }
}

const behind = (sequence: number): Problem =>
  new Problem('READ_MODEL_BEHIND', { facts: { sequence }, headers: { 'retry-after': '1' } });
