import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConfigurationError,
  configurationHelp,
  configurationTable,
  readConfiguration,
} from '../../src/config/configuration.js';
import { VARIABLES } from '../../src/config/variables.js';

const faultsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    readConfiguration(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
};

const OIDC = {
  OIDC_ISSUER: 'https://id.example.sa',
  OIDC_AUDIENCE: 'sijill',
  OIDC_JWKS_URL: 'https://id.example.sa/keys',
};

describe('the configuration', () => {
  test('an empty environment is a development ledger on the loopback address', () => {
    const configuration = readConfiguration({});
    expect(configuration).toMatchObject({
      host: '127.0.0.1',
      port: 3000,
      data: './data',
      vault: './data',
      logLevel: 'info',
      backdatingDays: 30,
      cacheBytes: 64 * 1024 * 1024,
    });
    expect(configuration.oidc).toBeUndefined();
    expect(configuration.eventStoreUrl).toBeUndefined();
    expect(configuration.redisUrl).toBeUndefined();
    expect(configuration.masterKey).toBeUndefined();
  });

  test('every value is read', () => {
    const configuration = readConfiguration({
      ...OIDC,
      HOST: '0.0.0.0',
      PORT: '8080',
      NODE_ENV: 'production',
      SIJILL_DATA: '/var/lib/sijill',
      SIJILL_VAULT: '/var/lib/vault',
      EVENT_STORE_URL: 'esdb+discover://ledger:secret@one:2113,two:2113?nodePreference=leader',
      MONGODB_URI: 'mongodb://sijill:secret@one:27017,two/sijill?replicaSet=rs0',
      REDIS_URL: 'rediss://ledger:secret@redis:6380/2',
      SIJILL_MASTER_KEY: '0f'.repeat(32),
      SIJILL_ENVIRONMENT: 'staging',
      SIJILL_LOG_ORIGIN: 'log.example.sa/ledger',
      LOG_LEVEL: 'debug',
      SIJILL_BACKDATING_DAYS: '0',
      SIJILL_BODY_LIMIT: '2048',
      SIJILL_REQUESTS_PER_MINUTE: '7',
      SIJILL_REFUSALS_PER_HOUR: '0',
      SIJILL_CACHE_MIB: '1',
      SIJILL_DRAIN_SECONDS: '2',
    });
    expect(configuration).toEqual({
      host: '0.0.0.0',
      port: 8080,
      data: '/var/lib/sijill',
      vault: '/var/lib/vault',
      redisUrl: 'rediss://ledger:secret@redis:6380/2',
      eventStoreUrl: 'esdb+discover://ledger:secret@one:2113,two:2113?nodePreference=leader',
      mongodbUri: 'mongodb://sijill:secret@one:27017,two/sijill?replicaSet=rs0',
      masterKey: Buffer.alloc(32, 0x0f),
      environment: 'staging',
      logOrigin: 'log.example.sa/ledger',
      oidc: { issuer: OIDC.OIDC_ISSUER, audience: 'sijill', jwksUrl: new URL(OIDC.OIDC_JWKS_URL) },
      logLevel: 'debug',
      backdatingDays: 0,
      bodyLimit: 2048,
      requestsPerMinute: 7,
      refusalsPerHour: 0,
      streams: 1000,
      streamsPerSubject: 10,
      cacheBytes: 1024 * 1024,
      drainMs: 2000,
    });
  });

  test('every fault is listed at once, with what would be accepted', () => {
    const faults = faultsOf({ PORT: '70000', LOG_LEVEL: 'loud', SIJILL_BACKDATING_DAYS: '-1', SIJILL_DATE: './x' });
    expect(faults).toHaveLength(4);
    expect(faults.join('\n')).toContain('PORT must be a whole number from 0 to 65535; it is "70000"');
    expect(faults.join('\n')).toContain('LOG_LEVEL must be one of fatal, error');
    expect(faults.join('\n')).toContain('SIJILL_BACKDATING_DAYS must be a whole number of days from 0 to 3650');
    expect(faults.join('\n')).toContain('SIJILL_DATE is not known');
  });

  test('a master key is 32 bytes as hex or base64, and is never shown', () => {
    const bytes = Buffer.from(Array.from({ length: 32 }, (_, i) => i * 7));
    expect(readConfiguration({ SIJILL_MASTER_KEY: bytes.toString('base64') }).masterKey).toEqual(bytes);
    expect(readConfiguration({ SIJILL_MASTER_KEY: bytes.toString('hex') }).masterKey).toEqual(bytes);
    const [fault] = faultsOf({ SIJILL_MASTER_KEY: 'hunter2-hunter2' });
    expect(fault).toContain('SIJILL_MASTER_KEY must be 32 bytes');
    expect(fault).not.toContain('hunter2');
  });

  test.each(['esdb://127.0.0.1:2113?tls=false', 'esdb://u:p@127.0.0.1', 'esdb+discover://u:p@one,two:2113/?tls=true'])(
    'an event store is at %s',
    (url) => {
      expect(readConfiguration({ EVENT_STORE_URL: url }).eventStoreUrl).toBe(url);
    },
  );

  test.each(['mongodb://u:secret@one', 'esdb://', 'esdb://one:2113', 'esdb://secret@one', 'esdb://u:secret@one two'])(
    'an event store is not at %s, and the fault shows no password',
    (url) => {
      const [fault, ...more] = faultsOf({ EVENT_STORE_URL: url });
      expect([more, fault]).toEqual([[], expect.stringContaining('EVENT_STORE_URL must be esdb://user:password@')]);
      expect(fault).not.toContain('secret');
    },
  );

  test.each([
    'mongodb://127.0.0.1:27017/sijill',
    'mongodb+srv://u:p%40ss@cluster.example.sa/ledger?retryWrites=true&w=majority',
    'mongodb://u:@[::1]:27017,two.example.sa/sijill-2',
  ])('read models may be at %s', (uri) => {
    expect(readConfiguration({ MONGODB_URI: uri }).mongodbUri).toBe(uri);
  });

  test.each([
    'mongodb://u:secret@one',
    'mongodb://u:secret@one/',
    'http://u:secret@one/x',
    'mongodb:///secret',
    'mongodb://u:secret@one/a.b',
  ])('read models are not at %s, which names no database of a MongoDB, and the fault shows no password', (uri) => {
    const [fault, ...more] = faultsOf({ MONGODB_URI: uri });
    expect([more, fault]).toEqual([[], expect.stringContaining('MONGODB_URI must be mongodb://user:password@')]);
    expect(fault).not.toContain('secret');
  });

  test.each(['redis://127.0.0.1', 'redis://:p@host:6380/3', 'rediss://u:p@[::1]:6379/'])(
    'the jobs are at %s',
    (url) => {
      expect(readConfiguration({ REDIS_URL: url }).redisUrl).toBe(url);
    },
  );

  test.each(['http://u:secret@one', 'redis://', 'redis://u:secret@one/two', 'redis://u:secret@one?db=1', 'one:6379'])(
    'the jobs are not at %s, and the fault shows no password',
    (url) => {
      const [fault, ...more] = faultsOf({ REDIS_URL: url });
      expect([more, fault]).toEqual([[], expect.stringContaining('REDIS_URL must be redis://user:password@')]);
      expect(fault).not.toContain('secret');
    },
  );

  test('a master key may come from a file instead, not from both', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'sijill-key-')), 'key');
    expect(faultsOf({ SIJILL_MASTER_KEY_FILE: file })[0]).toContain('must be the path of a file that can be read');
    writeFileSync(file, `${Buffer.alloc(32, 7).toString('base64')}\n`);
    expect(readConfiguration({ SIJILL_MASTER_KEY_FILE: file }).masterKey).toEqual(Buffer.alloc(32, 7));
    expect(faultsOf({ SIJILL_MASTER_KEY_FILE: file, SIJILL_MASTER_KEY: '0f'.repeat(32) })).toEqual([
      'SIJILL_MASTER_KEY and SIJILL_MASTER_KEY_FILE name one key: set one of them',
    ]);
    writeFileSync(file, 'hunter2-hunter2');
    expect(faultsOf({ SIJILL_MASTER_KEY_FILE: file })[0]).not.toContain('hunter2');
  });

  test('a tariff is a file of JSON', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'sijill-tariff-')), 'tariff.json');
    for (const text of [undefined, '', '{', '7', 'null']) {
      if (text !== undefined) writeFileSync(file, text);
      expect(faultsOf({ SIJILL_TARIFF: file })).toEqual([expect.stringContaining('SIJILL_TARIFF must be the path of')]);
    }
    writeFileSync(file, '{"plans": []}');
    expect(readConfiguration({ SIJILL_TARIFF: file }).tariff).toEqual({ plans: [] });
    expect(readConfiguration({})).not.toHaveProperty('tariff');
  });

  test.each(['LOGLEVEL', 'log_level', 'SIJILLDATA', 'OIDC_JWKSURL'])('%s is a misspelling', (name) => {
    expect(faultsOf({ [name]: 'x' })[0]).toMatch(/is not known: \w+ is meant/);
  });

  test('a name of our prefix that nobody reads is an error, an empty value is none', () => {
    expect(faultsOf({ OIDC_CLIENT: 'x' })).toHaveLength(1);
    expect(faultsOf({ PATH: '/bin', SIJILL_FINES: '/f', PORT: '', OIDC_ISSUER: ' ' })).toEqual([]);
  });

  test('the three of the issuer go together', () => {
    const { OIDC_AUDIENCE: _, ...two } = OIDC;
    expect(faultsOf(two)).toEqual([
      'OIDC_ISSUER, OIDC_AUDIENCE, OIDC_JWKS_URL must be set together or not at all; missing: OIDC_AUDIENCE',
    ]);
    expect(faultsOf({ ...OIDC, OIDC_JWKS_URL: 'http://id.example.sa/keys' })[0]).toContain('must be an https URL');
    expect(faultsOf({ ...OIDC, OIDC_JWKS_URL: 'http://127.0.0.1:9/keys' })).toEqual([]);
  });

  test.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('without an issuer %s is allowed', (HOST) => {
    expect(faultsOf({ HOST })).toEqual([]);
  });

  test.each(['0.0.0.0', '::', '10.0.0.1', 'example.sa', '127.0.0.1.example.sa'])(
    'without an issuer %s is refused',
    (HOST) => {
      expect(faultsOf({ HOST })[0]).toContain('there is no issuer of tokens');
    },
  );

  test('without an issuer production is refused', () => {
    for (const name of ['production', 'Production', 'prod', ' production ']) {
      expect(faultsOf({ NODE_ENV: name })[0]).toContain('NODE_ENV is production');
    }
    expect(faultsOf({ NODE_ENV: 'production', ...OIDC })).toEqual([]);
  });

  describe('a vault in MongoDB', () => {
    const KEY = { SIJILL_MASTER_KEY: '0f'.repeat(32) };
    const VAULT_MONGODB_URI = 'mongodb://vault:secret@one:27017,two/sijill_vault?replicaSet=rs0';
    const faultsOf = (environment: Record<string, string>): readonly string[] => {
      try {
        readConfiguration(environment);
        return [];
      } catch (error) {
        return (error as ConfigurationError).faults;
      }
    };

    test('is named by a variable of its own, with a key that all processes are given', () => {
      expect(readConfiguration({ VAULT_MONGODB_URI, ...KEY })).toMatchObject({ vaultMongodbUri: VAULT_MONGODB_URI });
      expect(faultsOf({ VAULT_MONGODB_URI })).toEqual([expect.stringMatching(/needs SIJILL_MASTER_KEY_FILE or/)]);
    });

    test('is never where the read models are, which are dropped and made again, nor in two places', () => {
      const MONGODB_URI = 'mongodb://sijill:other@one:27017,two/sijill_vault';
      expect(faultsOf({ VAULT_MONGODB_URI, MONGODB_URI, ...KEY })).toEqual([expect.stringMatching(/name two, for/)]);
      expect(faultsOf({ VAULT_MONGODB_URI, SIJILL_VAULT: 'vault', ...KEY })).toEqual([
        expect.stringMatching(/two places for one vault/),
      ]);
      expect(faultsOf({ VAULT_MONGODB_URI, MONGODB_URI: 'mongodb://one:27017/sijill', ...KEY })).toEqual([]);
    });

    test('needs the name of its database, and its address is never shown', () => {
      const [fault] = faultsOf({ VAULT_MONGODB_URI: 'mongodb://vault:secret@one:27017/', ...KEY });
      expect(fault).toMatch(/^VAULT_MONGODB_URI must be mongodb:/);
      expect(fault).not.toContain('secret@one');
    });
  });

  describe('a transparency log in MongoDB', () => {
    const KEY = { SIJILL_LOG_KEY: '0f'.repeat(32) };
    const LOG_MONGODB_URI = 'mongodb://log:secret@one:27017,two/sijill_log?replicaSet=rs0';

    test('is named by a variable of its own, with a key that all processes are given', () => {
      expect(readConfiguration({ LOG_MONGODB_URI, ...KEY })).toMatchObject({ logMongodbUri: LOG_MONGODB_URI });
      expect(faultsOf({ LOG_MONGODB_URI })).toEqual([expect.stringMatching(/needs SIJILL_LOG_KEY_FILE or/)]);
    });

    test.each([
      ['MONGODB_URI', {}],
      ['VAULT_MONGODB_URI', { SIJILL_MASTER_KEY: '0e'.repeat(32) }],
    ])('is never where %s is', (name, more) => {
      const elsewhere = { [name]: 'mongodb://other:one@one:27017,two/sijill', ...more };
      expect(faultsOf({ LOG_MONGODB_URI, ...KEY, ...elsewhere })).toEqual([]);
      const there = { [name]: 'mongodb://other:one@one:27017,two/sijill_log', ...more };
      expect(faultsOf({ LOG_MONGODB_URI, ...KEY, ...there })).toEqual([
        `LOG_MONGODB_URI and ${name} name one database: name two, for what was signed is kept apart from the rest`,
      ]);
    });

    test('needs the name of its database, and its address is never shown', () => {
      const [fault] = faultsOf({ LOG_MONGODB_URI: 'mongodb://log:secret@one:27017/', ...KEY });
      expect(fault).toMatch(/^LOG_MONGODB_URI must be mongodb:/);
      expect(fault).not.toContain('secret@one');
    });
  });

  test('the table and the help name every variable, and every default is accepted', () => {
    for (const name of Object.keys(VARIABLES)) {
      expect(configurationTable()).toContain(`\`${name}\``);
      expect(configurationHelp()).toContain(name);
    }
  });
});
