import { InMemoryEventStore } from '../event-store/in-memory.js';
import { FeedHost } from '../../src/feed/feed-host.js';
import type { ConsumerStatus } from '../../src/feed/status.js';

/** A feed that says what a test lets it say; `head` is the number of business events in the log. */
class World {
  head = 0;
  readonly log = new InMemoryEventStore();
  readonly feed = new FeedHost(() => undefined, {
    head: () => Promise.resolve({ count: this.head }),
    readAll: (query) => this.log.readAll(query),
    comparePositions: (a, b) => this.log.comparePositions(a, b),
  });

  say(...consumers: (Pick<ConsumerStatus, 'kind' | 'count'> & Partial<ConsumerStatus>)[]): void {
    const whole = consumers.map((each) => ({ name: 'it', state: 'running' as const, lag: 0, ...each }));
    this.feed.status({ head: this.head, isWhole: true, consumers: whole });
  }
}
const projection = (count: number, more: Partial<ConsumerStatus> = {}) => ({
  kind: 'projection' as const,
  count,
  ...more,
});
const policy = (count: number) => ({ kind: 'policy' as const, count });
const pending = Symbol('pending');
const nowOf = (promise: Promise<boolean>) =>
  Promise.race([promise, new Promise((resolve) => setImmediate(() => resolve(pending)))]);

test('a refused command of a policy is an alarm: it is said, and counted by policy', () => {
  const said: string[] = [];
  const feed = new FeedHost((level, message) => said.push(`${level} ${message}`), new InMemoryEventStore());
  const alarm = { policy: 'credit-excess', sequence: 7, command: 'CreditBalance', target: 'b', reason: 'refused by X' };
  feed.alarm(alarm);
  feed.alarm({ ...alarm, sequence: 8 });
  const line = 'error policy credit-excess, event 7: CreditBalance on b did not go through: refused by X';
  expect([said.length, said[0]]).toEqual([2, line]);
  expect([...feed.refused]).toEqual([['credit-excess', 2]]);
});

describe('waiting for the feed', () => {
  test('ends when every projection has folded the event, or when the time is over', async () => {
    const world = new World();
    const wait = world.feed.waitForProjections(4, 1_000);
    world.say(projection(5), projection(4));
    expect(await nowOf(wait)).toBe(pending);
    world.say(projection(5), projection(5));
    expect(await wait).toBe(true);
    expect(await world.feed.waitForProjections(5, 1)).toBe(false);
  });

  test('does not claim that a stopped projection shows the event', async () => {
    const world = new World();
    const wait = world.feed.waitForProjections(4, 60_000);
    world.say(projection(5), projection(2, { state: 'stopped' }));
    expect(await wait).toBe(false);
    world.say(projection(5), projection(5, { state: 'stopped' }));
    expect(await world.feed.waitForProjections(4, 0)).toBe(true);
  });

  test('until nothing is left to do fails where a consumer has stopped: it will never be done', async () => {
    const world = new World();
    world.head = 3;
    const drained = world.feed.drain();
    world.say(projection(3), { ...policy(1), state: 'stopped', error: 'cannot digest' });
    await expect(drained).rejects.toThrow('it has stopped: cannot digest');
  });

  test('for effects follows a receipt through its application to the credit of its excess', async () => {
    const world = new World();
    world.head = 1; // 0: the receipt
    world.say(projection(1), policy(0));
    const wait = world.feed.waitForEffects(0, 60_000);
    world.head = 2; // 1: applied
    world.say(projection(1), policy(1));
    await nowOf(wait);
    world.head = 3; // 2: the excess credited
    world.say(projection(2), policy(2));
    await nowOf(wait);
    world.say(projection(2), policy(3));
    expect(await nowOf(wait)).toBe(pending);
    world.say(projection(3), policy(3));
    expect(await wait).toBe(true);
  });
});
