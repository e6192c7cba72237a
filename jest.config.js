/** @type {import('jest').Config} */
const project = {
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
  testTimeout: 60_000,
};

const all = { ...project, displayName: 'sijill', testMatch: ['<rootDir>/test/**/*.test.ts'] };

/** Tests of whole ledgers, once more on EventStoreDB (test/servers/event-store.ts): without a server on a stand-in. */
const onEventStoreDb = (names) => ({
  ...project,
  displayName: 'EventStoreDB',
  setupFiles: ['<rootDir>/test/servers/on-event-store-db.js'],
  testMatch: names.map((name) => `<rootDir>/test/${name}.test.ts`),
});
const MAIN = ['e2e/debts', 'e2e/poison', 'fines/import'];
const MORE = ['e2e/openapi', 'e2e/strangers', 'e2e/streams', 'e2e/tour'];
const FINES = ['fines/command-line', 'fines/kill', 'fines/over-http', 'fines/real-file'];

/** @type {import('jest').Config} */
export default {
  testTimeout: 60_000,
  projects:
    process.env.SIJILL_TEST_EVENT_STORE === 'eventstoredb'
      ? [onEventStoreDb([...MAIN, ...MORE, ...FINES])]
      : [all, onEventStoreDb(MAIN)],
};
