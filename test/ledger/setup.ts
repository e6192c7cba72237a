import type { EventStore, StoredEvent } from '../../src/event-store/event-store.js';
import type { CommandRequest } from '../../src/kernel/decider.js';
import type { CommandId, LedgerId, StreamName, Uuid } from '../../src/kernel/ids.js';
import { Ledger, type LedgerOptions } from '../../src/ledger/ledger.js';
import type { Accepted, Outcome, Refused } from '../../src/ledger/outcome.js';
import { wholeLog } from '../contract/event-store/opened.js';
import { InMemoryEventStore } from '../event-store/in-memory.js';
import { actor, id } from '../given.js';
import { FaultyStore } from './faulty-store.js';
import { Add, catalogue, tally } from './tally.js';

/** Noon in Riyadh on 1 March 2026. */
export const NOON = Date.parse('2026-03-01T09:00:00Z');
export const TODAY = '2026-03-01';
export const CLERK = actor('clerk', 'clerk');

/** One store and any number of processes on it: each has a ledger of its own. */
export function setup(defaults: Partial<LedgerOptions> = {}) {
  const store = new FaultyStore(new InMemoryEventStore());
  const clock = { time: NOON, now: () => clock.time };
  const process = (options: Partial<LedgerOptions> = {}): Ledger =>
    new Ledger({
      store,
      catalogue,
      clock,
      id: id('ledger') as Uuid as LedgerId,
      ruleSet: 'test',
      backdatingDays: 30,
      cacheBytes: 1_000_000,
      ...defaults,
      ...options,
    });
  return { store, clock, process, ledger: process() };
}

/** A request that nobody else sends; with a name it is the same request each time. */
export function request(name?: string, more: Partial<CommandRequest> = {}): CommandRequest {
  const own = (name === undefined ? crypto.randomUUID() : id(name)) as Uuid as CommandId;
  return {
    id: own,
    digest: '1'.repeat(64),
    actor: CLERK,
    source: 'api',
    mayBackdate: false,
    correlation: own,
    ...more,
  };
}

export const A = id('a tally');
export const stream = `tally-${A}` as StreamName;
export const attemptOf = (name: string) => `attempt-${id(name)}` as StreamName;

export const add = (ledger: Ledger, by: number, asked: CommandRequest = request(), steps = 1): Promise<Outcome> =>
  ledger.execute(tally, new Add(A, { by, steps }, asked));

/** @throws Error where the outcome is a refusal */
export async function accepted(outcome: Promise<Outcome>): Promise<Accepted> {
  const settled = await outcome;
  if (settled.kind !== 'accepted') throw new Error(`refused: ${JSON.stringify(settled)}`);
  return settled;
}

/** @throws Error where the outcome is an acceptance */
export async function refused(outcome: Promise<Outcome>): Promise<Refused> {
  const settled = await outcome;
  if (settled.kind !== 'refused') throw new Error(`accepted: ${JSON.stringify(settled)}`);
  return settled;
}

/** Every event, by stream: what a test that says "nothing was written" compares. */
export const log = async (store: EventStore): Promise<readonly StoredEvent[]> => wholeLog(store);

export const typesOf = async (store: EventStore): Promise<string[]> =>
  (await log(store)).map(({ event }) => event.type.replace('tallies.', ''));
