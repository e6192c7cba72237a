import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dueSubscriptions } from '../../projections/subscriptions/due.js';
import { subscriptions } from '../../projections/subscriptions/projection.js';
import { keepSubscriptions } from '../../src/contexts/subscriptions/subscriptions.jobs.js';
import { openEmbeddedJobs } from '../../src/jobs/embedded/embedded-jobs.js';
import type { Jobs } from '../../src/jobs/jobs.js';
import { businessDateAt } from '../../src/kernel/calendar.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { receiptId, subscriptionId, type CommandId, type PartyId } from '../../src/kernel/ids.js';
import { eventually, Hand } from '../contract/jobs/opened.js';
import { actor, id, party } from '../given.js';
import { foldAll } from '../projections/life.js';
import { RealWorld } from '../projections/real-world.js';
import { ENTITY, ESTABLISHMENT, owner, purchase } from './cast.js';

const BANK = party('bank');
const teller = actor('teller', 'bank', BANK);
/** What a year owes to the calendar: twelve months, three reminders, its end. */
const KEPT = 16;

/** The whole write side and read side on files, with a clock that the test sets, and the job that keeps the calendar. */
class Calendar {
  readonly clock = new Hand(Date.parse('2026-03-01T09:00:00Z'));
  readonly folder = mkdtempSync(join(tmpdir(), 'sijill-clock-'));
  world!: RealWorld;
  jobs!: Jobs;
  /** Commands of the clock that wait for their answer, and the most that ever did. */
  inFlight = 0;
  most = 0;
  sent = 0;
  /** So many commands of the clock are let through; then the process dies, as far as the job can tell. */
  untilDeath = Infinity;

  async open(): Promise<void> {
    this.world = await RealWorld.open(this.folder, this.clock);
    await this.world.start(1_000);
    this.jobs = openEmbeddedJobs({
      path: join(this.folder, 'jobs.db'),
      jobs: [keepSubscriptions(dueSubscriptions)],
      doors: {
        clock: this.clock,
        readModels: this.world.readModels,
        log: () => undefined,
        send: async (command, request) => {
          if (this.sent >= this.untilDeath) throw new Error('the process died');
          this.sent++;
          this.most = Math.max(this.most, ++this.inFlight);
          try {
            return await this.world.execute(command, request);
          } finally {
            this.inFlight--;
          }
        },
      },
      pollMs: 5,
    });
    this.jobs.start();
    await eventually(async () => (await this.jobs.list({ limit: 9 })).length, 1); // its next hour stands
  }

  async buy(users: number): Promise<string[]> {
    const bought = await Promise.all(
      Array.from({ length: users }, async (_, n) => {
        const user = party(`user ${n}`);
        const subscription = subscriptionId(ESTABLISHMENT, user, 'basic');
        await this.#send(`buy ${n}`, { ...purchase({ user }), target: subscription }, owner);
        const reference = `FT-${n}`;
        const target = { subscription };
        const facts = { bank: BANK, reference, payer: ESTABLISHMENT, payee: ENTITY as PartyId, target, match: target };
        const money = { amount: '115.00', currency: 'SAR', paidOn: '2026-03-01', channel: 'sadad', sector: 'labour' };
        const data = { ...facts, ...money };
        await this.#send(`pay ${n}`, { type: 'RecordReceipt', target: receiptId(BANK, reference), data }, teller);
        return subscription;
      }),
    );
    await this.world.drain();
    return bought;
  }

  async #send(name: string, command: Parameters<RealWorld['send']>[0]['command'], by: typeof owner): Promise<void> {
    const outcome = await this.world.send({ id: id(name) as unknown as CommandId, command, by });
    if (outcome.kind !== 'accepted') throw new Error(`${name}: ${outcome.code}`);
  }

  /** Time passes, and the job does what it does then. */
  async passTo(instant: string): Promise<void> {
    this.clock.set(instant);
    await eventually(async () => {
      const waiting = await this.jobs.list({ limit: 9 });
      return waiting.filter(({ at, state }) => state !== 'scheduled' || at <= this.clock.now()).length;
    }, 0);
    await this.world.drain();
  }

  /** What the clock did to each subscription, in order. */
  async kept(): Promise<ReadonlyMap<string, readonly Envelope[]>> {
    const kept = new Map<string, Envelope[]>();
    for (const event of await this.world.log()) {
      const subscription = event.stream.slice('subscription-'.length);
      if (event.source === 'clock') kept.set(subscription, [...(kept.get(subscription) ?? []), event]);
    }
    return kept;
  }

  async dispose(): Promise<void> {
    await this.jobs.close(1_000);
    await this.world.close();
    rmSync(this.folder, { recursive: true });
  }
}

let calendar: Calendar;
beforeEach(async () => {
  calendar = new Calendar();
  await calendar.open();
});
afterEach(() => calendar.dispose());

const said = (events: readonly Envelope[] = []): string[] =>
  events.map(({ type, effectiveOn }) => `${effectiveOn} ${type.slice('subscriptions.'.length)}`);

test('Q7 each thing happens on its day, month by month', async () => {
  const [subscription = ''] = await calendar.buy(1);
  await calendar.passTo('2026-03-31T20:59:59Z');
  expect(said((await calendar.kept()).get(subscription))).toEqual([]);
  await calendar.passTo('2026-03-31T21:00:00Z'); // 1 April in Riyadh
  expect(said((await calendar.kept()).get(subscription))).toEqual(['2026-04-01 MonthEarned']);
  await calendar.passTo('2026-04-30T21:30:00Z');
  expect(said((await calendar.kept()).get(subscription)).at(-1)).toBe('2026-05-01 MonthEarned');
});

test('a service that was down catches up in order, each thing as of its own day; again changes nothing', async () => {
  const bought = await calendar.buy(3);
  await calendar.passTo('2027-04-20T09:00:00Z');
  const kept = await calendar.kept();
  for (const subscription of bought) {
    expect(said(kept.get(subscription))).toEqual([
      ...['04', '05', '06', '07', '08', '09', '10', '11', '12'].map((month) => `2026-${month}-01 MonthEarned`),
      '2027-01-01 MonthEarned',
      '2027-01-30 ExpiryAnnounced',
      '2027-02-01 MonthEarned',
      '2027-02-22 ExpiryAnnounced',
      '2027-02-28 ExpiryAnnounced',
      '2027-03-01 MonthEarned',
      '2027-03-01 SubscriptionExpired',
    ]);
    for (const { recordedAt } of kept.get(subscription)!) expect(recordedAt).toBe('2027-04-20T09:00:00.000Z');
  }
  const before = await calendar.world.log();
  await calendar.passTo('2027-04-20T11:00:00Z');
  expect(await calendar.world.log()).toEqual(before);
  const views = foldAll(subscriptions, before);
  const documents = await calendar.world.documents(subscriptions);
  expect(documents.map(({ id: of, document }) => [of, document])).toEqual(
    [...views].toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
});

test('a run that dies in the middle is done again, and nothing is done twice', async () => {
  const bought = await calendar.buy(20);
  calendar.untilDeath = 100;
  calendar.clock.set('2027-04-20T09:00:00Z');
  // Put down, that is: the next attempt counts from then, and this clock stands.
  await eventually(async () => (await calendar.jobs.list({ limit: 9 }))[0]?.error !== undefined, true);
  calendar.untilDeath = Infinity;
  // The read model may or may not have seen what the first attempt did.
  await calendar.passTo('2027-04-20T09:30:00Z');
  const kept = await calendar.kept();
  expect(bought.map((subscription) => said(kept.get(subscription)).length)).toEqual(bought.map(() => KEPT));
});

test('a read model that is far behind has nothing done twice', async () => {
  const bought = await calendar.buy(5);
  const { readModels } = calendar.world;
  const { documents } = await readModels.query(subscriptions.model, {});
  const stale = documents.map(({ id: subscription, due }) => ({ subscription, due }));
  await calendar.passTo('2027-04-20T09:00:00Z');
  const before = await calendar.world.log();
  const at = calendar.clock.now();
  const job = keepSubscriptions(async () => ({ due: stale as never }));
  const requests = { actor: actor('clock', 'system'), source: 'clock', mayBackdate: true } as const;
  let sent = 0;
  await job.handle({
    key: 'hourly',
    data: {},
    attempt: 1,
    at,
    signal: new AbortController().signal,
    readModels,
    progress: () => undefined,
    send: (command, options) => {
      const commandId = id(`another clock ${sent++}`) as unknown as CommandId;
      const request = { ...requests, id: commandId, digest: '0'.repeat(64), correlation: commandId };
      return calendar.world.execute(command, { ...request, effectiveOn: options?.effectiveOn ?? businessDateAt(at) });
    },
  });
  expect(sent).toBe(bought.length); // each was told that nothing is due any more
  expect(await calendar.world.log()).toEqual(before);
});

test('many that end in the same minute are kept a bounded number at once, each exactly once', async () => {
  const bought = await calendar.buy(120); // more than two pages
  await calendar.passTo('2027-03-01T21:00:00Z');
  const kept = await calendar.kept();
  expect(kept.size).toBe(bought.length);
  for (const events of kept.values()) {
    expect(events).toHaveLength(KEPT);
    expect(events.at(-1)?.type).toBe('subscriptions.SubscriptionExpired');
  }
  expect(calendar.most).toBeGreaterThan(16);
  expect(calendar.most).toBeLessThanOrEqual(32);
});

test('one that cannot be brought up to date keeps nobody else waiting, and the attempt has failed', async () => {
  const bought = await calendar.buy(3);
  const broken = { subscription: bought[0], due: '2026-04-01.refund.1.0' };
  const rest = bought.slice(1).map((subscription) => ({ subscription, due: '2026-04-01.earn.1.1' }));
  const reached: string[] = [];
  const job = keepSubscriptions(async () => ({ due: [broken, ...rest] as never }));
  const run = {
    at: Date.parse('2026-04-01T09:00:00Z'),
    signal: new AbortController().signal,
    readModels: calendar.world.readModels,
    progress: () => undefined,
    send: async ({ target }: { target: string }) => {
      reached.push(target);
      return { kind: 'accepted', state: { state: 'active' } };
    },
  };
  await expect(job.handle(run as never)).rejects.toThrow('1 of 3 subscriptions failed');
  expect(reached.sort()).toEqual(bought.slice(1).sort());
});
