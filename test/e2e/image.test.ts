import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { readConfiguration } from '../../src/config/configuration.js';
import { buildContext, buildImage, describeImage } from './dockerfile.js';
import { Server } from './server.js';

/* No Docker is asked for: what the Dockerfile and docker-compose.yml say is read, and carried out in a directory. */

interface Service {
  readonly environment: Readonly<Record<string, string | number>>;
  readonly secrets: readonly string[];
  readonly volumes: readonly string[];
  readonly stop_grace_period: string;
  readonly read_only: boolean;
}

const place = mkdtempSync(join(tmpdir(), 'sijill-image-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

const compose = load(readFileSync('docker-compose.yml', 'utf8')) as { readonly services: { readonly sijill: Service } };
const service = compose.services.sijill;
const key = join(place, 'master.key');
writeFileSync(key, Buffer.alloc(32, 7).toString('base64'));

/** What a person must give; `${NAME:?why}` in docker-compose.yml asks for it. */
const GIVEN: Readonly<Record<string, string>> = {
  OIDC_ISSUER: 'https://id.example.sa',
  OIDC_AUDIENCE: 'sijill',
  OIDC_JWKS_URL: 'https://id.example.sa/keys',
  SIJILL_LOG_ORIGIN: 'log.example.sa/ledger',
};

/** The container's environment as Compose makes it, the secret's file being where the test has it. */
function environment(given: Readonly<Record<string, string>>): Record<string, string> {
  const interpolate = (text: string): string =>
    text.replaceAll(/\$\{(\w+):([-?])([^}]*)\}/g, (_, name: string, sign: string, rest: string) => {
      if (given[name] !== undefined) return given[name];
      if (sign === '-') return rest;
      throw new Error(`${name}: ${rest}`);
    });
  const set = Object.entries(service.environment).map(([name, value]) => [name, interpolate(String(value))]);
  return { ...describeImage().env, ...Object.fromEntries(set), SIJILL_MASTER_KEY_FILE: key };
}

describe('the image and docker-compose.yml', () => {
  test('their variables are ones that the server knows, with values that it accepts', () => {
    expect(readConfiguration(environment(GIVEN))).toMatchObject({
      host: '0.0.0.0',
      port: 3000,
      data: '/data',
      environment: 'production',
      masterKey: Buffer.alloc(32, 7),
      oidc: { issuer: GIVEN['OIDC_ISSUER'] },
    });
  });

  test.each(Object.keys(GIVEN))('%s must be given', (name) => {
    const { [name]: _, ...others } = GIVEN;
    expect(() => environment(others)).toThrow(`${name}: set it to`);
  });

  test('the image by itself, without an issuer of tokens, does not start', () => {
    expect(() => readConfiguration(describeImage().env)).toThrow('there is no issuer of tokens');
  });

  test('the key is a mounted secret, the data a volume, the rest cannot be written, and nobody is root', () => {
    expect(service.environment['SIJILL_MASTER_KEY_FILE']).toBe(`/run/secrets/${service.secrets[0]}`);
    expect(service.volumes).toEqual([`data:${describeImage().env['SIJILL_DATA']}`]);
    expect(service.read_only).toBe(true);
    expect(describeImage().user).toBe('node');
  });

  test('Docker waits longer than the server drains', () => {
    const seconds = Number(/^(\d+)s$/.exec(service.stop_grace_period)?.[1]);
    expect(seconds).toBeGreaterThan(readConfiguration(environment(GIVEN)).drainMs / 1000 + 10);
  });
});

const WHOLE = process.env['SIJILL_TEST_IMAGE'] === '1';
(WHOLE ? test : test.skip)(
  'the stages build, and what they leave starts, answers its health check and stops (SIJILL_TEST_IMAGE=1)',
  async () => {
    const context = join(place, 'context');
    const stages = join(place, 'stages');
    mkdirSync(context);
    mkdirSync(stages);
    buildContext(context);
    const { root, healthCheck, command } = buildImage(context, stages);
    expect(command).toEqual(['node', 'dist/src/main.js']); // what `Server` starts

    const settings = { ...environment(GIVEN), PORT: '0', SIJILL_DATA: join(place, 'data') };
    const server = new Server(settings, settings.SIJILL_DATA, join(root, 'app'));
    await server.start();
    const healthy = (): number | null => {
      const env = { PATH: process.env['PATH'], PORT: new URL(server.url).port };
      return spawnSync(healthCheck[0] as string, healthCheck.slice(1), { env }).status;
    };
    expect(healthy()).toBe(0);
    expect((await fetch(`${server.url}/docs`)).status).toBe(200);
    expect((await fetch(`${server.url}/dev/token`, { method: 'POST' })).status).toBe(404);
    expect(await server.stop('SIGTERM')).toBe(0);
    expect(healthy()).toBe(1);
  },
);
