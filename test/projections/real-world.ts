import { join } from 'node:path';
import { catalogue, policies, projections, RULE_SET } from '../../src/composition.js';
import { balanceCommandClasses } from '../../src/contexts/balances/balances.handlers.js';
import { receiptCommandClasses } from '../../src/contexts/billing/receipts.handlers.js';
import { debtCommandClasses } from '../../src/contexts/debts/debts.handlers.js';
import { subscriptionCommandClasses } from '../../src/contexts/subscriptions/subscriptions.handlers.js';
import { canonicalJson, sha256 } from '../../src/event-store/canonical.js';
import type { EventStore, Place } from '../../src/event-store/event-store.js';
import { openSqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import type { Projection } from '../../src/feed/consumers.js';
import { Feed } from '../../src/feed/feed.js';
import { EmbeddedLeases } from '../../src/leases/embedded-leases.js';
import { FeedHost } from '../../src/feed/feed-host.js';
import { feedPage, type FeedPage } from '../../src/feed/feed-page.js';
import { Projector } from '../../src/feed/projector.js';
import { beginFilling, fill, swap } from '../../src/feed/rebuild.js';
import type { Clock } from '../../src/kernel/clock.js';
import type { Command, CommandRequest, Decider } from '../../src/kernel/decider.js';
import type { Envelope, NewEvent } from '../../src/kernel/envelope.js';
import { CommandRegistry } from '../../src/ledger/command-handlers.js';
import type { KeptEvidence, Ledger } from '../../src/ledger/ledger.js';
import { openLedger } from '../../src/ledger/open-ledger.js';
import type { Outcome } from '../../src/ledger/outcome.js';
import type { ReadModels, Versioned } from '../../src/read-models/read-models.js';
import { openSqliteReadModels } from '../../src/read-models/sqlite/sqlite-read-models.js';
import { wholeLog } from '../contract/event-store/opened.js';
import type { Sent } from '../world/world.js';
import { DECIDERS } from './life.js';

const registry = new CommandRegistry([
  ...debtCommandClasses,
  ...receiptCommandClasses,
  ...balanceCommandClasses,
  ...subscriptionCommandClasses,
]);
const NOON = Date.parse('2026-03-01T09:00:00Z');

/** The whole of it on files, as the server has it but for its threads: store, ledger, feed, read models. */
export class RealWorld {
  readonly complaints: string[] = [];
  #models: ReadModels;
  #feed: Feed | undefined;
  #host: FeedHost | undefined;

  private constructor(
    private readonly folder: string,
    readonly store: EventStore,
    private readonly ledger: Ledger,
  ) {
    this.#models = openSqliteReadModels(join(folder, 'read-models.db'));
  }

  static async open(folder: string, clock: Clock = { now: () => NOON }): Promise<RealWorld> {
    const store = await openSqliteEventStore(join(folder, 'ledger.db'));
    const limits = { ruleSet: RULE_SET, backdatingDays: 30, cacheBytes: 1_000_000 };
    const place = { environment: 'test', logOrigin: 'test.localhost/ledger' };
    const keepEvidence = async (): Promise<KeptEvidence> => ({ name: () => undefined, forget: () => undefined });
    const ledger = await openLedger({ store, catalogue, clock, keepEvidence, ...limits, ...place });
    return new RealWorld(folder, store, ledger);
  }

  send({ id, command, by }: Sent): Promise<Outcome> {
    const digest = sha256(canonicalJson({ type: command.type, data: command.data }));
    return this.execute(command, { id, digest, actor: by, source: 'api', mayBackdate: false, correlation: id });
  }

  get readModels(): ReadModels {
    return this.#models;
  }

  get isRunning(): boolean {
    return this.#feed !== undefined;
  }

  async start(pageSize: number): Promise<void> {
    if (this.#feed !== undefined) return;
    this.#models = await this.#reopened();
    const host = new FeedHost((level, message) => level === 'error' && this.complaints.push(message), this.store);
    const send = this.execute.bind(this);
    const { store: reader } = this;
    const options = {
      reader,
      readModels: this.#models,
      leases: new EmbeddedLeases(),
      catalogue,
      projections,
      policies,
    };
    const feed = new Feed({ ...options, send, pageSize, retryMs: 5, listener: host });
    host.attach(feed);
    await feed.start();
    [this.#feed, this.#host] = [feed, host];
  }

  async stop(): Promise<void> {
    await this.#feed?.stop();
    this.#feed = undefined;
  }

  /** While the feed runs it goes on meanwhile; else the command line does it. */
  async rebuild(names: readonly string[]): Promise<void> {
    if (this.#feed !== undefined) return this.#feed.rebuild(names);
    const chosen = projections.filter(({ name }) => names.includes(name));
    await this.#models.open(chosen.map(({ model }) => model));
    const source = { reader: this.store, readModels: this.#models, catalogue, pageSize: 7 };
    const fillings = await beginFilling(source, chosen);
    await fill(source, fillings, new AbortController().signal);
    for (const filling of fillings) await swap(source, filling);
  }

  /**
   * Tells a projection what it knows again, as after a crash that kept its documents and lost its checkpoint; the one
   * that is stored stays, for it never goes back.
   * @param eighths of it that are left out
   */
  async tellAgain(projection: Projection, eighths: number, pageSize: number): Promise<void> {
    const { isRunning } = this;
    await this.stop();
    await this.#models.open([projection.model]);
    const models = this.#models;
    const checkpoint = await models.checkpoint(projection.name);
    const known = checkpoint?.count ?? 0;
    const projector = new Projector(projection, {
      load: (target, ids) => models.load(target, ids),
      apply: (target, consumer, writes, at) => models.apply(target, consumer, writes, checkpoint ?? at),
    } as ReadModels);
    const from = Math.floor((known * eighths) / 8);
    let at = from === 0 ? undefined : (await this.store.readAll({ limit: from })).next;
    while ((at?.count ?? 0) < known) {
      const limit = Math.min(pageSize, known - (at?.count ?? 0));
      const page = feedPage(await this.store.readAll({ limit, ...(at && { after: at }) }), catalogue, at) as FeedPage;
      at = (await projector.fold({ model: projection.model, generation: 'live' }, page, at)) as Place;
    }
    if (isRunning) await this.start(pageSize);
  }

  async drain(): Promise<void> {
    await this.start(1_000);
    await this.#host?.drain();
  }

  async log(): Promise<readonly Envelope[]> {
    return (await wholeLog(this.store)).map(({ event }) => event);
  }

  async documents(projection: Projection): Promise<Versioned[]> {
    const all: Versioned[] = [];
    for await (const each of this.#models.scan(projection.model)) all.push(each);
    return all;
  }

  async close(): Promise<void> {
    await this.stop();
    await this.#models.close();
    await this.store.close();
  }

  async #reopened(): Promise<ReadModels> {
    await this.#models.close();
    return openSqliteReadModels(join(this.folder, 'read-models.db'));
  }

  /** The door of policies and jobs. */
  execute(command: Command, request: CommandRequest): Promise<Outcome> {
    const decider = DECIDERS[command.type as keyof typeof DECIDERS];
    return this.ledger.execute(decider as Decider<unknown, Command, NewEvent>, registry.issue(command, request));
  }
}
