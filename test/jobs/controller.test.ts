import { join } from 'node:path';
import type { Exchange } from '../../src/http/exchange.js';
import { openEmbeddedJobs } from '../../src/jobs/embedded/embedded-jobs.js';
import { JobsController } from '../../src/jobs/jobs.controller.js';
import type { Jobs } from '../../src/jobs/jobs.js';
import { doorsOf, Hand, once } from '../contract/jobs/opened.js';
import { place } from '../sqlite/places.js';

/** A request as the guard lets it through; `next` is where its answer's link leads. */
class Asked {
  next: string | undefined;
  readonly exchange = {
    request: { url: '/v1/jobs?limit=2' },
    reply: { header: (_: string, link: string) => (this.next = /cursor=([^&>]+)/.exec(link)?.[1]) },
    route: 'GET /v1/jobs',
    caller: { role: 'operator' },
  } as unknown as Exchange;
}

describe('GET /v1/jobs', () => {
  const clock = new Hand();
  let jobs: Jobs;
  beforeEach(async () => {
    const job = once(() => Promise.resolve());
    jobs = openEmbeddedJobs({ path: join(place(), 'jobs.db'), jobs: [job], doors: doorsOf(clock) });
    for (const [i, key] of ['a', 'b', 'c', 'd', 'e'].entries()) {
      await jobs.schedule(job, { key, at: clock.now() + 1 + (i >> 1), data: { id: key } }); // two of an instant
    }
  });
  afterEach(() => jobs.close(0));

  test('pages by instant and id, each job once, and the last page has no link', async () => {
    const controller = new JobsController(jobs);
    const pages: string[][] = [];
    for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
      const asked = new Asked();
      const { items } = await controller.list(asked.exchange, { limit: '2', ...(cursor !== undefined && { cursor }) });
      pages.push(items.map((item) => (item as { key: string }).key));
      cursor = asked.next;
    }
    expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
    expect(pages.map((page) => page.toSorted().join(''))).toEqual(['ab', 'cd', 'e']);
  });

  test('a cursor of another list is refused', async () => {
    const asked = new Asked();
    const controller = new JobsController(jobs);
    await controller.list(asked.exchange, { limit: '2' });
    const cursor = asked.next as string;
    const wrong = controller.list(new Asked().exchange, { limit: '2', state: 'dead', cursor });
    await expect(wrong).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
  });

  test('a store that does not answer is 503, and says when to ask again', async () => {
    await jobs.close(0);
    const asked = new JobsController(jobs).list(new Asked().exchange, {});
    await expect(asked).rejects.toMatchObject({ code: 'JOBS_UNAVAILABLE' });
  });
});
