import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attempts } from '../../projections/attempts/projection.js';
import { debtList } from '../../projections/debt-list/projection.js';
import { rebuildOffline } from '../../src/cli/offline-rebuild.js';
import { openLeases, openReadModels } from '../../src/adapters.js';
import { catalogue, projections } from '../../src/composition.js';
import { openSqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import type { Projection } from '../../src/feed/consumers.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { streamName, type CommandId } from '../../src/kernel/ids.js';
import type { Document, ReadModels, Versioned } from '../../src/read-models/read-models.js';
import { openSqliteReadModels } from '../../src/read-models/sqlite/sqlite-read-models.js';
import { uuid } from '../event-store/envelopes.js';
import { actor, id, party } from '../given.js';
import { RealWorld } from '../projections/real-world.js';

const place = mkdtempSync(join(tmpdir(), 'sijill-rebuild-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** A closed ledger with three drafts and a refusal. */
let folders = 0;
async function newLedger(): Promise<{ readonly data: string; readonly drafted: Envelope }> {
  const data = mkdtempSync(join(place, `${++folders}-`));
  const world = await RealWorld.open(data);
  const clerk = actor('clerk', 'clerk', party('ministry'));
  const terms = { creditor: party('ministry'), debtor: party('debtor'), ground: 'fine', sector: 'general' };
  for (const [n, amount] of ['10.00', '20.00', '30.00'].entries()) {
    const command = { type: 'DraftDebt', target: id(`debt ${n}`), data: { ...terms, currency: 'SAR', amount } };
    await world.send({ id: id(`command ${n}`) as unknown as CommandId, command, by: clerk });
  }
  const own = { type: 'RegisterDebt', target: id('debt 0'), data: {} };
  await world.send({ id: id('refused') as unknown as CommandId, command: own, by: clerk });
  await world.drain();
  const drafted = (await world.log()).find(({ type }) => type === 'debts.DebtDrafted') as Envelope;
  await world.close();
  return { data, drafted };
}

async function withModels<T>(data: string, look: (models: ReadModels) => Promise<T>): Promise<T> {
  const models = openSqliteReadModels(join(data, 'read-models.db'));
  try {
    return await look(models);
  } finally {
    await models.close();
  }
}

const documentsOf = (data: string, { model }: Projection): Promise<Versioned[]> =>
  withModels(data, async (models) => {
    const all: Versioned[] = [];
    for await (const each of models.scan(model)) all.push(each);
    return all;
  });

/** What a fault of the program, or of the disk, may leave. */
async function spoil(data: string, { name, model }: Projection): Promise<void> {
  const [first] = await documentsOf(data, { model } as Projection);
  const { id: spoiled, sequence } = first as Versioned;
  const document = { ...(first?.document as Document), note: 'spoiled' };
  await withModels(data, async (models) => {
    const to = (await models.checkpoint(name))!;
    const write = { model: model.name, id: spoiled, document, sequence, previous: sequence };
    await models.apply({ model, generation: 'live' }, name, [write], to);
  });
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The built program, as an operator starts it; Ctrl-C once it has said something. */
async function run(
  args: readonly string[],
  data: string,
  interruptAt?: RegExp,
  settings: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const env = { PATH: process.env['PATH'], SIJILL_DATA: data, ...settings };
  const child = spawn(process.execPath, ['dist/src/cli/main.js', 'rebuild', ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => (out += String(text)));
  child.stderr.on('data', (text) => {
    err += String(text);
    if (interruptAt?.test(err) !== true) return;
    interruptAt = undefined;
    child.kill('SIGINT');
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

describe('rebuild, on the command line', () => {
  test('folds the named projections anew and leaves the others as they are', async () => {
    const { data } = await newLedger();
    const right = await documentsOf(data, debtList);
    for (const each of [debtList, attempts]) await spoil(data, each);
    const spoiled = await documentsOf(data, attempts);
    expect(await documentsOf(data, debtList)).not.toEqual(right);

    const { code, out, err } = await run(['debt-list'], data);
    expect([code, out]).toEqual([0, '']);
    expect(err).toMatch(/^rebuilding debt-list in /);
    expect(err).toMatch(/rebuilt debt-list from 5 events in \d+ s\n$/);
    expect(await documentsOf(data, debtList)).toEqual(right);
    expect(await documentsOf(data, attempts)).toEqual(spoiled);
  });

  test('by default folds all of them anew; a server goes on from there', async () => {
    const { data } = await newLedger();
    const right = await Promise.all(projections.map((each) => documentsOf(data, each)));
    for (const each of [debtList, attempts]) await spoil(data, each);
    const { code, err } = await run([], data);
    expect([code, err]).toEqual([
      0,
      expect.stringContaining(`rebuilt ${projections.map(({ name }) => name).join(', ')}`),
    ]);
    for (const [n, each] of projections.entries()) expect(await documentsOf(data, each)).toEqual(right[n]);
    const places = await withModels(data, (models) =>
      Promise.all(projections.map(({ name }) => models.checkpoint(name))),
    );
    expect(places.map((each) => each?.count)).toEqual(projections.map(() => 5));
  });

  test('refuses a ledger that another process has, and says what to do then', async () => {
    const { data } = await newLedger();
    const store = await openSqliteEventStore(join(data, 'ledger.db'));
    const { code, err } = await run([], data);
    await store.close();
    expect(code).toBe(1);
    expect(err).toContain(
      `rebuild: another process has the ledger in ${data}. If it is a server, begin the rebuild there, `,
    );
    expect(err).toContain('POST /v1/projections/{name}/rebuild');
  });

  test('refuses events that several servers may have, and says what to do then', async () => {
    const settings = { EVENT_STORE_URL: 'esdb://127.0.0.1:1?tls=false' };
    const { code, out, err } = await run([], (await newLedger()).data, undefined, settings);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^rebuild: the events are in EVENT_STORE_URL.+ POST \/v1\/projections.+\n$/);
  });

  test('where there is no ledger it says so, and makes nothing', async () => {
    const nowhere = mkdtempSync(join(place, 'empty-'));
    const { code, err } = await run([], nowhere);
    expect([code, err]).toEqual([1, expect.stringContaining(`rebuild: ${join(nowhere, 'ledger.db')} does not exist`)]);
    expect(readdirSync(nowhere)).toEqual([]);
  });

  test('says how it is used', async () => {
    const help = await run(['--help'], place);
    expect([help.code, help.err]).toEqual([0, '']);
    for (const { name } of projections) expect(help.out).toContain(name);
    for (const [args, message] of [
      [['debts'], 'rebuild: there is no projection debts\n'],
      [['--all'], "rebuild: Unknown option '--all'"],
    ] as const) {
      const { code, out, err } = await run(args, place);
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain(message);
      expect(err).toContain('\n\nUsage: sijill rebuild [NAME…]');
      expect(err).toContain('\n\nsijill rebuild --help says more.\n');
    }
  });

  test('Ctrl-C leaves the live versions as they were; the next run starts anew', async () => {
    const { data, drafted } = await newLedger();
    const store = await openSqliteEventStore(join(data, 'ledger.db'));
    for (let n = 0; n < 12_000; n++) {
      const debt = uuid();
      const stream = streamName('debt', debt);
      const event = { ...drafted, stream, id: uuid() as never, refs: { ...drafted.refs, debt } };
      const appended = store.append(stream, 'none', [event]);
      if (n % 500 === 499) await appended;
    }
    const { count } = await store.head();
    await store.close();

    const stopped = await run([], data, /^rebuilding/);
    expect([stopped.code, stopped.err]).toEqual([
      130,
      expect.stringMatching(/stopped: the live versions are as they were\n$/),
    ]);
    expect(await documentsOf(data, debtList)).toHaveLength(3);
    const whole = await run(['debt-list'], data);
    expect([whole.code, whole.err]).toEqual([
      0,
      expect.stringContaining(`from ${count.toLocaleString('en-US')} events`),
    ]);
    expect(await documentsOf(data, debtList)).toHaveLength(12_003);
  });

  test('an event that a projection cannot handle fails the rebuild, and leaves the live version', async () => {
    const { data } = await newLedger();
    const right = await documentsOf(data, debtList);
    const allergic: Projection = {
      ...debtList,
      evolve() {
        throw new Error('cannot digest');
      },
    };
    const output = { isTTY: false, write: () => true };
    const { signal } = new AbortController();
    const stores = { readModels: () => openReadModels({ data }), leases: () => openLeases({ data }) };
    const rebuilt = rebuildOffline(data, stores, catalogue, [allergic], signal, output);
    await expect(rebuilt).rejects.toMatchObject({ name: 'PoisonEvent', message: expect.stringContaining('event 1') });
    expect(await documentsOf(data, debtList)).toEqual(right);
    expect(await rebuildOffline(data, stores, catalogue, [debtList], signal, output)).toEqual({
      names: ['debt-list'],
      events: 5,
    });
  });
});
