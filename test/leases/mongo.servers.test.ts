import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { acquire, type Lease, type Leases } from '../../src/leases/leases.js';
import { openMongoLeases, type MongoLeases } from '../../src/leases/mongo/mongo-leases.js';
import { at, CONSUMER, idsOf, things, write } from '../contract/read-models/backend.js';
import { leasesContract } from '../contract/leases.contract.js';
import { startMongo, type MongoBackend } from '../read-models/mongo-backend.js';
import { describeMongoDb, isRealMongoDb, MongoDb } from '../servers/mongodb/mongodb.js';

/** Long enough for a busy machine to renew in time, so that what is lost is lost for the reason that the test gives. */
const PACE = { lifetimeMs: 2_000, paceMs: 50 };

describeMongoDb('on a MongoDB', () => {
  let server: MongoDb;
  let backend: MongoBackend;
  let opened: Leases[];
  beforeAll(async () => (server = await MongoDb.start()));
  afterAll(() => server.dispose());

  async function open(): Promise<MongoLeases> {
    const leases = await openMongoLeases(backend.uri, PACE);
    opened.push(leases);
    return leases;
  }
  async function dispose(): Promise<void> {
    for (const leases of opened) await leases.close();
    await backend.dispose();
  }
  async function start() {
    [backend, opened] = [await startMongo(server), []];
    return { open, dispose };
  }

  leasesContract('MongoDB', start);

  describe('a process that folds under a lease', () => {
    let leases: Leases;
    let holder: ChildProcess;
    let lines: Interface;
    const line = async (): Promise<string> => ((await once(lines, 'line')) as [string])[0];
    beforeEach(async () => {
      await start();
      leases = await open();
      const args = [backend.uri, PACE.lifetimeMs, PACE.paceMs].map(String);
      const program = resolve('dist');
      holder = spawn(process.execPath, ['test/leases/folding-process.js', program, ...args], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      lines = createInterface(holder.stdout as Readable);
      expect(await line()).toBe('held 1');
    });
    afterEach(async () => {
      holder.kill('SIGKILL');
      await dispose();
    });

    async function takeover(): Promise<Lease> {
      const lease = (await acquire(leases, 'projections', new AbortController().signal)) as Lease;
      expect(lease.token).toBe(2);
      return lease;
    }

    test('and is killed loses it within the lifetime, and not before', async () => {
      for (let asked = 0; asked < 20; asked++, await wait(PACE.paceMs)) {
        expect((await leases.take('projections')).lease).toBeUndefined();
      }
      const began = performance.now();
      holder.kill('SIGKILL');
      await (await takeover()).release();
      const took = performance.now() - began;
      expect(took).toBeGreaterThan(PACE.lifetimeMs / 2); // it was renewed a quarter of it before, at the most
      expect(took).toBeLessThan(PACE.lifetimeMs + 5_000);
    });

    test('and is frozen knows when it wakes up that it has lost, and its late writes do no harm', async () => {
      holder.kill('SIGSTOP');
      const lease = await takeover();
      const models = await backend.open();
      await models.takeOver(lease.token);
      // So few events that by its count alone the frozen one would be let through.
      const target = await models.beginRebuild(things);
      await models.apply(target, CONSUMER, [write({ id: 'new' })], at(1));
      await models.finishRebuild(target, CONSUMER);

      const said: string[] = [];
      lines.on('line', (each) => said.push(each));
      holder.kill('SIGCONT');
      await once(lines, 'close');
      expect(said.sort()).toEqual(['lost', 'refused StaleWrite']);
      expect([await models.checkpoint(CONSUMER), await idsOf(models, {})]).toEqual([at(1), ['new']]);
      expect(lease.lost.aborted).toBe(false);
      await lease.release();
    });
  });

  const outage = isRealMongoDb ? test.skip : test;
  outage('a store that is away longer than the lifetime: the holder has lost it, and may have it anew', async () => {
    await start();
    const [one, other] = [await open(), await open()];
    const { lease } = (await one.take('projections')) as { lease: Lease };
    await server.kill();
    if (!lease.lost.aborted) await once(lease.lost, 'abort');
    await expect(one.take('projections')).rejects.toMatchObject({ name: 'LeasesUnavailable' });
    await server.start();
    const next = (await acquire(one, 'projections', new AbortController().signal)) as Lease;
    expect(next.token).toBe(2);
    expect(await other.take('projections')).toMatchObject({ holder: one.holder });
    await next.release();
    await dispose();
  });
});
