import { InMemoryEventStore } from '../event-store/in-memory.js';
import { envelope, newStream, uuid } from '../event-store/envelopes.js';
import type { Place } from '../../src/event-store/event-store.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { FeedHost } from '../../src/feed/feed-host.js';
import type { ConsumerStatus } from '../../src/feed/status.js';

/** A feed that says what a test lets it say; `head` is the number of business events in the log. */
class World {
  head = 0;
  at: Place | undefined;
  readonly log = new InMemoryEventStore();
  readonly feed = new FeedHost(() => undefined, {
    head: () => Promise.resolve({ count: this.head }),
    readAll: (query) => this.log.readAll(query),
    comparePositions: (a, b) => this.log.comparePositions(a, b),
  });

  say(...consumers: (Pick<ConsumerStatus, 'kind' | 'count'> & Partial<ConsumerStatus>)[]): void {
    const whole = consumers.map((each) => ({ name: 'it', state: 'running' as const, lag: 0, ...each }));
    this.feed.status({ head: this.head, isWhole: true, consumers: whole, ...(this.at && { at: this.at }) });
  }

  async record(more: Partial<Envelope>): Promise<Envelope> {
    const stream = newStream();
    const event = envelope(stream, 0, more);
    const { position } = await this.log.append(stream, 'none', [event]);
    this.head++;
    this.at ??= { position, count: 1 };
    return event;
  }
}
const projection = (count: number, more: Partial<ConsumerStatus> = {}) => ({
  kind: 'projection' as const,
  count,
  ...more,
});
const policy = (count: number) => ({ kind: 'policy' as const, count });
/** Lets all go on that can. */
const turn = () => new Promise((resolve) => setImmediate(resolve));
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

test('how far consumers are behind is told of the log as it is now, of which the feed may not know yet', async () => {
  const world = new World();
  world.head = 3;
  world.say(projection(3), policy(2));
  world.head = 5;
  const { head, consumers } = await world.feed.current();
  expect([head, ...consumers.map(({ lag }) => lag)]).toEqual([5, 2, 3]);
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

  test('for effects follows what a command caused to its end, however long that is', async () => {
    const world = new World();
    const ours = uuid();
    await world.record({ correlation: ours });
    world.say(projection(1), policy(0));
    const wait = world.feed.waitForEffects({ sequence: 0, event: undefined, correlation: ours }, 60_000);
    for (let step = 1; step <= 5; step++) {
      await world.record({ correlation: ours });
      world.say(projection(step), policy(step));
      await turn();
    }
    expect(await nowOf(wait)).toBe(pending);
    world.say(projection(5), policy(6));
    await turn();
    expect(await nowOf(wait)).toBe(pending); // done, but it does not show yet
    world.say(projection(6), policy(6));
    expect(await wait).toBe(true);
  });

  test('for effects of a command that is repeated in another trace goes by the event that caused them', async () => {
    const world = new World();
    const first = await world.record({});
    await world.record({ causation: first.id });
    world.say(projection(1), policy(1));
    const wait = world.feed.waitForEffects({ sequence: 0, event: first.id, correlation: uuid() }, 60_000);
    await turn();
    expect(await nowOf(wait)).toBe(pending);
    world.say(projection(2), policy(2));
    expect(await wait).toBe(true);
  });

  test('for effects does not wait for what others do meanwhile', async () => {
    const world = new World();
    const ours = uuid();
    await world.record({ correlation: ours });
    for (let i = 0; i < 300; i++) await world.record({});
    world.say(projection(1), policy(0));
    const wait = world.feed.waitForEffects({ sequence: 0, event: undefined, correlation: ours }, 60_000);
    world.say(projection(1), policy(1));
    expect(await wait).toBe(true);
  });

  test('for effects ends when the time is over, and says so', async () => {
    const world = new World();
    await world.record({});
    world.say(projection(1), policy(0));
    expect(await world.feed.waitForEffects({ sequence: 0, event: undefined, correlation: uuid() }, 5)).toBe(false);
  });
});
