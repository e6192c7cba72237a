import { Quotas, Window } from '../../src/http/quotas.js';
import type { Caller } from '../../src/http/auth/principal.js';
import type { ActorId } from '../../src/kernel/ids.js';
import type { Outcome } from '../../src/ledger/outcome.js';
import { accepted, DEBT, REQUEST, Outside, refusedBy, SELF_APPROVAL, startEdge, type Edge } from './edge.js';

const clock = { time: 600_000, now: () => clock.time };

describe('a window', () => {
  beforeEach(() => {
    clock.time = 600_000;
  });

  test('allows as many as its limit, then says for how long to wait, and keeps its word', () => {
    const window = new Window(3, 60_000, clock);
    for (let i = 0; i < 3; i++) {
      expect(window.secondsToWait('a')).toBe(0);
      window.count('a');
    }
    const seconds = window.secondsToWait('a');
    expect(seconds).toBeGreaterThan(0);
    expect(window.secondsToWait('b')).toBe(0);
    clock.time += (seconds - 1) * 1000 - 1;
    expect(window.secondsToWait('a')).toBeGreaterThan(0);
    clock.time += 1001;
    expect(window.secondsToWait('a')).toBe(0);
  });

  test('slides: a burst at the seam of two windows does not count twice as much', () => {
    const window = new Window(10, 60_000, clock);
    clock.time += 59_000;
    for (let i = 0; i < 10; i++) window.count('a');
    clock.time += 2_000; // one second into the next window
    let allowed = 0;
    while (window.secondsToWait('a') === 0 && allowed < 20) {
      window.count('a');
      allowed++;
    }
    expect(allowed).toBe(1);
    clock.time += 120_000;
    expect(window.secondsToWait('a')).toBe(0);
  });

  test('over ten minutes of constant pressure it lets through what it promises', () => {
    const window = new Window(60, 60_000, clock);
    let allowed = 0;
    for (let i = 0; i < 6_000; i++) {
      if (window.secondsToWait('a') === 0) {
        window.count('a');
        allowed++;
      }
      clock.time += 100;
    }
    expect(allowed).toBeLessThanOrEqual(11 * 60);
    expect(allowed).toBeGreaterThanOrEqual(9 * 60);
  });

  test('0 is no limit', () => {
    const window = new Window(0, 60_000, clock);
    for (let i = 0; i < 100; i++) window.count('a');
    expect(window.secondsToWait('a')).toBe(0);
  });
});

describe('quotas over HTTP', () => {
  let edge: Edge;
  const outside = new Outside();
  beforeAll(async () => {
    edge = await startEdge({ outside, requestsPerMinute: 5, refusalsPerHour: 2 });
  });
  afterAll(() => edge.close());

  const post = (token: string, path = 'proceedings') =>
    edge.app.inject({
      method: 'POST',
      url: `/v1/debts/${DEBT}/${path}`,
      headers: { authorization: `Bearer ${token}`, 'idempotency-key': 'k', 'if-match': '"1"' },
    });

  test('requests: 429 with the time to wait; others are not touched; the importer has no quota', async () => {
    const clerk = await edge.token(['clerk'], { sub: 'busy' });
    for (let i = 0; i < 5; i++) expect((await post(clerk)).statusCode).toBe(200);
    const answer = await post(clerk);
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([429, 'TOO_MANY_REQUESTS']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(answer.headers['ratelimit-policy']).toBe('"subject";q=5;w=60');
    expect(answer.headers['ratelimit']).toMatch(/^"subject";r=0;t=\d+$/);
    expect((await post(await edge.token(['clerk'], { sub: 'calm' }))).statusCode).toBe(200);
    const importer = await edge.token(['importer'], { sub: 'bulk' });
    for (let i = 0; i < 20; i++) expect((await post(importer)).statusCode).toBe(200);
  });

  test('refusals: the quota comes first, and what it suppresses is counted and handed over', async () => {
    outside.outcome = () => refusedBy(SELF_APPROVAL);
    const clerk = await edge.token(['clerk'], { sub: 'stubborn' });
    expect((await post(clerk)).statusCode).toBe(409);
    expect((await post(clerk, 'requests/1c9d6f3e-7d55-4c1b-9c0e-0f6a3d1f7a10/approval')).statusCode).toBe(403);
    const sent = outside.sent.length;
    const recorded = outside.refusals.length;
    expect((await post(clerk)).json()).toMatchObject({ status: 429, code: 'TOO_MANY_REFUSALS' });
    expect((await post(clerk, 'requests/1c9d6f3e-7d55-4c1b-9c0e-0f6a3d1f7a10/approval')).statusCode).toBe(429);
    expect([outside.sent.length, outside.refusals.length]).toEqual([sent, recorded]);

    await edge.app.close(); // the end of the process hands over what is left
    const [report] = outside.suppressed;
    expect(report?.counts.map(({ count }) => count)).toEqual([2]);
    expect(report?.counts[0]?.actor).toMatch(/^actor_/);
  });

  test('a reading over the quota does not tell what is someone else’s from what is not there', async () => {
    const again = await startEdge({ outside, refusalsPerHour: 1 });
    const token = await again.token(['debtor'], { sub: 'curious' });
    const read = (id: string) =>
      again.app.inject({ url: `/v1/debts/${id}`, headers: { authorization: `Bearer ${token}` } });
    expect((await read(REQUEST)).statusCode).toBe(404);
    const recorded = outside.refusals.length;
    const [foreign, missing] = [await read(REQUEST), await read('2d9d6f3e-7d55-4c1b-9c0e-0f6a3d1f7a10')];
    expect([foreign.statusCode, foreign.body]).toEqual([404, missing.body]);
    expect(outside.refusals.length).toBe(recorded);
    await again.close();
    expect(outside.suppressed.at(-1)?.counts.map(({ count }) => count)).toEqual([1]);
  });

  test('a repeat of a refusal counts once', async () => {
    const again = await startEdge({ outside, refusalsPerHour: 1 });
    const clerk = await again.token(['clerk']);
    const ask = () =>
      again.app.inject({
        method: 'POST',
        url: `/v1/debts/${DEBT}/proceedings`,
        headers: { authorization: `Bearer ${clerk}`, 'idempotency-key': 'k' },
      });
    outside.outcome = () => ({ ...refusedBy(SELF_APPROVAL), repeated: true });
    for (let i = 0; i < 3; i++) expect((await ask()).statusCode).toBe(409);
    await again.close();
  });
});

test('refusals in flight count: many at once do not pass the quota together', async () => {
  const quotas = new Quotas({ requestsPerMinute: 0, refusalsPerHour: 3 }, clock);
  const caller = { role: 'clerk', actor: { id: 'actor_x' as ActorId } } as unknown as Caller;
  const answers: ((outcome: Outcome) => void)[] = [];
  const send = () => quotas.counted(caller, () => new Promise<Outcome>((resolve) => answers.push(resolve)));
  const sent = Array.from({ length: 5 }, send);
  expect(answers).toHaveLength(3);
  for (const beyond of sent.slice(3)) {
    await expect(beyond).rejects.toMatchObject({ code: 'TOO_MANY_REFUSALS', headers: { 'retry-after': '1' } });
  }
  answers[0]?.(accepted(DEBT)); // it was none: its place is free again
  answers[1]?.(refusedBy(SELF_APPROVAL));
  answers[2]?.({ ...refusedBy(SELF_APPROVAL), repeated: true });
  await Promise.all(sent.slice(0, 3));
  const more = Array.from({ length: 3 }, send);
  expect(answers).toHaveLength(5);
  await expect(more[2]).rejects.toThrow('TOO_MANY_REFUSALS');
  await expect(quotas.counted({ ...caller, role: 'importer' }, async () => accepted(DEBT))).resolves.toBeDefined();
  answers.forEach((resolve) => resolve(accepted(DEBT)));
});

test('a command that has no outcome gives its place back', async () => {
  const quotas = new Quotas({ requestsPerMinute: 0, refusalsPerHour: 1 }, clock);
  const caller = { role: 'clerk', actor: { id: 'actor_x' as ActorId } } as unknown as Caller;
  for (let i = 0; i < 3; i++) {
    await expect(quotas.counted(caller, () => Promise.reject(new Error('down')))).rejects.toThrow('down');
  }
});

test('what was suppressed is handed over once', async () => {
  const quotas = new Quotas({ requestsPerMinute: 0, refusalsPerHour: 1 }, clock);
  const caller = { role: 'clerk', actor: { id: 'actor_x' as ActorId } } as unknown as Caller;
  const refused = () => quotas.counted(caller, async () => refusedBy(SELF_APPROVAL));
  await refused();
  for (let i = 0; i < 3; i++) await expect(refused()).rejects.toThrow('TOO_MANY_REFUSALS');
  expect(quotas.takeSuppressed()?.counts).toEqual([{ actor: 'actor_x', count: 3 }]);
  expect(quotas.takeSuppressed()).toBeUndefined();
});
