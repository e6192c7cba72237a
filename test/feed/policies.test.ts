import { jest } from '@jest/globals';
import fc from 'fast-check';
import type { Policy } from '../../src/feed/consumers.js';
import { LedgerUnavailable } from '../../src/ledger/outcome.js';
import { InMemoryReadModels, InMemoryStore } from '../read-models/in-memory.js';
import { MemoryLog } from './memory-log.js';
import { allThatIsOwed, FakeLedger, policy, PolicyProcess, type Owes, type Surroundings } from './policy-process.js';

const TWO = [policy('first'), policy('second')];

function logOf(events: readonly Owes[]): MemoryLog {
  const log = new MemoryLog();
  for (const owes of events) log.happened(owes);
  return log;
}

/** A world in which nothing goes wrong by itself. */
function worldOf(
  events: readonly Owes[],
  policies: readonly Policy[] = TWO,
): Surroundings & { readonly ledger: FakeLedger } {
  const log = logOf(events);
  const ledger = new FakeLedger(log, policies);
  const send: Surroundings['send'] = (command, request) => ledger.execute(command, request);
  return { log, store: new InMemoryStore(), policies, ledger, send };
}

async function start(around: Surroundings): Promise<PolicyProcess> {
  const process = new PolicyProcess(around);
  await process.start();
  return process;
}

const checkpointsOf = async ({ store, policies }: Surroundings): Promise<(number | undefined)[]> => {
  const models = new InMemoryReadModels(store);
  return Promise.all(policies.map(async ({ name }) => (await models.checkpoint(name))?.count));
};

/** Lets everything that is ready go on. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function turned(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

/** Turns of the event loop as a list says, over and over: some answers come soon, some late. */
function pace(delays: readonly number[]): () => Promise<void> {
  let calls = 0;
  return async () => {
    const delay = delays[calls++ % delays.length] ?? 0;
    if (delay === 0) return;
    for (let n = 1; n < delay; n++) await turn();
  };
}

const targets = fc.array(fc.constantFrom('a', 'a', 'b', 'c'), { maxLength: 3 });
const owed = fc.record({ first: targets, second: targets }, { noNullPrototype: true });
const events = fc.array(owed, { minLength: 1, maxLength: 20 });
const delays = fc.array(fc.nat(4), { minLength: 1, maxLength: 9 });

describe('policies run as one, in the order of events (DESIGN.md, Policies)', () => {
  test('commands of one target go by event, policy and index, whatever the ledger takes; others do not wait', async () => {
    await fc.assert(
      fc.asyncProperty(events, delays, fc.integer({ min: 1, max: 7 }), async (owes, slow, pageSize) => {
        const world = worldOf(owes);
        const paced = pace(slow);
        const send: Surroundings['send'] = async (command, request) => {
          await paced();
          const outcome = await world.send(command, request);
          await paced();
          return outcome;
        };
        const process = await start({ ...world, send, pageSize });
        await process.settle();
        await process.stop();
        expect(world.ledger.refused).toEqual([]);
        expect(world.ledger.done).toEqual(allThatIsOwed(world.log, TWO));
      }),
      { numRuns: 150 },
    );
  });

  /** A crash after each of the numbers of steps, one process after the other, over the same stores; then a calm end. */
  async function crashes(world: Surroundings, after: readonly number[], around: Partial<Surroundings>) {
    let total = 0;
    for (const steps of after) {
      let left = steps;
      let dying: Promise<void> | undefined;
      let crashed!: () => void;
      const crash = new Promise<void>((resolve) => (crashed = resolve));
      const process: PolicyProcess = new PolicyProcess({
        ...world,
        ...around,
        step() {
          if (left-- > 0) return void total++;
          dying ??= process.kill();
          crashed();
        },
      });
      await process.start().catch(() => undefined);
      await Promise.race([crash, process.settle()]);
      await (dying ?? process.kill());
    }
    const last = await start({ ...world, ...around });
    await last.settle();
    await last.stop();
    return { total, last };
  }

  test('a crash at each and every point, then a restart: nothing lost, doubled or overtaken', async () => {
    const owes: Owes[] = [
      { first: ['a'], second: ['a', 'b'] },
      { second: ['b'] },
      {},
      { first: ['b', 'a', 'a'] },
      { first: ['c'], second: ['a'] },
      { second: ['a'] },
      { first: ['a'] },
    ];
    const whole = await crashes(worldOf(owes), [Infinity], {});
    expect(whole.total).toBeGreaterThan(20);
    for (let point = 0; point <= whole.total; point++) {
      for (const pageSize of [1, 2, 100]) {
        const world = worldOf(owes);
        await crashes(world, [point], { pageSize });
        expect({ point, refused: world.ledger.refused }).toEqual({ point, refused: [] });
        expect(world.ledger.done).toEqual(allThatIsOwed(world.log, TWO));
      }
    }
  });

  test('crashes at any points, an unreliable ledger and any pace: nothing lost, doubled or overtaken', async () => {
    // Of a command that is not answered nobody knows whether it was decided: both happen.
    const faults = fc.array(fc.constantFrom('none', 'none', 'none', 'before', 'after'), { minLength: 1, maxLength: 7 });
    const points = fc.array(fc.nat(60), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(events, delays, faults, points, fc.integer({ min: 1, max: 7 }), async (...drawn) => {
        const [owes, slow, unreliable, after, pageSize] = drawn;
        const world = worldOf(owes);
        const paced = pace(slow);
        let calls = 0;
        const send: Surroundings['send'] = async (command, request) => {
          const fault = unreliable[calls++ % unreliable.length];
          await paced();
          if (fault === 'before' && calls < 200) throw new LedgerUnavailable('try again');
          const outcome = await world.send(command, request);
          if (fault === 'after' && calls < 200) throw new LedgerUnavailable('decided, and the answer was lost');
          return outcome;
        };
        await crashes(world, after, { send, pageSize });
        expect(world.ledger.refused).toEqual([]);
        expect(world.ledger.done).toEqual(allThatIsOwed(world.log, TWO));
      }),
      { numRuns: 100 },
    );
  });

  test('a log delivered again from the start has no second effect', async () => {
    const world = worldOf([{ first: ['a'], second: ['a'] }, { second: ['a', 'b'] }]);
    for (const store of [new InMemoryStore(), new InMemoryStore()]) {
      const process = await start({ ...world, store });
      await process.settle();
      await process.stop();
      expect(process.alarms).toEqual([]);
    }
    expect(world.ledger.done).toEqual(allThatIsOwed(world.log, TWO));
  });

  test('a stop waits for what was sent, and leaves nothing to send again', async () => {
    const world = worldOf(Array.from({ length: 300 }, (_, n) => ({ first: ['a', `t${n}`] })));
    let sent = 0;
    const send: Surroundings['send'] = async (command, request) => {
      sent++;
      await turn();
      return world.send(command, request);
    };
    const process = await start({ ...world, send, saves: false });
    await turn();
    await process.stop();
    const before = sent;
    expect(before).toBeLessThan(600);
    expect(await checkpointsOf(world)).toEqual([before / 2, before / 2]);
    const next = await start({ ...world, send });
    await next.settle();
    await next.stop();
    expect(sent).toBe(600);
  });
});

test('what a stop leaves without an answer is not overtaken meanwhile', async () => {
  const world = worldOf([{ first: ['a'] }, { first: ['a'] }, { second: ['a'] }]);
  const send: Surroundings['send'] = async (command, request) => {
    if (request.causation === world.log.events[0]!.id) throw new LedgerUnavailable('the disk is full');
    return world.send(command, request);
  };
  const process = await start({ ...world, send });
  await process.until(({ state }) => state === 'retrying');
  await process.stop();
  expect(world.ledger.done.size).toBe(0);
  const next = await start(world);
  await next.settle();
  await next.stop();
  expect(world.ledger.done).toEqual(allThatIsOwed(world.log, TWO));
});

describe('back-pressure', () => {
  test('at most 256 commands wait for their answers, whatever the log holds', async () => {
    const world = worldOf(Array.from({ length: 1_000 }, (_, n) => ({ first: [`t${n}`] })));
    let open = 0;
    let most = 0;
    let release!: () => void;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const send: Surroundings['send'] = async (command, request) => {
      most = Math.max(most, ++open);
      await gate;
      open--;
      return world.send(command, request);
    };
    const process = await start({ ...world, send, pageSize: 100 });
    await turned(() => open >= 256);
    for (let n = 0; n < 20; n++) await turn();
    expect([open, process.status.count]).toEqual([256, 0]);
    release();
    await process.settle();
    await process.stop();
    expect(most).toBe(256);
  });

  test('one command that gets no answer leaves a bounded number of others behind it', async () => {
    const world = worldOf(Array.from({ length: 6_000 }, (_, n) => ({ first: [n === 0 ? 'stuck' : 'free'] })));
    let release!: () => void;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const send: Surroundings['send'] = async (command) => {
      if (command.target === 'stuck') await gate;
      else answered++;
      return { kind: 'accepted', id: command.target, revision: 0, state: { state: 'done' }, repeated: false };
    };
    let answered = 0;
    const process = await start({ ...world, send, pageSize: 500 });
    for (let before = -1; answered > before || before < 1_000; await turn()) before = answered;
    expect([process.status.count, answered <= 4_096]).toEqual([0, true]);
    release();
    await process.settle();
    await process.stop();
    expect(answered).toBe(5_999);
  });
});

describe('what stops policies', () => {
  test('a poison event stops them all, loudly: what came before is done, nothing after it is sent, nothing is skipped', async () => {
    const owes: Owes[] = [{ first: ['a'] }, {}, { first: ['a'], second: ['b'] }, { second: ['c'] }];
    const allergic: Policy = {
      ...policy('second'),
      react(event) {
        if (((event.data as Owes)['second'] ?? []).includes('b')) throw new Error('cannot digest');
        return policy('second').react(event);
      },
    };
    const world = worldOf(owes);
    const process = await start({ ...world, policies: [TWO[0]!, allergic] });
    await process.until(({ state }) => state === 'stopped');
    await process.stop();
    expect(process.status).toMatchObject({ name: 'policies', count: 2, error: expect.stringContaining('event 2') });
    expect(process.logged).toEqual([expect.stringMatching(/^policies stopped: second cannot handle event 2/)]);
    expect([...world.ledger.done.keys()]).toEqual(['a']);
    expect(world.ledger.done.get('a')).toHaveLength(1); // of the poison event nothing is sent, by no policy
    expect(await checkpointsOf(world)).toEqual([2, 2]);

    const mended = await start(world);
    await mended.settle();
    await mended.stop();
    expect(world.ledger.done).toEqual(allThatIsOwed(world.log, TWO));
  });

  test('an event that is newer than the program stops the policies that want it', async () => {
    const world = worldOf([{ first: ['a'] }]);
    world.log.happened({}, 'tests.Other', 2);
    world.log.happened({}, 'tests.Unknown');
    world.log.happened({ first: ['a'] }, 'tests.Happened', 2);
    const process = await start(world);
    await process.until(({ state }) => state === 'stopped');
    await process.stop();
    // What no policy wants lies between the last event that was done and this one, and counts for neither.
    const error = expect.stringContaining('event 3 (tests.Happened');
    expect(process.status).toMatchObject({ count: 1, error });
    expect(process.status.error).toContain('newer than this program');
  });

  test('a command without an outcome stops them all, so that nothing overtakes it', async () => {
    const owes: Owes[] = [{ first: ['a'] }, { first: ['b'] }, { first: ['b'], second: ['a'] }, { first: ['c'] }];
    const world = worldOf(owes);
    let release!: () => void;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const send: Surroundings['send'] = async (command, request) => {
      const { done } = world.ledger;
      if (command.target === 'a' && !done.has('a')) await gate; // the first event's command is still on its way
      if (command.target === 'b' && !done.has('b')) throw new Error('the id was used for another request');
      return world.send(command, request);
    };
    const process = await start({ ...world, send, pageSize: 1 });
    await process.until(({ state }) => state === 'stopped');
    release();
    await process.stop();
    expect(process.status).toMatchObject({ state: 'stopped', count: 1, error: expect.stringContaining('Do on b') });
    expect(process.logged).toEqual([expect.stringContaining('policies stopped')]);
    expect(await checkpointsOf(world)).toEqual([1, 1]);
    expect(world.ledger.done.get('a')).toHaveLength(1); // not the later one
    expect(world.ledger.done.has('b')).toBe(false);

    const mended = await start(world);
    await mended.settle();
    await mended.stop();
    expect(world.ledger.refused).toEqual([]);
    expect(world.ledger.done).toEqual(allThatIsOwed(world.log, TWO));
  });

  test('a ledger that does not answer holds its target only, and shows; then all goes on in order', async () => {
    const world = worldOf([{ first: ['a'] }, { second: ['a', 'b'] }]);
    let isDown = true;
    const send: Surroundings['send'] = async (command, request) => {
      if (isDown && command.target === 'a') throw new LedgerUnavailable('the disk is full');
      return world.send(command, request);
    };
    const process = await start({ ...world, send });
    await process.until(({ state }) => state === 'retrying');
    await turned(() => world.ledger.done.has('b'));
    expect(process.status).toMatchObject({ count: 0, error: 'the disk is full' });
    expect(process.logged).toEqual([expect.stringContaining('policies wait for the ledger')]);
    isDown = false;
    await process.settle();
    await process.stop();
    expect(process.status).toMatchObject({ state: 'running', count: 2 });
    expect(process.status.error).toBeUndefined();
    expect(world.ledger.done).toEqual(allThatIsOwed(world.log, TWO));
  });

  test('a refused command raises an alarm; it is final, and the rest goes on', async () => {
    const world = worldOf([{ first: ['a'] }, { first: ['b'] }]);
    const send: Surroundings['send'] = async (command, request) => {
      const outcome = await world.send(command, request);
      if (command.target !== 'a') return outcome;
      return { ...outcome, kind: 'refused', code: 'INSUFFICIENT', attempt: 'the-attempt' } as never;
    };
    const process = await start({ ...world, send });
    await process.settle();
    await process.stop();
    const reason = 'refused by INSUFFICIENT (the-attempt)';
    expect(process.alarms).toEqual([{ policy: 'first', sequence: 0, command: 'Do', target: 'a', reason }]);
    expect(world.ledger.done.has('b')).toBe(true);
  });
});

describe('policies name where they start', () => {
  const owes: Owes[] = [{ first: ['a'], second: ['a'] }, { first: ['b'] }, { second: ['a'] }, { second: ['a', 'a'] }];

  async function grown(added: Policy, crashAfter?: number) {
    const world = worldOf(owes);
    const older = await start({ ...world, policies: [TWO[0]!] });
    await older.settle();
    await older.stop();
    world.log.happened({ first: ['a'], second: ['a', 'b'] }); // both owe it
    let steps = 0;
    const sent: string[] = [];
    const around: Surroundings = {
      ...world,
      policies: [TWO[0]!, added],
      pageSize: 1,
      async send(command, request) {
        sent.push(`${(command.data as { policy: string }).policy} ${command.target}`);
        await turn();
        return world.send(command, request);
      },
      step: () => {
        if (++steps === crashAfter) void newer.kill();
      },
    };
    const newer = new PolicyProcess(around);
    await newer.start();
    if (crashAfter === undefined) await newer.settle();
    else await turned(() => steps >= crashAfter || newer.status.count === 5);
    await newer.kill();
    return { world, around, sent };
  }

  test('`beginning`: it owes what every event calls for, before the others go on; they are not told again', async () => {
    const { sent } = await grown(policy('second', 'beginning'));
    expect(sent.filter((each) => each.endsWith(' a'))).toEqual([...Array(4).fill('second a'), 'first a', 'second a']);
    expect(sent).not.toContain('first b');
  });

  test('`beginning`, killed anywhere on the way: it goes on, and nothing is lost or overtaken', async () => {
    for (let point = 1; point <= 40; point++) {
      const { world, around } = await grown(policy('second', 'beginning'), point);
      const again = await start({ ...around, step: () => undefined });
      await again.settle();
      await again.stop();
      expect({ point, refused: world.ledger.refused }).toEqual({ point, refused: [] });
      expect(world.ledger.done).toEqual(allThatIsOwed(world.log, TWO));
    }
  });

  test('`now`: it owes what comes from then on, over restarts too', async () => {
    const world = worldOf(owes);
    const older = await start({ ...world, policies: [TWO[0]!] });
    await older.settle();
    await older.stop();
    const policies = [TWO[0]!, policy('second', 'now')];
    const killed = new PolicyProcess({ ...world, policies, saves: false });
    await killed.start();
    await killed.kill();
    world.log.happened({ second: ['z'] });
    const next = await start({ ...world, policies });
    await next.settle();
    await next.stop();
    expect([...world.ledger.done.keys()].sort()).toEqual(['a', 'b', 'z']);
    expect(world.ledger.done.get('a')).toEqual([{ sequence: 0, policy: 'first', index: 0 }]);
  });
});

test('what no policy wants is passed without being read: one event of the others that is broken stops nobody', async () => {
  const world = worldOf([{ first: ['a'] }]);
  world.log.happened({}, 'tests.Other', 9); // newer than this program knows
  world.log.happened({ second: ['b'] });
  world.log.happened({}, 'tests.Other');
  const follow = jest.spyOn(world.log, 'follow');
  const process = await start(world);
  await process.settle();
  await process.stop();
  expect(process.status).toMatchObject({ state: 'running', count: 4 });
  expect([...world.ledger.done.keys()]).toEqual(['a', 'b']);
  expect(follow.mock.calls.map(([{ filter }]) => filter)).toEqual([{ types: ['tests.Happened'] }]);
});

test('what is stored of a runner is stored by one save at a time: the last look of a feed meets its end', async () => {
  const world = worldOf([{ first: ['a'] }, { second: ['b'] }, { first: ['c'] }]);
  let [underWay, most, held] = [0, 0, true];
  const process = new PolicyProcess({
    ...world,
    saves: false,
    // The first to come is the last to arrive: on a server that takes its time, or beside a reconnection.
    saving: async () => {
      most = Math.max(most, ++underWay);
      while (held && underWay === 1) await turn();
      underWay--;
    },
  });
  await process.start();
  await process.settle();
  const look = process.runner.save();
  await turn();
  const end = process.runner.save();
  for (let n = 0; n < 9; n++) await turn();
  held = false;
  await Promise.all([look, end]);
  expect(most).toBe(1);
  expect(await checkpointsOf(world)).toEqual([3, 3]);
  await process.stop();
});
