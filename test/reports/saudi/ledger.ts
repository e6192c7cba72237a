import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventsAt } from '../../../projections/audit/placed.js';
import { closingsOf } from '../../../projections/closings/closed.js';
import { pageOfLines } from '../../../projections/reports/explaining-lines.js';
import { cellOf, trace } from '../../../projections/reports/explaining.js';
import { make, type Made } from '../../../projections/reports/making.js';
import type { Places } from '../../../projections/reports/replaying.js';
import { valuesOf } from '../../../projections/reports/question.js';
import { catalogue, periods, policies, projections, reports, RULE_SET } from '../../../src/composition.js';
import { delegation } from '../../../src/contexts/delegations/delegation.js';
import { books } from '../../../src/contexts/periods/books.js';
import { closingCommands, correctionCommands } from '../../../src/contexts/periods/commands.js';
import { correction } from '../../../src/contexts/periods/correction.js';
import { Results } from '../../../src/contexts/periods/results.js';
import { SETTLING_MS } from '../../../src/contexts/periods/periods.jobs.js';
import { readDue } from '../../../src/contexts/subscriptions/schedule.js';
import { canonicalJson, sha256 } from '../../../src/event-store/canonical.js';
import type { EventStore } from '../../../src/event-store/event-store.js';
import { openSqliteEventStore } from '../../../src/event-store/sqlite/sqlite-event-store.js';
import { Feed } from '../../../src/feed/feed.js';
import { FeedHost } from '../../../src/feed/feed-host.js';
import { businessDateAt, startOfDay, type BusinessDate } from '../../../src/kernel/calendar.js';
import type { Command, CommandRequest, Decider } from '../../../src/kernel/decider.js';
import type { Actor, Envelope, NewEvent } from '../../../src/kernel/envelope.js';
import { periodsId, type CommandId, type EventId, type PartyId, type Uuid } from '../../../src/kernel/ids.js';
import type { KeptEvidence, Ledger } from '../../../src/ledger/ledger.js';
import { openLedger, SYSTEM_ACTOR } from '../../../src/ledger/open-ledger.js';
import type { Accepted, Outcome } from '../../../src/ledger/outcome.js';
import { EmbeddedLeases } from '../../../src/leases/embedded-leases.js';
import type { ReadModels } from '../../../src/read-models/read-models.js';
import { openSqliteReadModels } from '../../../src/read-models/sqlite/sqlite-read-models.js';
import { wholeLog } from '../../contract/event-store/opened.js';
import { id } from '../../given.js';
import { DECIDERS } from '../../projections/life.js';

const all: Readonly<Record<string, unknown>> = {
  ...DECIDERS,
  ...named(['RegisterDelegation', 'ApproveDelegation', 'RevokeDelegation'], delegation),
  ...named(closingCommands, books),
  ...named(correctionCommands, correction),
};

function named(commands: readonly string[], decider: unknown): Record<string, unknown> {
  return Object.fromEntries(commands.map((type) => [type, decider]));
}

type Sending = Partial<Pick<CommandRequest, 'source' | 'correction'>> & { readonly on?: string };
const HOUR = 3_600_000;
const PAUSE_MS = 2_000;

/** The whole ledger on files as the server has it, with a clock of its own: whoever tells a story says what day it is. */
export class StoryLedger {
  #now = startOfDay('2026-01-01' as BusinessDate);
  #commands = 0;

  private constructor(
    private readonly folder: string,
    readonly store: EventStore,
    private readonly models: ReadModels,
    private readonly ledger: Ledger,
    private readonly feed: Feed,
    private readonly host: FeedHost,
  ) {}

  static async open(): Promise<StoryLedger> {
    const folder = await mkdtemp(join(tmpdir(), 'sijill-story-'));
    const store = await openSqliteEventStore(join(folder, 'ledger.db'));
    const models = openSqliteReadModels(join(folder, 'read-models.db'));
    const made: { world?: StoryLedger } = {};
    const clock = { now: () => made.world?.now() ?? startOfDay('2026-01-01' as BusinessDate) };
    const limits = { ruleSet: RULE_SET, backdatingDays: 30, cacheBytes: 1_000_000 };
    const place = { environment: 'test', logOrigin: 'test.localhost/ledger' };
    const keepEvidence = async (): Promise<KeptEvidence> => ({ name: () => undefined, forget: () => undefined });
    const ledger = await openLedger({ store, catalogue, clock, periods, keepEvidence, ...limits, ...place });
    const host = new FeedHost(
      (level, message) => level === 'error' && void process.stderr.write(`${message}\n`),
      store,
    );
    const send = (command: Command, request: CommandRequest): Promise<Outcome> => execute(ledger, command, request);
    const consumers = { projections, policies };
    const where = { reader: store, readModels: models, leases: new EmbeddedLeases(), catalogue };
    const feed = new Feed({ ...where, ...consumers, send, pageSize: 1_000, retryMs: 5, listener: host });
    host.attach(feed);
    await feed.start();
    made.world = new StoryLedger(folder, store, models, ledger, feed, host);
    return made.world;
  }

  /** Some time passes with each look: two commands are never of one moment. */
  now(): number {
    return (this.#now += 1);
  }

  /** It is nine o'clock on that day. */
  on(today: string): this {
    this.#now = Math.max(this.#now, startOfDay(today as BusinessDate) + 9 * HOUR);
    return this;
  }

  /** All that follows is done before it answers. */
  async send(type: string, target: Uuid, data: object, by: Actor, { on, ...more }: Sending = {}): Promise<Outcome> {
    const own = id(`command ${this.#commands++}`) as Uuid as CommandId;
    this.#now += PAUSE_MS; // what is closed is known everywhere
    const request: CommandRequest = {
      id: own,
      digest: sha256(canonicalJson({ type, data })),
      actor: by,
      source: 'api',
      mayBackdate: more.source === 'clock',
      correlation: own,
      ...(on !== undefined && { effectiveOn: on as BusinessDate }),
      ...more,
    };
    const outcome = await execute(this.ledger, { type, target, data }, request);
    await this.host.drain();
    return outcome;
  }

  async do(...sent: Parameters<StoryLedger['send']>): Promise<Accepted> {
    const outcome = await this.send(...sent);
    if (outcome.kind !== 'accepted') throw new Error(`${sent[0]} was refused: ${JSON.stringify(outcome)}`);
    return outcome;
  }

  /** What the clock does. */
  tick(type: string, target: Uuid, data: object, on?: string): Promise<Accepted> {
    return this.do(type, target, data, SYSTEM_ACTOR, { source: 'clock', ...(on !== undefined && { on }) });
  }

  /** Days pass; a subscription's months are earned, and its ends come, each on its own day. */
  async until(day: string, subscription: Uuid): Promise<this> {
    for (;;) {
      const { state } = await this.ledger.load(
        all['BringUpToDate'] as Decider<unknown, Command, NewEvent>,
        subscription,
      );
      const { due } = (all['BringUpToDate'] as Decider<unknown, Command, NewEvent>).summary(state);
      const next = typeof due === 'string' ? readDue(due) : undefined;
      if (next === undefined || next.on > day) return this.on(day);
      await this.on(next.on).tick('BringUpToDate', subscription, { due }, next.on);
    }
  }

  /** Asked for and approved by two people; then the clock ends it, and carries a year's result to 3000. @returns the sequence */
  async close(entity: PartyId, period: string, clerk: Actor, approver: Actor): Promise<number> {
    const target = periodsId(entity);
    const asked = await this.do('RequestClosing', target, { entity, period }, clerk);
    const request = asked.event?.id as EventId;
    await this.do('ApproveClosing', target, { request }, approver);
    this.#now += SETTLING_MS;
    const closed = await this.tick('ClosePeriod', target, { request });
    const through = `${period}-12-31` as BusinessDate;
    const results = new Results(entity, through);
    for (const event of await this.log()) results.take(event);
    await this.tick('CloseYear', target, { request, results: results.list() }, through);
    return closed.sequence as number;
  }

  async log(): Promise<readonly Envelope[]> {
    const log = await wholeLog(this.store);
    return log.map(({ event }) => event).filter(({ stream }) => !stream.startsWith('_'));
  }

  /** @param sequence what is known; absent: all of it */
  async report(name: string, asked: Record<string, string>, sequence?: number): Promise<Made> {
    const report = reports.find((each) => each.name === name);
    if (report === undefined) throw new Error(`there is no report ${name}`);
    const values = valuesOf(report, asked, businessDateAt(this.#now));
    return make(report, values, sequence ?? (await this.log()).length - 1, this.#places, () => {});
  }

  /** What is behind a cell of a report, all of it: what is brought forward, and what it comes to with each event. */
  async explanation(
    name: string,
    asked: Record<string, string>,
    cell: string,
  ): Promise<readonly (bigint | string | null)[]> {
    const report = reports.find((each) => each.name === name)!;
    const values = valuesOf(report, asked, businessDateAt(this.#now));
    const sequence = (await this.log()).length - 1;
    const named = cellOf(report, cell);
    if ('replay' in report.source) {
      const { effects } = await trace(report, values, named, sequence, this.#places, () => {});
      return effects.flatMap(({ before, after }) => [before, after]);
    }
    const sources = { ...this.#places, sequence, eventsAt: eventsAt(this.models, this.store) };
    const { opening, effects } = await pageOfLines(report, values, named, sources, { after: undefined, limit: 1_000 });
    return [opening ?? 0n, ...effects.flatMap(({ before, after }) => [before, after])];
  }

  get #places(): Places {
    const { store: events, models } = this;
    return { events, models, closingsOf: closingsOf(models), upcast: (event: Envelope) => catalogue.upcast(event) };
  }

  async dispose(): Promise<void> {
    await this.feed.stop();
    await this.models.close();
    await this.store.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function execute(ledger: Ledger, command: Command, request: CommandRequest): Promise<Outcome> {
  const decider = all[command.type] as Decider<unknown, Command, NewEvent> | undefined;
  if (decider === undefined) throw new Error(`nobody decides ${command.type}`);
  return ledger.execute(decider, { ...command, request } as never);
}
