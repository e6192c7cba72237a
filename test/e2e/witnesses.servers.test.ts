import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signedCheckpoint } from '../../src/verify/checkpoint.js';
import { parsePolicy } from '../../src/verify/policy.js';
import { describeMongoDb, MongoDb } from '../servers/mongodb/mongodb.js';
import { WitnessServer } from '../transparency/support/witness-server.js';
import { Cluster } from './cluster.js';
import { until, type Server } from './server.js';

/* Two servers that share a log, and a witness: each asks at an address of its own, so that it shows which of them did. */

const ORIGIN = 'log.example.sa/ledger';

/** Hands on to a witness what one process asks. */
class Door {
  readonly asked: string[] = [];
  readonly #server: HttpServer;

  constructor(witness: WitnessServer) {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        this.asked.push(body);
        void fetch(`${witness.url}/add-checkpoint`, { method: 'POST', body }).then(async (answer) => {
          const type = answer.headers.get('content-type') ?? 'text/plain';
          response.writeHead(answer.status, { 'content-type': type }).end(await answer.text());
        });
      });
    });
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

describeMongoDb('the witnesses of a log that two processes share', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sijill-witnesses-'));
  const witness = new WitnessServer('one.example');
  const doors: Door[] = [];
  let mongo: MongoDb;
  let cluster: Cluster;
  let vkey: string;
  beforeAll(async () => {
    await witness.start();
    mongo = await MongoDb.start();
    const uri = mongo.uri(`sijill_test_witnesses_${Date.now()}`);
    const log = { LOG_MONGODB_URI: `${uri}_log`, SIJILL_LOG_KEY: '0f'.repeat(32), SIJILL_LOG_ORIGIN: ORIGIN };
    const policies: string[] = [];
    for (const name of ['first', 'second']) {
      const door = await new Door(witness).open();
      const policy = join(folder, name);
      writeFileSync(policy, `witness one.example ${witness.vkey} ${door.url}\nquorum one.example\n`);
      doors.push(door);
      policies.push(policy);
    }
    const each = policies.map((SIJILL_WITNESSES) => ({ SIJILL_WITNESSES }));
    cluster = await Cluster.of(2, { MONGODB_URI: uri, ...log }, each);
    for (const server of cluster.servers) {
      await cluster.start(server); // FerretDB panics where two make one collection
      vkey ??= (await (await fetch(`${server.url}/transparency/vkey`)).text()).trimEnd();
      witness.know(vkey);
    }
  });
  afterAll(async () => {
    await cluster.dispose();
    await mongo.dispose();
    await witness.stop();
    doors.forEach((door) => door.close());
    rmSync(folder, { recursive: true });
  });

  const log = async (server: Server) => (await server.call('GET', '/health/ready')).body.checks.transparency;
  const count = async (): Promise<number> =>
    (await cluster.events()).filter(({ stream }) => !stream.startsWith('_')).length;
  const oldSizes = (door: Door): number[] => door.asked.map((body) => Number(/^old (\d+)\n/.exec(body)![1]));

  async function signer(): Promise<Server> {
    const found = await until(
      async () => {
        const all = await Promise.all(cluster.servers.map(log));
        return cluster.servers[
          all.findIndex(({ state, process: other }) => state === 'running' && other === undefined)
        ];
      },
      (server) => server !== undefined,
    );
    return found as Server;
  }

  /** Until the witness has cosigned all events, and each of these servers publishes that. */
  async function witnessed(servers: readonly Server[]): Promise<void> {
    const policy = parsePolicy(`log ${vkey}\nwitness one.example ${witness.vkey}\nquorum one.example\n`);
    const size = await count();
    for (const server of servers) {
      const text = await until(
        async () => (await fetch(`${server.url}/transparency/witnessed`)).text(),
        (note) => note.split('\n')[1] === String(size),
      );
      expect(signedCheckpoint(text, policy).witnesses.map(({ key }) => key.name)).toEqual(['one.example']);
    }
  }

  const doorOf = (server: Server): Door => doors[cluster.servers.indexOf(server)]!;
  const otherThan = (server: Server): Server => cluster.servers.find((each) => each !== server)!;

  test('only the signer asks; another that takes over goes on from what the witness has cosigned', async () => {
    const killed = await signer();
    const survivor = otherThan(killed);
    await cluster.registered(survivor, 'a-debt');
    await witnessed(cluster.servers);
    expect([doorOf(killed).asked.length > 0, doorOf(survivor).asked]).toEqual([true, []]);

    const size = witness.sizeOf(ORIGIN);
    await killed.stop('SIGKILL');
    await cluster.registered(survivor, 'another-debt');
    await witnessed([survivor]);
    // It asks from nothing first, so that the witness says itself how much it has cosigned.
    const [first, second] = oldSizes(doorOf(survivor));
    expect(first).toBe(0);
    expect(second).toBeGreaterThanOrEqual(size);
    expect(witness.sizeOf(ORIGIN)).toBe(await count());
    await cluster.start(killed);
    await witnessed(cluster.servers);
  });

  test('a witness that has cosigned more stops the signing, whichever process asks', async () => {
    const halting = await signer();
    const more = (await count()) + 1_000;
    witness.misbehave = () => [409, `${more}\n`, { 'content-type': 'text/x.tlog.size' }];
    await cluster.registered(halting, 'a-debt-more');
    for (const server of cluster.servers) {
      const halted = await until(
        () => log(server),
        ({ state }) => state === 'halted',
      );
      expect(halted).toMatchObject({ status: 'up', halt: 'ROLLED_BACK' });
    }
    const survivor = otherThan(halting);
    const asked = doorOf(survivor).asked.length;
    await halting.stop('SIGKILL');
    await cluster.registered(survivor, 'a-debt-still');
    // The lease lapses: the other one takes over, asks, and halts by itself.
    await until(
      async () => [await log(survivor), doorOf(survivor).asked.length] as const,
      ([{ state, process: other }, now]) => state === 'halted' && other === undefined && now > asked,
    );
    const before = (await log(survivor)).signed as number;
    await cluster.registered(survivor, 'a-debt-at-last');
    expect((await log(survivor)).signed).toBe(before);
    expect(survivor.reported.some((line) => line.includes('the transparency log halted (ROLLED_BACK)'))).toBe(true);
  });
});
