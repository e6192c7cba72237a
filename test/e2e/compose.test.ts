import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load, YAML11_SCHEMA } from 'js-yaml';
import { readConfiguration } from '../../src/config/configuration.js';
import { connect } from '../../src/event-store/eventstoredb/connection.js';
import { lossesOf } from '../../src/jobs/bull/durability.js';
import { redisOptions } from '../../src/jobs/bull/redis-url.js';
import { dockerfile, describeImage } from './dockerfile.js';

/* No Docker is asked for: what docker-compose.servers.yml says is read, and held to what its parts know. */

interface Service {
  readonly image: string;
  readonly user?: string;
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string | number>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly networks: readonly string[];
  readonly ports?: readonly string[];
  readonly secrets?: readonly string[];
  readonly volumes: readonly string[];
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly init: boolean;
  readonly stop_grace_period?: string;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
  readonly volumes: Readonly<Record<string, null>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly configs: Readonly<Record<string, { readonly content: string }>>;
}

const TEXT = readFileSync('docker-compose.servers.yml', 'utf8');
const compose = load(TEXT, { schema: YAML11_SCHEMA }) as Compose; // Compose reads `<<`;
const {
  'sijill-1': first,
  'sijill-2': second,
  kurrentdb,
  mongodb,
  redis,
} = compose.services as Record<string, Service>;
const STORES = { kurrentdb, mongodb, redis } as Record<string, Service>;

const place = mkdtempSync(join(tmpdir(), 'sijill-compose-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));
const key = join(place, 'master.key');
writeFileSync(key, Buffer.alloc(32, 7).toString('base64'));

/** What a person must give; `${NAME:?why}` asks for it. */
const GIVEN: Readonly<Record<string, string>> = {
  OIDC_ISSUER: 'https://id.example.sa',
  OIDC_AUDIENCE: 'sijill',
  OIDC_JWKS_URL: 'https://id.example.sa/keys',
  SIJILL_LOG_ORIGIN: 'log.example.sa/ledger',
  MONGODB_ADMIN_PASSWORD: 'a1',
  MONGODB_PASSWORD: 'b2',
  MONGODB_LOG_PASSWORD: 'd4',
  REDIS_PASSWORD: 'c3',
};

const interpolated = (text: string): string =>
  text.replaceAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, sign?: string, rest?: string) => {
    if (GIVEN[name] !== undefined) return GIVEN[name];
    if (sign === '-') return rest ?? '';
    throw new Error(`${name} is not asked for`);
  });

const environmentOf = ({ environment }: Service): Record<string, string> =>
  Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, interpolated(String(value))]));

const configuration = () =>
  readConfiguration({
    ...describeImage().env,
    ...environmentOf(first!),
    SIJILL_MASTER_KEY_FILE: key,
    SIJILL_LOG_KEY_FILE: key,
  });

describe('docker-compose.servers.yml', () => {
  test('gives the service settings that it knows and accepts', () => {
    expect(configuration()).toMatchObject({
      host: '0.0.0.0',
      data: '/data',
      vault: '/vault',
      eventStoreUrl: 'esdb://kurrentdb:2113?tls=false',
      mongodbUri: 'mongodb://sijill:b2@mongodb:27017/sijill?replicaSet=rs0',
      logMongodbUri: 'mongodb://sijill_log:d4@mongodb:27017/sijill_log?replicaSet=rs0',
      redisUrl: 'redis://:c3@redis:6379/0',
      environment: 'production',
    });
    expect(redisOptions('redis://:c3@redis:6379/0')).toMatchObject({ host: 'redis', port: 6379, password: 'c3' });
    expect(() => connect(configuration().eventStoreUrl!)).not.toThrow();
  });

  test('asks for everything secret, and says what for; nothing secret stands in it', () => {
    for (const name of Object.keys(GIVEN)) expect(TEXT).toMatch(new RegExp(`\\$\\{${name}:\\?set it to `));
    expect(Object.values(compose.secrets).map(({ file }) => file)).toEqual([
      '${SIJILL_MASTER_KEY_FILE:-./secrets/master.key}',
      '${SIJILL_LOG_KEY_FILE:-./secrets/log.key}',
      '${MONGODB_KEY_FILE:-./secrets/mongodb.key}',
    ]);
    expect(readFileSync('.gitignore', 'utf8').split('\n')).toContain('secrets/');
  });

  test.each(Object.entries(compose.services))('%s has no more rights than it needs', (_, service) => {
    expect([service.read_only, service.cap_drop, service.security_opt, service.init]).toEqual([
      true,
      ['ALL'],
      ['no-new-privileges:true'],
      true,
    ]);
    // Not root: the service by its image, the others as their images' own users.
    expect(service.user ?? describeImage().user).toMatch(/^(node|1000:1000|999:999)$/);
    for (const volume of service.volumes) expect(compose.volumes).toHaveProperty(volume.split(':')[0]!);
    for (const network of service.networks) expect(compose.networks).toHaveProperty(network);
    for (const secret of service.secrets ?? []) expect(compose.secrets).toHaveProperty(secret);
  });

  test('the stores are reached by the service alone, and the service from this machine', () => {
    expect(compose.networks['stores']).toEqual({ internal: true });
    for (const store of Object.values(STORES)) expect([store.networks, store.ports]).toEqual([['stores'], undefined]);
    for (const service of [first!, second!]) {
      expect(service.networks).toEqual(['outside', 'stores']);
      expect(service.ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:\$\{PORT\w*:-300[01]\}:3000$/)]);
    }
  });

  test('the service runs twice: one vault, a directory of data for each', () => {
    expect(environmentOf(second!)).toEqual(environmentOf(first!));
    expect([first!.volumes, second!.volumes]).toEqual([
      ['data-1:/data', 'vault:/vault'],
      ['data-2:/data', 'vault:/vault'],
    ]);
    const made = dockerfile()
      .find(({ rest }) => rest.startsWith('install -d '))
      ?.rest.split(' ');
    expect(made).toEqual(expect.arrayContaining(['node', '/data', '/vault'])); // a new volume takes over their owner
    const seconds = Number(/^(\d+)s$/.exec(first!.stop_grace_period!)?.[1]);
    expect(seconds).toBeGreaterThan(configuration().drainMs / 1000 + 10);
  });

  test('it starts when the stores are healthy, which each of them has a check for', () => {
    const healthy = { condition: 'service_healthy' };
    expect(first!.depends_on).toEqual(Object.fromEntries(Object.keys(STORES).map((name) => [name, healthy])));
    // Commands that the images have: curl (KurrentDB's own check), mongosh, redis-cli.
    const commands = Object.values(STORES).map(({ healthcheck }) => healthcheck!.test.join(' ').split(' ')[1]);
    expect(commands).toEqual(['curl', 'mongosh', 'redis-cli']);
  });

  test('images are named with their version, and never move by themselves to the next one', () => {
    expect(Object.values(STORES).map(({ image }) => image)).toEqual([
      'docker.kurrent.io/kurrent-lts/kurrentdb:26.0.3',
      'mongo:8.0',
      'redis:7.2-bookworm',
    ]);
  });

  test('MongoDB makes a user for each database of the service that may read and write it, and nothing else', () => {
    const created: unknown[] = [];
    const database = (name: string) => ({ createUser: (user: object) => created.push({ database: name, ...user }) });
    // oxlint-disable-next-line typescript/no-implied-eval -- what MongoDB's shell does with it
    new Function('db', 'process', compose.configs['mongodb_users']!.content)(
      { getSiblingDB: database },
      { env: environmentOf(mongodb!) },
    );
    const expected = [configuration().mongodbUri!, configuration().logMongodbUri!].map((uri) => {
      const { username, password, pathname } = new URL(uri);
      const database = pathname.slice(1);
      return { database, user: username, pwd: password, roles: [{ role: 'readWrite', db: database }] };
    });
    expect(created).toEqual(expected);
    expect(mongodb!.command).toEqual(['--replSet', 'rs0', '--keyFile', '/run/secrets/mongodb_key', '--bind_ip_all']);
    expect(configuration().mongodbUri).toContain('replicaSet=rs0');
  });

  test('Redis keeps what it acknowledged', () => {
    const command = redis!.command!.map(interpolated);
    const valueOf = (name: string): string => command[command.indexOf(name) + 1]!;
    expect([valueOf('--appendonly'), valueOf('--appendfsync'), valueOf('--maxmemory-policy')]).toEqual([
      'yes',
      'always',
      'noeviction',
    ]);
    expect(valueOf('--requirepass')).toBe(environmentOf(redis!)['REDISCLI_AUTH']);
    expect(lossesOf(`aof_enabled:1\r\nmaxmemory_policy:${valueOf('--maxmemory-policy')}\r\n`)).toEqual([]);
  });

  test('the shell reads the health checks', () => {
    for (const { healthcheck } of Object.values(STORES)) {
      const [kind, script] = healthcheck!.test;
      if (kind === 'CMD-SHELL') expect(spawnSync('sh', ['-n', '-c', script!.replaceAll('$$', '$')]).status).toBe(0);
    }
    const script = /--eval "(.*)"$/s.exec(mongodb!.healthcheck!.test[1]!)![1]!;
    // oxlint-disable-next-line typescript/no-implied-eval -- what MongoDB's shell does with it
    expect(() => new Function('rs', 'db', 'quit', script)).not.toThrow();
  });
});
