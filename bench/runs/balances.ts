/** A root over so many accounts, and the next one over those of them that moved; each in its pieces, as the feed makes it. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { peakMemoryMiB } from '../../examples/road-fines/peak-memory.js';
import type { Position } from '../../src/event-store/event-store.js';
import type { Entry } from '../../src/kernel/entries.js';
import type { Currency } from '../../src/kernel/money.js';
import type { EventId, LedgerId } from '../../src/kernel/ids.js';
import { openBalancesFile, type BalancesFile } from '../../src/transparency/balances/balances-file.js';
import { openBalancesReader } from '../../src/transparency/balances/balances-reader.js';
import { LineSalts, postingsOf } from '../../src/transparency/balances/line.js';
import { balancesKey, signBalances } from '../../src/transparency/balances/note.js';
import { writeBalances } from '../../src/transparency/balances/proof.js';
import { takeMoved } from '../../src/transparency/balances/root-making.js';
import { EMPTY_ROOT, treeSize } from '../../src/transparency/hashes.js';
import { leafSaltUnder } from '../../src/vault/leaf-salt.js';
import { input, report } from './run.js';

export interface BalancesRun {
  readonly folder: string;
  readonly accounts: number;
  readonly moved: number;
}

export interface BalancesFound {
  /** Processor time of the next root, in milliseconds. */
  readonly next: number;
  /** Processor time of the first root, in seconds, and of what was added up for it. */
  readonly first: number;
  readonly folding: number;
  /** Longest that the thread was held while the roots were made, in milliseconds. */
  readonly held: number;
  /** Of one account under the last root, in microseconds. */
  readonly proof: number;
  /** MiB */
  readonly peakMemory: number;
  readonly baseMemory: number;
}

const EVENTS_AT_ONCE = 128;
const PROOFS = 200;

const { folder, accounts, moved } = input<BalancesRun>();
const ledger = '11111111-1111-4111-8111-111111111111' as LedgerId;
const leafKey = randomBytes(32);
const salts = new LineSalts(leafKey, (event) => leafSaltUnder(leafKey, event));
const key = balancesKey('log.example', randomBytes(32));
const id = (n: number, kind: string): string => `${kind}0000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const partyOf = (n: number): string => `party_${id(n % 100_000, '2')}`;

let events = 0;
let held = 0;

/** An event on the debt of a number: two accounts move. */
function eventOn(n: number) {
  const dims = { entity: `party_${id(0, '1')}`, party: partyOf(n), sector: 'general', debt: id(n, '3') };
  const entry: Entry = {
    debit: { account: '1200', dims },
    credit: { account: '4300', dims: { ...dims, ground: 'fine' } },
    amount: '115.00',
    currency: 'SAR' as Currency,
  };
  return { id: id(events++, '4') as EventId, entries: [entry] };
}

function fold(file: BalancesFile, count: number, numberOf: (at: number) => number): void {
  for (let at = 0; at < count; at += EVENTS_AT_ONCE) {
    const page = Array.from({ length: Math.min(EVENTS_AT_ONCE, count - at) }, (_, n) => eventOn(numberOf(at + n)));
    const last = { position: String(events) as Position, count: events, day: '2026-03-01', closes: false };
    file.fold(page.flatMap(postingsOf), { ...last, last: page.at(-1)!.id }, (account) => salts.placeOf(account));
  }
}

async function root(file: BalancesFile): Promise<void> {
  const rest = async (began: number): Promise<boolean> => {
    held = Math.max(held, performance.now() - began);
    await new Promise(setImmediate);
    return true;
  };
  await file.replaceRoot(async () => {
    const made = (await takeMoved(file, { ledger, salts }, rest))!;
    const head = { events: treeSize(events), logRoot: EMPTY_ROOT, lines: treeSize(made.lines), root: made.root };
    file.publish({ events, note: signBalances(head, key) });
    return true;
  });
}

/** Of this process, all its threads, in milliseconds. */
async function processorTime(work: () => void | Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const baseMemory = peakMemoryMiB();
const file = openBalancesFile(join(folder, 'balances.db'));
const folding = await processorTime(() => fold(file, accounts / 2, (at) => at));
const first = await processorTime(() => root(file));
fold(file, moved / 2, (at) => Math.floor((at * accounts) / moved));
const next = await processorTime(() => root(file));
const peakMemory = peakMemoryMiB();

const reader = openBalancesReader(join(folder, 'balances.db'));
const prove = (n: number): void =>
  reader.atOnce(() => {
    const accountsOf = reader.heldBy(partyOf(n * 7), { after: Buffer.alloc(0), limit: 1 });
    writeBalances(reader, reader.published()!, { ledger, party: partyOf(n * 7), accounts: accountsOf }, salts);
  });
const proving = await processorTime(() => Array.from({ length: PROOFS }, (_, n) => n).forEach(prove));
reader.close();
file.close();
report({
  next,
  first: first / 1_000,
  folding: folding / 1_000,
  held,
  proof: (1_000 * proving) / PROOFS,
  peakMemory,
  baseMemory,
} satisfies BalancesFound);
