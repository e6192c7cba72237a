import { randomBytes } from 'node:crypto';
import mongoose, { type Connection, type mongo } from 'mongoose';
import type { Json } from '../../kernel/envelope.js';
import { answered, connect } from '../../read-models/mongo/connection.js';
import { ReadModelUnavailable } from '../../read-models/read-models.js';
import { LeasesUnavailable, type Leases, type Taken } from '../leases.js';
import { HeldLease, type LeaseStore, type Standing } from './held-lease.js';

/** What one holder holds, from its first renewal to its last. */
interface Tenure {
  /** `name:token`: no token is given twice. */
  readonly _id: string;
  readonly name: string;
  readonly token: number;
  readonly holder: string;
  /** Grows with each renewal. */
  readonly beat: number;
  readonly released: boolean;
  readonly note: Json;
}

/** What is asked of whoever holds a lease. */
interface Request {
  /** `name?request` */
  readonly _id: string;
  readonly name: string;
  readonly request: string;
}

interface Found extends Standing {
  /** That of the largest token: the others are over. */
  readonly tenure: Tenure | undefined;
}

/** When a tenure was first seen at a beat, by this process's own clock. */
interface Seen {
  readonly token: number;
  readonly beat: number;
  readonly at: number;
}

export interface Pace {
  /** How long a holder that says nothing keeps its lease, in milliseconds. */
  readonly lifetimeMs: number;
  readonly paceMs: number;
}

export const PACE: Pace = { lifetimeMs: 5_000, paceMs: 500 };

/**
 * The leases of the processes that share a database, in its collection `leases`, over a connection of their own, so
 * that no renewal waits behind what is written.
 * @throws ReadModelUnavailable
 */
export const openMongoLeases = async (uri: string, pace: Pace = PACE): Promise<MongoLeases> =>
  new MongoLeases(await connect(uri), pace);

/**
 * No clock is compared with another (docs/adr/0015-leases.md). A holder counts from when it began its last renewal that was
 * acknowledged; who wants the lease counts from when it first saw that renewal, which is later, and takes it when it
 * has seen no other for a lifetime. A token is the key of its tenure: of two that take the same, the store lets one.
 */
export class MongoLeases implements Leases, LeaseStore {
  readonly holder = randomBytes(4).toString('hex');
  readonly lifetimeMs: number;
  readonly paceMs: number;
  readonly #records: mongo.Collection<Tenure | Request>;
  readonly #held = new Map<string, HeldLease>();
  readonly #seen = new Map<string, Seen>();
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(
    private readonly connection: Connection,
    { lifetimeMs, paceMs }: Pace,
  ) {
    this.lifetimeMs = lifetimeMs;
    this.paceMs = paceMs;
    this.#records = connection.getClient().db().collection('leases');
  }

  /** One after the other: what this process has inserted and does not hold yet would pass for what it lost. */
  take(name: string, note: () => Json = () => null): Promise<Taken> {
    const turn = (this.#turns.get(name) ?? Promise.resolve()).then(() => this.#take(name, note));
    this.#turns.set(
      name,
      turn.catch(() => undefined),
    );
    return turn;
  }

  async #take(name: string, note: () => Json): Promise<Taken> {
    const asking = performance.now();
    const { tenure: last } = await this.#look(name);
    if (last !== undefined && !this.#isOver(last, asking)) return { holder: last.holder, note: last.note };
    const token = (last?.token ?? 0) + 1;
    const began = performance.now();
    const taken = { name, token, holder: this.holder, beat: 0, released: false, note: note() };
    const isFirst = await this.#insert({ _id: idOf(name, token), ...taken });
    // Where it stood still in between, others may have come and gone, and their keys with them.
    const { tenure: now, asked } = await this.#look(name);
    if (!isFirst || now?.token !== token || performance.now() >= began + this.lifetimeMs) return this.#take(name, note);
    await this.#forgetBefore(name, token);
    const lease = new HeldLease({ leases: this, name, token, note, began, asked });
    this.#held.set(name, lease);
    return { lease };
  }

  async ask(name: string, request: string): Promise<void> {
    await this.#insert({ _id: `${name}?${request}`, name, request });
  }

  async answer(name: string, request: string): Promise<void> {
    await this.#answered(this.#records.deleteOne({ _id: `${name}?${request}` }));
  }

  async renew(name: string, token: number, beat: number, note: Json): Promise<Standing | undefined> {
    const { matchedCount } = await this.#answered(
      this.#records.updateOne({ _id: idOf(name, token) }, { $set: { beat, note } }),
    );
    const standing = await this.#look(name);
    return matchedCount === 1 && standing.tenure?.token === token ? standing : undefined;
  }

  async release(name: string, token: number): Promise<void> {
    await this.#answered(this.#records.updateOne({ _id: idOf(name, token) }, { $set: { released: true } }));
  }

  async #look(name: string): Promise<Found> {
    const records = await this.#answered(this.#records.find({ name }).toArray());
    const tenures = records.filter((record): record is Tenure => 'token' in record);
    return {
      tenure: tenures.reduce<Tenure | undefined>((a, b) => (a === undefined || b.token > a.token ? b : a), undefined),
      asked: records.flatMap((record) => ('request' in record ? [record.request] : [])),
    };
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  /** @param asking when the question was put whose answer this is: the tenure was so then, or later */
  #isOver({ name, token, beat, holder, released }: Tenure, asking: number): boolean {
    if (released) return true;
    const held = this.#held.get(name);
    if (holder === this.holder) return held?.token !== token || held.lost.aborted;
    const before = this.#seen.get(name);
    if (before?.token === token && before.beat === beat) return asking - before.at >= this.lifetimeMs;
    this.#seen.set(name, { token, beat, at: performance.now() });
    return false;
  }

  /** @returns false where the key is there */
  async #insert(record: Tenure | Request): Promise<boolean> {
    try {
      await this.#answered(this.#records.insertOne(record));
      return true;
    } catch (error) {
      if (error instanceof mongoose.mongo.MongoServerError && error.code === 11_000) return false;
      throw error;
    }
  }

  /** What is over; where that fails, the next one does it. */
  async #forgetBefore(name: string, token: number): Promise<void> {
    await this.#answered(this.#records.deleteMany({ name, token: { $lt: token } })).catch(() => undefined);
  }

  /** Early enough for a renewal to be tried again. @throws LeasesUnavailable */
  async #answered<T>(operation: Promise<T>): Promise<T> {
    try {
      return await answered(operation, this.lifetimeMs / 2);
    } catch (error) {
      throw error instanceof ReadModelUnavailable ? new LeasesUnavailable(error.message, { cause: error }) : error;
    }
  }
}

const idOf = (name: string, token: number): string => `${name}:${token}`;
