import { availableParallelism } from 'node:os';
import { HOW_TO_RUN, isMongoDbAtHand } from './test/servers/mongodb/build.js';

/** What `npm test` runs: everything that needs no server. @type {import('jest').Config} */
const embedded = {
  displayName: 'sijill',
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  // Source imports name the emitted file (`./x.js`, as Node's ESM wants it); under Jest that file is still `./x.ts`.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/bench/peers/'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['\\.servers\\.test\\.ts$'],
};

/**
 * Tests of whole ledgers, once more on servers.
 * @type {(displayName: string, setup: string, names: readonly string[]) => import('jest').Config}
 */
const wholeLedgers = (displayName, setup, names) => ({
  ...embedded,
  displayName,
  setupFiles: [`<rootDir>/test/servers/${setup}.js`],
  testMatch: names.map((name) => `<rootDir>/test/${name}.test.ts`),
});
const ON_EITHER = [
  'e2e/debts',
  'e2e/poison',
  'e2e/proofs-of-record',
  'e2e/reports',
  'e2e/strangers',
  'e2e/tour',
  'fines/import',
  'fines/real-file',
];
const ON_EVENT_STORE_DB = [
  ...ON_EITHER,
  'e2e/openapi',
  'e2e/operator',
  'e2e/streams',
  'fines/command-line',
  'fines/kill',
  'fines/over-http',
];

/** What `npm run test:servers` runs: on stand-ins, or on the real servers that the environment names. */
const onServers = [
  {
    ...embedded,
    displayName: 'servers',
    testMatch: ['<rootDir>/test/**/*.servers.test.ts'],
    testPathIgnorePatterns: [],
  },
  wholeLedgers('EventStoreDB', 'on-event-store-db', ON_EVENT_STORE_DB),
  ...(isMongoDbAtHand ? [wholeLedgers('MongoDB', 'on-mongodb', ON_EITHER)] : []),
];

const isOnServers = process.env.SIJILL_TEST === 'servers';
const notes = [
  ...(isOnServers ? [] : ['what starts servers, and whole ledgers on EventStoreDB and MongoDB: npm run test:servers']),
  ...(isOnServers && !isMongoDbAtHand ? [`whole ledgers on MongoDB: ${HOW_TO_RUN}`] : []),
];

/** @type {import('jest').Config} */
export default {
  projects: isOnServers ? onServers : [embedded],
  testTimeout: 600_000, // of a hang, and of nothing else: machines are busy
  maxWorkers: Math.max(2, availableParallelism() - 1),
  workerIdleMemoryLimit: '1GB', // each file loads its modules anew, and Node lets few of them go
  reporters: ['default', ['<rootDir>/test/left-out.js', { notes }]],
};
