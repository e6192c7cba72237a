import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openSqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import type { Instant } from '../../src/kernel/calendar.js';
import type { Entry } from '../../src/kernel/entries.js';
import { openBalancesReader } from '../../src/transparency/balances/balances-reader.js';
import { writeBalances } from '../../src/transparency/balances/proof.js';
import { recordedUpTo } from '../../src/transparency/balances/recorded.js';
import { proveBalances } from '../../src/verify/balances.js';
import { trusting } from '../../src/verify/policy.js';
import { envelope, newStream, uuid } from '../event-store/envelopes.js';
import { transpiled } from '../vault/support/transpiled.js';
import { ledgerOf, logOf, ORIGIN, SALTS, signBalancesOf, VKEY } from './support/signed.js';

const home = mkdtempSync(join(tmpdir(), 'sijill-balances-crash-'));
const root = transpiled(
  ['kernel', 'sqlite', 'event-store', 'leases', 'transparency', 'verify'].map((folder) => `src/${folder}`),
);
afterAll(() => [home, root].forEach((path) => rmSync(path, { recursive: true, force: true })));

const [CITY, SAMI] = [`party_${uuid()}`, `party_${uuid()}`];
const DAYS = 3;
const PER_DAY = 150;

/** A debt of somebody each, of which some are paid on a later day. */
const EVENTS = Array.from({ length: DAYS * PER_DAY }, (_, n) => {
  const debt = n % 3 === 2 ? uuid() : `00000000-0000-4000-8000-${String(n % 100).padStart(12, '0')}`;
  const dims = { entity: CITY, party: SAMI, sector: 'general', debt };
  const [debit, credit] = [
    { account: '1200', dims },
    { account: '4300', dims: { ...dims, ground: 'fine' } },
  ];
  const isPaid = n >= PER_DAY && n % 3 === 1;
  const legs = isPaid ? { debit: credit, credit: debit } : { debit, credit };
  const entries = [{ ...legs, amount: `${1 + (n % 5)}.00`, currency: 'SAR' }] as unknown as readonly Entry[];
  const recordedAt = `2026-03-0${1 + Math.floor(n / PER_DAY)}T09:00:00.000Z` as Instant;
  return envelope(newStream(), 0, { recordedAt, entries });
});

const whole = join(home, 'whole');
/** A ledger with all that happened, and its log, signed. */
function ledger(): string {
  const folder = mkdtempSync(join(home, 'life-'));
  cpSync(whole, folder, { recursive: true });
  return folder;
}

async function happen(folder: string): Promise<void> {
  mkdirSync(folder);
  const store = await openSqliteEventStore(join(folder, 'ledger.db'));
  for (const event of EVENTS) await store.append(event.stream, 'none', [event]);
  await (await logOf(store, folder)).close();
  await store.close();
}

/** The next start, until all is signed. @returns what was recorded, and what a party is proved to hold */
async function nextLife(folder: string): Promise<{ notes: readonly string[]; proof: string }> {
  const store = await openSqliteEventStore(join(folder, 'ledger.db'));
  const said = await signBalancesOf(store, folder);
  expect(said.filter((each) => !each.startsWith('signed'))).toEqual([]);
  const id = await ledgerOf(store);
  const notes: string[] = [];
  for await (const { note } of recordedUpTo(store, id, Infinity)) notes.push(note);
  await store.close();
  const reader = openBalancesReader(join(folder, 'balances.db'));
  const proof = reader.atOnce(() => {
    const accounts = reader.heldBy(SAMI!, { after: Buffer.alloc(0), limit: 1_000 });
    return writeBalances(reader, reader.published()!, { ledger: id, party: SAMI!, accounts }, SALTS);
  });
  reader.close();
  return { notes, proof };
}

let undisturbed: Awaited<ReturnType<typeof nextLife>>;
beforeAll(async () => {
  await happen(whole);
  undisturbed = await nextLife(ledger());
}, 300_000);

test('undisturbed, there is a root for each day, and a proof that verifies', () => {
  expect(undisturbed.notes).toHaveLength(DAYS);
  const { balances, signed } = proveBalances(undisturbed.proof, trusting(VKEY));
  expect([signed.events, balances.length > 100]).toEqual([EVENTS.length, true]);
});

test('a process that comes late skips the roots that are there, and proves under the last one, which it makes itself', async () => {
  const folder = ledger();
  const before = await nextLife(folder);
  for (const end of ['', '-wal', '-shm']) rmSync(join(folder, `balances.db${end}`), { force: true });
  const store = await openSqliteEventStore(join(folder, 'ledger.db'));
  const said = await signBalancesOf(store, folder);
  await store.close();
  expect(said).toEqual([expect.stringContaining(`signed the balances as of ${EVENTS.length} events`)]);
  expect(await nextLife(folder)).toEqual(before);
});

const STEPS = ['fold', 'put', 'putTile', 'record', 'publish', 'replaceRoot'].flatMap((step) => [
  ['before', step] as const,
  ['after', step] as const,
]);

test.each(STEPS)(
  'killed %s its step "%s", it signs the same roots, each once, and proves the same',
  async (...at) => {
    const [moment, step] = at;
    const folder = ledger();
    const dying = resolve('test/transparency/support/dying-balances.mjs');
    const args = ['--no-warnings', dying, root, folder, ORIGIN, String(EVENTS.length), step, moment];
    const [, signal] = await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit');
    expect(signal).toBe('SIGKILL');
    expect(await nextLife(folder)).toEqual(undisturbed);
  },
  300_000,
);
