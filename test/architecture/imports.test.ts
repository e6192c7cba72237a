import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/* `npm run lint` holds the code to .dependency-cruiser.cjs; this holds each of its rules to what it says. */

interface Forbidden {
  readonly name: string;
  readonly comment: string;
}
const { forbidden } = createRequire(import.meta.url)(resolve('.dependency-cruiser.cjs')) as {
  readonly forbidden: readonly Forbidden[];
};

/** For each rule a file that breaks it, and the import that does. */
const BREACHES: Readonly<Record<string, readonly [file: string, imported: string]>> = {
  'kernel-is-pure': ['src/kernel/money.ts', 'node:fs'],
  'the-verifier-stands-alone': ['src/verify/record.ts', '../event-store/canonical.js'],
  'verify-imports-downwards': ['src/verify/record.ts', '../kernel/money.js'],
  'event-store-imports-downwards': ['src/event-store/catalogue.ts', '../ledger/ledger.js'],
  'read-models-imports-downwards': ['src/read-models/plan.ts', '../event-store/catalogue.js'],
  'vault-imports-downwards': ['src/vault/vault.ts', '../http/server.js'],
  'transparency-imports-downwards': ['src/transparency/leaf.ts', '../vault/vault.js'],
  'journal-imports-downwards': ['src/journal/ledger.ts', '../ledger/ledger.js'],
  'ledger-imports-downwards': ['src/ledger/ledger.ts', '../feed/feed.js'],
  'sqlite-imports-downwards': ['src/sqlite/database.ts', '../kernel/money.js'],
  'mongodb-imports-downwards': ['src/mongodb/connection.ts', '../kernel/money.js'],
  'config-imports-downwards': ['src/config/variables.ts', '../kernel/money.js'],
  'leases-imports-downwards': ['src/leases/leases.ts', '../feed/feed.js'],
  'feed-imports-downwards': ['src/feed/feed.ts', '../vault/vault.js'],
  'jobs-imports-downwards': ['src/jobs/cron.ts', '../feed/feed.js'],
  'http-imports-downwards': ['src/http/server.ts', '../feed/feed.js'],
  'contexts-imports-downwards': ['src/contexts/debts/debts.module.ts', '../../read-models/plan.js'],
  'cli-imports-downwards': ['src/cli/progress.ts', '../http/server.js'],
  'nobody-imports-a-root': ['src/http/metrics.ts', '../composition.js'],
  'core-is-pure': ['src/contexts/debts/debt.ts', '@nestjs/common'],
  'context-shows-only-events': ['src/contexts/debts/debts.controller.ts', '../billing/receipt.js'],
  'policies-see-events-and-commands': ['src/contexts/debts/debts.policy.ts', '../billing/receipt.js'],
  'validation-at-the-edge': ['src/contexts/debts/debts.dto.ts', 'class-validator'],
  'write-side-knows-no-projection': ['src/ledger/outcome.ts', '../../projections/debt-list/model.js'],
  'projections-read-only': ['projections/debt-list/model.ts', '../../src/ledger/ledger.js'],
  'projections-stand-alone': ['projections/receipts/model.ts', '../debt-list/model.js'],
  'product-knows-no-test': ['src/event-store/canonical.ts', '../../test/given.js'],
  'no-circular': ['src/contexts/billing/receipt-two.ts', './receipt.js'],
};

/** What the breaches import, and what may be imported. */
const OTHERS: Readonly<Record<string, string>> = {
  'src/composition.ts': `import '../projections/debt-list/model.js';`,
  'src/contexts/billing/receipt.ts': `import './receipt-two.js';`,
  'src/contexts/billing/events.ts': `import '../../kernel/money.js'; import 'typebox';`,
  'src/contexts/billing/commands.ts': `import './events.js';`,
  'src/contexts/billing/billing.policy.ts': `import '../debts/events.js'; import '../debts/commands.js';`,
  'src/contexts/debts/events.ts': `import '../../event-store/schemas.js';`,
  'src/contexts/debts/commands.ts': `import '../billing/events.js';`,
  'src/event-store/schemas.ts': '',
  'projections/receipts/projection.ts': `import '../../src/contexts/billing/events.js'; import './model.js';`,
  'test/given.ts': '',
};

interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

const place = mkdtempSync(join(tmpdir(), 'sijill-imports-'));
let violations: readonly Violation[];

beforeAll(() => {
  const files = Object.fromEntries(Object.values(BREACHES).map(([file, name]) => [file, `import '${name}';`]));
  for (const [file, text] of Object.entries({ ...files, ...OTHERS })) {
    mkdirSync(dirname(join(place, file)), { recursive: true });
    writeFileSync(join(place, file), `${text}\nexport {};\n`);
  }
  for (const name of ['node_modules', 'tsconfig.json', 'package.json']) symlinkSync(resolve(name), join(place, name));
  const args = ['--config', resolve('.dependency-cruiser.cjs'), '--output-type', 'json', 'src', 'projections'];
  const { stdout } = spawnSync(resolve('node_modules/.bin/depcruise'), args, { cwd: place, encoding: 'utf8' });
  violations = (JSON.parse(stdout) as { summary: { violations: readonly Violation[] } }).summary.violations;
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

test.each(forbidden)('$name: fires, and its message teaches', ({ name, comment }) => {
  const breach = BREACHES[name];
  if (breach === undefined) throw new Error(`a breach of ${name} is missing here`);
  expect(violations.filter(({ rule }) => rule.name === name).map(({ from }) => from)).toContain(breach[0]);
  expect(comment.length).toBeGreaterThan(60);
});

test('what may be imported is let through', () => {
  const broken = Object.values(BREACHES).map(([file]) => file);
  expect(violations.map(({ from }) => from).filter((from) => !broken.includes(from))).toEqual([]);
});

test('every folder of src has its place among the layers', () => {
  const { stdout } = spawnSync('git', ['ls-files', 'src'], { encoding: 'utf8' });
  const folders = new Set([...stdout.matchAll(/^src\/([^/\n]+)\//gm)].map(([, folder]) => folder as string));
  const placed = forbidden.map(({ name }) => /^(.*)-(imports-downwards|is-pure)$/.exec(name)?.[1]);
  expect([...folders].filter((folder) => !placed.includes(folder))).toEqual([]);
});

test('Nest’s EventBus, AggregateRoot and Saga reorder and drop: nothing that must not be lost uses them', () => {
  const names = 'EventBus|EventPublisher|EventsHandler|AggregateRoot|@Saga';
  const { stdout } = spawnSync('git', ['grep', '-wE', names, '--', 'src', 'projections'], { encoding: 'utf8' });
  expect(stdout).toBe('');
});
