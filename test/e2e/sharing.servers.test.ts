import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import mongoose from 'mongoose';
import { catalogue, projections } from '../../src/composition.js';
import type { DebtEvent } from '../../src/contexts/debts/events.js';
import { evolve } from '../../src/contexts/debts/evolve.js';
import type { DebtState } from '../../src/contexts/debts/state.js';
import { openEventStoreDbReader } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { beginFilling, fill, swap } from '../../src/feed/rebuild.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { PACE } from '../../src/leases/mongo/mongo-leases.js';
import { openMongoReadModels } from '../../src/read-models/mongo/mongo-read-models.js';
import type { ReadModels } from '../../src/read-models/read-models.js';
import { sijill } from '../cli/moving.js';
import { generator } from '../generator.js';
import { InMemoryReadModels } from '../read-models/in-memory.js';
import { describeMongoDb, MongoDb } from '../servers/mongodb/mongodb.js';
import { hasRedis, RedisServer } from '../servers/redis/redis.js';
import { Cluster, DEBTOR, expectRight, receipt, sar, type Acknowledged, type Ask } from './cluster.js';
import { until, type Answer, type Server } from './server.js';

/* Three servers share an EventStoreDB (protocol-level), a MongoDB (FerretDB, unless it is a real one) and, where there is one, a Redis. */

/**
 * Until a lease has lapsed and is seen to; its consumers then go on, which takes as long as this machine, with all else
 * that it does, lets them.
 * @param usualMs what the same takes where no lease moves
 */
const takeoverMs = (usualMs: number): number => PACE.lifetimeMs + PACE.paceMs + 5_000 + 5 * usualMs;

/** The same few people send everything. */
const MANY = { SIJILL_REFUSALS_PER_HOUR: '100000', SIJILL_REQUESTS_PER_MINUTE: '100000' };

describeMongoDb('three servers that share all stores', () => {
  let mongo: MongoDb;
  let redis: RedisServer | undefined;
  let uri: string;
  let cluster: Cluster;
  beforeAll(async () => {
    mongo = await MongoDb.start();
    if (hasRedis) redis = await RedisServer.start();
  });
  afterAll(async () => {
    await mongo.dispose();
    await redis?.dispose();
  });
  beforeEach(async () => {
    uri = mongo.uri(`sijill_test_sharing_${Date.now()}`);
    const log = { LOG_MONGODB_URI: `${uri}_log`, SIJILL_LOG_KEY: '0f'.repeat(32) };
    const jobs = redis !== undefined && { REDIS_URL: redis.url };
    cluster = await Cluster.of(3, { MONGODB_URI: uri, ...log, ...MANY, ...jobs });
    const [first, ...others] = cluster.servers as [Server, ...Server[]];
    await cluster.start(first); // FerretDB panics where two make one collection
    await Promise.all(others.map((server) => cluster.start(server)));
  });
  afterEach(() => cluster.dispose());

  const standing = async (server: Server) =>
    (await cluster.get(server, 'operator', '/v1/projections')).body.items as readonly {
      readonly name: string;
      readonly kind: 'projection' | 'policy';
      readonly state: string;
      readonly holder?: string;
    }[];

  async function holderOf(kind: 'projection' | 'policy', among = cluster.servers): Promise<Server | undefined> {
    for (const server of among) {
      const consumers = (await standing(server)).filter((each) => each.kind === kind);
      if (consumers.every(({ holder, state }) => holder === undefined && state !== 'waiting')) return server;
    }
    return undefined;
  }

  /** The leases that a process neither gave away nor lost to another. */
  async function leasesOf(holder: string): Promise<readonly string[]> {
    const connection = await mongoose.createConnection(uri).asPromise();
    try {
      const records = await connection.collection('leases').find().toArray();
      const last = records.filter(({ name, token }) => !records.some((l) => l['name'] === name && l['token'] > token));
      return last.flatMap(({ name, holder: whose, released }) =>
        whose === holder && !released ? [name as string] : [],
      );
    } finally {
      await connection.close();
    }
  }

  /** How the transparency log stands, as a server sees it. */
  const log = async (server: Server) =>
    (await server.call('GET', '/health/ready')).body.checks.transparency as {
      readonly state: string;
      readonly signed: number;
      readonly process?: string;
    };
  const checkpoint = async (server: Server): Promise<string> =>
    (await fetch(`${server.url}/transparency/checkpoint`)).text();

  /** Until a checkpoint covers all events, and that is the one which each of these servers publishes. */
  async function signed(servers: readonly Server[]): Promise<string> {
    const count = (await cluster.events()).filter(({ stream }) => !stream.startsWith('_')).length;
    const [first] = servers as [Server];
    const note = await until(
      () => checkpoint(first),
      (text) => text.split('\n')[1] === String(count),
      120_000,
    );
    for (const server of servers) expect(await checkpoint(server)).toBe(note);
    return note;
  }

  async function signerAmong(servers: readonly Server[]): Promise<Server | undefined> {
    for (const server of servers) {
      const { state, process: other } = await log(server);
      if (state === 'running' && other === undefined) return server;
    }
    return undefined;
  }

  /** That a later log holds all of an earlier one, as anybody proves it who kept a checkpoint. */
  async function expectGrown(kept: string, server: Server): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'sijill-grown-'));
    const grown = await (await fetch(`${server.url}/transparency/consistency?from=${kept.split('\n')[1]}`)).text();
    const vkey = await (await fetch(`${server.url}/transparency/vkey`)).text();
    for (const [name, text] of Object.entries({ kept, grown, vkey })) writeFileSync(join(folder, name), text);
    const files = ['kept', 'grown'].map((name) => join(folder, name));
    const args = ['verify', 'consistency', ...files, '--vkey', join(folder, 'vkey')];
    expect(await sijill(args, {})).toMatchObject({ code: 0, out: expect.stringMatching(/^PROVED: /) });
    rmSync(folder, { recursive: true });
  }

  async function othersThan(server: Server): Promise<readonly Server[]> {
    return cluster.servers.filter((each) => each !== server);
  }

  /** How long a command takes of which all that follows is waited for, in milliseconds. */
  async function untilShown(server: Server, debt: string, key: string): Promise<number> {
    const began = performance.now();
    const headers = { prefer: 'wait=25' };
    const body = receipt(debt, key, '1.00');
    const answer = await cluster.post(server, { who: 'bank', path: '/v1/receipts', body, key, headers });
    expect([answer.status, answer.headers.get('preference-applied')]).toEqual([201, 'wait=25']);
    return performance.now() - began;
  }

  const received = async (server: Server, debt: string): Promise<string> =>
    (await cluster.get(server, 'debtor', `/v1/debts/${debt}`)).body.received.amount;

  test('one server runs each consumer, and all answer as it does; killed, frozen or stopped, another takes over', async () => {
    const [any] = cluster.servers as [Server];
    const debt = await cluster.registered(any, 'a-debt');
    const holder = (await holderOf('projection'))!;
    let usual = 0;
    for (const server of await othersThan(holder)) {
      for (const { holder: id, state } of await standing(server))
        expect([typeof id, state]).toEqual(['string', 'running']);
      usual = Math.max(usual, await untilShown(server, debt, `from-${cluster.servers.indexOf(server)}`));
      const { status, body } = await server.call('GET', '/health/ready');
      expect(status).toBe(200);
      expect(body.checks.projections['debt-list']).toMatch(/^running in process [0-9a-f]{8}, \d+ behind$/);
    }
    for (const server of cluster.servers) expect(await received(server, debt)).toBe('2.00');

    const [asked] = (await othersThan(holder)) as [Server];
    const rebuild = { who: 'operator', path: '/v1/projections/debt-list/rebuild', body: {}, key: 'rebuild' } as const;
    expect((await cluster.post(asked, rebuild)).status).toBe(202);
    await until(
      async () => holder.said.filter((line) => line.includes('rebuilt debt-list')).length,
      (times) => times === 1,
    );

    // Killed: it lapses.
    await holder.stop('SIGKILL');
    const [survivor, ...more] = (await othersThan(holder)) as [Server, Server];
    const afterKill = await untilShown(survivor, debt, 'after-the-kill');
    expect(afterKill).toBeLessThan(takeoverMs(usual));
    expect(await received(survivor, debt)).toBe('3.00');
    await cluster.start(holder);

    // Frozen: it lapses too, and the frozen one knows when it wakes up.
    const frozen = (await holderOf('projection'))!;
    frozen.freeze();
    const [awake] = (await othersThan(frozen)) as [Server];
    const afterFreeze = await untilShown(awake, debt, 'after-the-freeze');
    frozen.thaw();
    expect(afterFreeze).toBeLessThan(2 * takeoverMs(usual)); // it may have held both leases, or only the one
    await until(
      () => standing(frozen),
      (consumers) => consumers.some(({ kind, holder: id }) => kind === 'projection' && id !== undefined),
    );
    expect(await received(frozen, debt)).toBe('4.00');

    // Stopped: it gives its leases away, so that nobody waits for one to lapse.
    const stopping = (await holderOf('projection'))!;
    const [next] = (await othersThan(stopping)) as [Server];
    const { holder: id = '' } = (await standing(next)).find(({ kind }) => kind === 'projection')!;
    expect(await leasesOf(id)).toContain('projections');
    expect(await stopping.stop('SIGTERM')).toBe(0);
    expect(await leasesOf(id)).toEqual([]);
    const afterStop = await untilShown(next, debt, 'after-the-stop');
    expect(more).toHaveLength(1);
    process.stdout.write(
      `shown after a kill in ${afterKill.toFixed()} ms, a freeze in ${afterFreeze.toFixed()} ms, a stop in ${afterStop.toFixed()} ms\n`,
    );
  });

  test('one server signs the log and all publish it; killed, frozen or stopped, another goes on from what it signed', async () => {
    const [any] = cluster.servers as [Server];
    const debt = await cluster.registered(any, 'a-debt');
    let kept = await signed(cluster.servers);
    for (const how of ['SIGKILL', 'SIGSTOP', 'SIGTERM'] as const) {
      const signer = await until(
        () => signerAmong(cluster.servers),
        (server) => server !== undefined,
      );
      const others = cluster.servers.filter((server) => server !== signer);
      if (how === 'SIGSTOP') signer!.freeze();
      else await signer!.stop(how);
      const body = receipt(debt, how, '1.00');
      await cluster.post(others[0]!, { who: 'bank', path: '/v1/receipts', body, key: how });
      await Promise.all(others.map((server) => server.quiet()));
      const now = await signed(others);
      await expectGrown(kept, others[1]!);
      if (how === 'SIGSTOP') signer!.thaw();
      else await cluster.start(signer!);
      // It finds out that another signs, and neither halts nor takes anything back.
      await until(
        () => log(signer!),
        ({ state, process: other, signed: size }) =>
          state === 'running' && other !== undefined && size >= Number(now.split('\n')[1]),
      );
      kept = await signed(cluster.servers);
    }

    // What is read beside the servers, by somebody who has the stores, is the same.
    const place = mkdtempSync(join(tmpdir(), 'sijill-log-'));
    const settings = { ...any.settings, SIJILL_DATA: any.data };
    const published = await sijill(['transparency', 'export', join(place, 'site')], settings);
    expect([published.code, readFileSync(join(place, 'site', 'checkpoint'), 'utf8')]).toEqual([0, kept]);
    const { findings } = JSON.parse((await sijill(['doctor', '--json'], settings)).out) as {
      findings: { check: string; level: string }[];
    };
    expect(findings.filter(({ check }) => check === 'transparency')).toMatchObject([{ level: 'ok' }]);
    const [event] = (await cluster.events()).filter(({ type }) => type === 'debts.DebtRegistered');
    const texts = await Promise.all(
      cluster.servers.map((server) => cluster.text(server, 'debtor', `/v1/proofs-of-record/${event!.id}`)),
    );
    expect(new Set(texts).size).toBe(1);
    const [file, key] = [join(place, 'proof'), join(place, 'vkey')];
    writeFileSync(file, texts[0]!);
    writeFileSync(key, await (await fetch(`${any.url}/transparency/vkey`)).text());
    expect(await sijill(['verify', 'record', file, '--vkey', key], {})).toMatchObject({ code: 0 });
    rmSync(place, { recursive: true });
  }, 600_000);

  /** Of which at least so many are sent; something happens to a server each time that so many more were. */
  const COMMANDS = Number(process.env['SIJILL_TEST_COMMANDS'] ?? 600);
  const EVERY = 150;
  const CLIENTS = 8;

  test(`killed at random under ${COMMANDS} commands: nothing is lost, doubled or refused by what was, and all is as a rebuild makes it`, async () => {
    const keys = Array.from({ length: 12 }, (_, n) => `debt-${n}`);
    const debts: string[] = [];
    for (const key of keys) debts.push(await cluster.registered(cluster.servers[0]!, key));
    const seed = Number(process.env['SIJILL_TEST_SEED'] ?? Date.now() % 1_000_000);
    const random = generator(seed);
    const acknowledged: Acknowledged[] = [];
    const unexpected: unknown[] = [];
    /** The revision of each debt that some client had been told of. */
    const known = new Map<string, number>();
    const refused: { readonly attempt: string; readonly debt: string; readonly knownThen: number }[] = [];
    let sent = 0;

    async function ask(debt: string | undefined, wanted: Ask): Promise<Answer> {
      const knownThen = (debt !== undefined && known.get(debt)) || 0;
      const answer = await cluster.ask(wanted, random);
      const { status, body } = answer;
      if (body?.event !== undefined) {
        acknowledged.push({ event: body.event, revision: body.revision });
        if (debt !== undefined) known.set(debt, Math.max(known.get(debt) ?? 0, body.revision));
      } else if (body?.attempt !== undefined) {
        acknowledged.push({ event: body.attempt });
        if (debt !== undefined) refused.push({ attempt: body.attempt, debt, knownThen });
      } else if (status !== 412) unexpected.push([status, body]);
      return answer;
    }

    async function client(): Promise<void> {
      while (sent < COMMANDS) {
        const key = `command-${++sent}`;
        const debt = debts[Math.floor(random() * debts.length)]!;
        if (random() < 0.5) {
          const body = receipt(debt, key, `${1 + Math.floor(random() * 9)}.00`);
          await ask(undefined, { who: 'bank', path: '/v1/receipts', body, key });
          continue;
        }
        const path = `/v1/debts/${debt}/payment-requests`;
        const asked = await ask(debt, { who: 'debtor', path, body: { amount: sar('1.00') }, key });
        if (asked.status !== 200) continue;
        sent++;
        const decision = random() < 0.5 ? 'approval' : 'decline';
        const body = decision === 'decline' ? { reason: 'other' } : {};
        const decided = `/v1/debts/${debt}/requests/${asked.body.event}/${decision}`;
        // Receipts are applied meanwhile: whoever decides looks at the debt again.
        for (let revision = asked.body.revision as number, again = 0; ; again++) {
          const headers = { 'if-match': `"${revision}"` };
          const answer = await ask(debt, { who: 'approver', path: decided, body, key: `${key}-${again}`, headers });
          if (answer.status !== 412) break;
          revision = Number(/\d+/.exec(answer.headers.get('etag') ?? '')?.[0] ?? revision + 1);
        }
      }
    }

    let over = false;
    const done = Promise.all(Array.from({ length: CLIENTS }, client)).finally(() => (over = true));
    for (let next = EVERY / 2; next < COMMANDS && !over; next += EVERY) {
      while (sent < next && !over) await wait(5);
      const victim = cluster.servers[Math.floor(random() * 3)]!;
      if (random() < 0.25) {
        victim.freeze();
        await wait(PACE.lifetimeMs + 2 * PACE.paceMs);
        victim.thaw();
      } else {
        await victim.stop('SIGKILL');
        await cluster.start(victim);
      }
    }
    await done;
    expect([seed, unexpected]).toEqual([seed, []]);

    const shown = await Promise.all(
      cluster.servers.map(async (server) => {
        await server.quiet();
        const paths = [...debts.map((id) => `/v1/debts/${id}`), `/v1/parties/${DEBTOR}/balances`];
        return Promise.all(paths.map(async (path) => (await cluster.get(server, 'debtor', path)).body));
      }),
    );
    expect(shown[1]).toEqual(shown[0]);
    expect(shown[2]).toEqual(shown[0]);

    // The root that was signed is that of the events, by who was given them and trusts nobody.
    await signed(cluster.servers);
    const audit = join(mkdtempSync(join(tmpdir(), 'sijill-audit-')), 'ledger');
    const [server] = cluster.servers as [Server];
    const key = (await (await fetch(`${server.url}/transparency/vkey`)).text()).trimEnd();
    const stores = { ...server.settings, SIJILL_DATA: server.data };
    expect(await sijill(['export', '--audit', audit], stores)).toMatchObject({ code: 0 });
    const audited = await sijill(['verify', 'audit', audit, '--vkey', key], {});
    expect([audited.code, audited.err, audited.out]).toEqual([0, '', expect.stringMatching(/^PROVED: the \d+ events/)]);
    rmSync(dirname(audit), { recursive: true });

    expect(acknowledged.length).toBeGreaterThan(COMMANDS / 2);
    const log = await cluster.events();
    expectRight(log, acknowledged);
    expect(falseRefusals(log, refused)).toEqual([]);
    expect(refused.length).toBeGreaterThan(0);
    const models = await openMongoReadModels(uri);
    try {
      expect(await documentsIn(models)).toEqual(await rebuilt(cluster.store.url));
    } finally {
      await models.close();
    }
  });
});

/**
 * Refusals of a debt that its rule does not bear out, or that were decided on less than somebody had been told before the
 * command was sent.
 */
function falseRefusals(
  log: readonly Envelope[],
  refused: readonly { readonly attempt: string; readonly debt: string; readonly knownThen: number }[],
): readonly unknown[] {
  const byId = new Map(log.map((event) => [event.id as string, event]));
  return refused.flatMap(({ attempt, debt, knownThen }) => {
    const { targetRevision, code } = byId.get(attempt)!.data as { targetRevision: number; code: string };
    const history = log.filter(({ stream, revision }) => stream === `debt-${debt}` && revision <= targetRevision);
    const state = history.reduce<DebtState>(
      (before, event) => evolve(before, event as unknown as DebtEvent & Envelope),
      null,
    );
    const isTrue = targetRevision >= knownThen && state !== null && bearsOut(code, state);
    return isTrue ? [] : [{ attempt, debt, code, targetRevision, knownThen }];
  });
}

function bearsOut(code: string, { request, received, approved }: NonNullable<DebtState>): boolean {
  switch (code) {
    case 'PENDING':
      return request !== null;
    case 'NONE':
      return request === null;
    case 'NOT_RECEIVED':
      return request !== null && received < approved + 100n;
    default:
      return false;
  }
}

/** Every document of every projection, with the sequence that was folded last. */
async function documentsIn(models: ReadModels): Promise<Readonly<Record<string, unknown>>> {
  const found: Record<string, unknown> = {};
  for (const { name, model } of projections) {
    const documents: unknown[] = [];
    for await (const each of models.scan(model)) documents.push(each);
    found[name] = documents;
  }
  return found;
}

/** What the log alone makes of them. */
async function rebuilt(url: string): Promise<Readonly<Record<string, unknown>>> {
  const reader = openEventStoreDbReader(url);
  const readModels = new InMemoryReadModels();
  await readModels.open(projections.map(({ model }) => model));
  const source = { reader, readModels, catalogue, pageSize: 500 };
  try {
    const fillings = await beginFilling(source, projections);
    await fill(source, fillings, new AbortController().signal);
    for (const filling of fillings) await swap(source, filling);
    return await documentsIn(readModels);
  } finally {
    await reader.close();
  }
}
