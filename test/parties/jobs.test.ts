import { keepErasures, type Erasures } from '../../src/contexts/parties/parties.jobs.js';
import type { Run } from '../../src/jobs/jobs.js';
import type { Command } from '../../src/kernel/decider.js';
import type { EventId, PartyId } from '../../src/kernel/ids.js';
import type { Outcome } from '../../src/ledger/outcome.js';
import { id, party } from '../given.js';

const SAMI = party('sami');
const REQUEST = id('request') as EventId;
const DUE = { party: SAMI, request: REQUEST, approvedAt: 1_000, sequence: 7 };

/** A vault and a ledger that say in one list what was done, and fail where they are told to. */
class World implements Erasures {
  readonly done: string[] = [];
  state: 'erasing' | 'recorded' | 'erased' = 'erasing';
  isFolded = true;
  failing: 'erase' | 'CompleteErasure' | undefined;
  gone = new Set<PartyId>();
  erasedBefore: { party: PartyId; erasedAt: number }[] = [];

  due = async () => (this.state === 'erasing' ? [DUE] : []);
  erased = async (_: unknown, from: number) => this.erasedBefore.filter(({ erasedAt }) => erasedAt >= from).slice(0, 2);
  duties = async () => (this.isFolded ? { open: [], kept: null } : undefined);

  readonly vault = {
    erase: async (who: PartyId) => {
      if (this.failing === 'erase') throw new Error('the vault is down');
      this.done.push(`erase ${who}`);
      this.gone.add(who);
    },
    isErased: async (who: PartyId) => this.gone.has(who),
  } as Parameters<typeof keepErasures>[1];

  readonly send = async ({ type }: Command): Promise<Outcome> => {
    if (this.failing === type) throw new Error('the ledger is down');
    this.done.push(type);
    if (type === 'CompleteErasure') this.state = 'erased';
    return { kind: 'accepted', state: { state: this.state } } as Outcome;
  };

  run(at: number, key = 'often'): Run {
    return { key, at, signal: new AbortController().signal, send: this.send } as unknown as Run;
  }
}

const FIRST = 16_000;

test('an erasure waits until what was decided before its approval is written and known, then vault and log follow', async () => {
  const world = new World();
  const job = keepErasures(world, world.vault);
  await job.handle(world.run(FIRST - 1));
  world.isFolded = false;
  await job.handle(world.run(FIRST));
  expect(world.done).toEqual([]);
  world.isFolded = true;
  await job.handle(world.run(FIRST));
  expect(world.done).toEqual(['ConfirmErasure', `erase ${SAMI}`, 'CompleteErasure']);
});

test('what stopped it is never destroyed', async () => {
  const world = new World();
  world.due = async () => [DUE]; // the read model is a moment behind
  world.state = 'recorded';
  await keepErasures(world, world.vault).handle(world.run(FIRST));
  expect(world.done).toEqual(['ConfirmErasure']);
});

test.each(['erase', 'CompleteErasure'] as const)('a crash at %s is made good by the next run', async (failing) => {
  const world = new World();
  const job = keepErasures(world, world.vault);
  world.failing = failing;
  await expect(job.handle(world.run(FIRST))).rejects.toThrow('down');
  expect(world.state).toBe('erasing');
  world.failing = undefined;
  await job.handle(world.run(FIRST + 10_000));
  expect(world.done.slice(-2)).toEqual([`erase ${SAMI}`, 'CompleteErasure']);
});

test('whoever the log says was erased is erased in a restored vault: once after the start, and each night', async () => {
  const world = new World();
  world.state = 'recorded';
  const people = ['a', 'b', 'c'].map((name) => party(name));
  world.erasedBefore = people.map((each, index) => ({ party: each, erasedAt: index * 5 }));
  const job = keepErasures(world, world.vault);
  await job.handle(world.run(0));
  expect(world.done).toEqual(people.map((each) => `erase ${each}`));
  world.done.length = 0;
  world.gone.clear(); // restored while the server runs
  await job.handle(world.run(10_000));
  expect(world.done).toEqual([]);
  await job.handle(world.run(20_000, 'daily'));
  expect(world.done).toEqual(people.map((each) => `erase ${each}`));
});
