import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedLeases } from '../../src/leases/embedded-leases.js';
import { COSIGNATURE_V1, verifierKey, writeVkey } from '../../src/transparency/keys.js';
import { LogBuilder } from '../../src/transparency/log-builder.js';
import type { LogStatus } from '../../src/transparency/log-status.js';
import { openSqliteLogStorage } from '../../src/transparency/sqlite/sqlite-log-storage.js';
import { readWitnesses } from '../../src/transparency/witnesses/witness-policy.js';
import { signedCheckpoint } from '../../src/verify/checkpoint.js';
import { parsePolicy } from '../../src/verify/policy.js';
import { envelope, LEDGER, newStream } from '../event-store/envelopes.js';
import { InMemoryEventStore } from '../event-store/in-memory.js';
import { logKey } from '../transparency/support/keys.js';

/**
 * litewitness (filippo.io/torchwood), the witness of another hand that runs in the public witness network. It keeps its
 * key in an ssh-agent and the logs that it knows in a file of SQLite, which its own tool for that would write.
 */
const MODULE = 'filippo.io/torchwood/cmd/litewitness@v0.6.1';
const place = mkdtempSync(join(tmpdir(), 'sijill-litewitness-'));
const run = (program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  spawnSync(program, args, { cwd: place, encoding: 'utf8', env: { ...process.env, ...env } });
const isAtHand =
  run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', 'key']).status === 0 &&
  run('sh', ['-c', 'command -v ssh-agent ssh-add']).status === 0 &&
  run('go', ['install', MODULE], { GOBIN: place }).status === 0;
const HOW_TO_RUN = 'needs OpenSSH, Go 1.24 or later and, the first time, a module proxy';

const LOG = logKey('log.example.sa/ledger');
const VKEY = writeVkey(LOG);
const NAME = 'witness.example/lite';
const MINUTES = 300_000;

const running: ChildProcess[] = [];
afterAll(() => {
  for (const child of running) child.kill();
  rmSync(place, { recursive: true, force: true });
});

const soon = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
};
const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => (socket.destroy(), resolve(true))).once('error', () => resolve(false));
  });
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Writes what `witnessctl add-log` and `add-key` would. */
function introduce(): void {
  const Libsql = createRequire(import.meta.url)('libsql') as new (path: string) => {
    exec(sql: string): void;
    prepare(sql: string): { run(...values: readonly unknown[]): void };
    close(): void;
  };
  const file = new Libsql(join(place, 'witness.db'));
  file.exec('CREATE TABLE log (origin TEXT PRIMARY KEY, tree_size INTEGER NOT NULL, tree_hash TEXT NOT NULL)');
  file.exec('CREATE TABLE key (origin TEXT NOT NULL, key TEXT NOT NULL, FOREIGN KEY(origin) REFERENCES log(origin))');
  file.prepare('INSERT INTO log VALUES (?, 0, ?)').run(LOG.name, createHash('sha256').digest('base64'));
  file.prepare('INSERT INTO key VALUES (?, ?)').run(LOG.name, VKEY);
  file.close();
}

/** @returns its line of a policy */
async function litewitness(): Promise<string> {
  const socket = join(place, 'agent');
  running.push(spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' }));
  await soon(() => existsSync(socket));
  expect(run('ssh-add', ['-q', 'key'], { SSH_AUTH_SOCK: socket })).toMatchObject({ status: 0 });
  const [, fingerprint = ''] = run('ssh-keygen', ['-lf', 'key.pub']).stdout.split(' ');
  introduce();
  const port = await freePort();
  const at = [
    '-name',
    NAME,
    '-key',
    fingerprint,
    '-ssh-agent',
    socket,
    '-db',
    'witness.db',
    '-listen',
    `127.0.0.1:${port}`,
  ];
  running.push(spawn(join(place, 'litewitness'), at, { cwd: place, stdio: 'ignore' }));
  await soon(() => answers(port));
  const [, blob = ''] = readFileSync(join(place, 'key.pub'), 'utf8').split(' ');
  const vkey = writeVkey(verifierKey(NAME, COSIGNATURE_V1, Buffer.from(blob, 'base64').subarray(-32)));
  return `witness lite ${vkey} http://127.0.0.1:${port}`;
}

(isAtHand ? describe : describe.skip)(`litewitness, a witness of another hand (${HOW_TO_RUN})`, () => {
  let policy: string;
  beforeAll(async () => {
    policy = `${await litewitness()}\nquorum lite\n`;
  }, MINUTES);

  /** A log over a store, until it is as it should be; then it is closed. */
  async function logOf(store: InMemoryEventStore, file: string, until: (status: LogStatus) => boolean) {
    const storage = openSqliteLogStorage(join(place, file));
    const stop = new AbortController();
    let last: LogStatus | undefined;
    const builder = new LogBuilder({
      ledger: LEDGER,
      reader: store,
      storage,
      leases: new EmbeddedLeases(),
      key: LOG,
      saltOf: (id) => createHash('sha256').update(id).digest('hex'),
      witnesses: readWitnesses(policy, VKEY),
      report: (status) => {
        last = status;
        if (until(status)) stop.abort();
      },
      log: () => undefined,
      paceMs: 5,
    });
    await builder.run(stop.signal);
    const witnessed = await storage.witnessed();
    await storage.close();
    return { last: last!, witnessed };
  }
  const happen = async (store: InMemoryEventStore, count: number): Promise<void> => {
    for (let at = 0; at < count; at++) {
      const event = envelope(newStream(), 0, { data: { note: `${at}` } });
      await store.append(event.stream, 'none', [event]);
    }
  };

  const store = new InMemoryEventStore();
  test(
    'cosigns checkpoints, from nothing and from each that it cosigned before',
    async () => {
      for (const [count, size] of [
        [1, 1],
        [6, 7],
        [0, 7],
        [300, 307],
      ] as const) {
        await happen(store, count);
        const { witnessed } = await logOf(
          store,
          'transparency.db',
          (status) => status.witnesses?.[0]!.cosigned === size,
        );
        const checkpoint = signedCheckpoint(witnessed!.note, parsePolicy(`log ${VKEY}\n${policy}`));
        expect([checkpoint.size, checkpoint.witnesses.map(({ key }) => key.name)]).toEqual([size, [NAME]]);
      }
    },
    MINUTES,
  );

  test(
    'has seen more than a log that was put back, and stops it',
    async () => {
      const older = new InMemoryEventStore();
      await happen(older, 5);
      const { last } = await logOf(older, 'older.db', ({ state }) => state === 'halted');
      expect(last).toMatchObject({ size: 5, halt: 'ROLLED_BACK' });
    },
    MINUTES,
  );

  test(
    'has seen another log than one that was rewritten, and stops it',
    async () => {
      const other = new InMemoryEventStore();
      await happen(other, 400);
      const { last } = await logOf(other, 'other.db', ({ state }) => state === 'halted');
      expect(last).toMatchObject({ size: 400, halt: 'FORKED' });
    },
    MINUTES,
  );
});
