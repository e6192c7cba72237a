import { setTimeout as wait } from 'node:timers/promises';
import type { Metrics } from '../http/metrics.js';
import type { Indicator } from '../http/ports.js';
import type { JobFigures, Jobs } from './jobs.js';

/** A store that has not answered by then is said not to; milliseconds. */
const PATIENCE_MS = 1_000;

/** Shows the jobs in `/metrics`: by job, asked for once for each reading. */
export function measureJobs(jobs: Jobs, metrics: Metrics): void {
  let asked: Promise<readonly JobFigures[] | undefined> | undefined;
  const figures = (): Promise<readonly JobFigures[] | undefined> =>
    (asked ??= soon(jobs).finally(() => (asked = undefined)));
  const gauge = (name: string, help: string, read: (one: JobFigures) => number): void =>
    metrics.gauge(`sijill_jobs_${name}`, help, 'job', async () =>
      ((await figures()) ?? []).map((one) => [one.name, read(one)] as const),
    );
  gauge('scheduled', 'Jobs whose time, or that of their next attempt, has not come.', ({ scheduled }) => scheduled);
  gauge('waiting', 'Jobs that are due and have not begun.', ({ waiting }) => waiting);
  gauge('running', 'Jobs that run, in any process.', ({ running }) => running);
  gauge('dead', 'Jobs whose every attempt failed: somebody has to look.', ({ dead }) => dead);
  gauge('lag_seconds', 'How long what waits longest has been due.', ({ lagMs }) => lagMs / 1_000);
  gauge('failed_attempts', 'Attempts that failed in this process since its start.', ({ failures }) => failures);
  metrics.gauge('sijill_jobs_up', 'Whether the store of the jobs answers (1).', 'store', async () => [
    ['jobs', (await figures()) === undefined ? 0 : 1],
  ]);
}

/** Shown, and never `down`: requests need no jobs, and a process without traffic would not bring their store back. */
export const jobsIndicator = (jobs: Jobs): Indicator => ({
  name: 'jobs',
  async check() {
    const figures = await soon(jobs);
    if (figures === undefined) return { up: true, details: { store: 'does not answer' } };
    const sum = (read: (one: JobFigures) => number): number => figures.reduce((all, one) => all + read(one), 0);
    return {
      up: true,
      details: { store: 'answers', waiting: sum((one) => one.waiting), dead: sum((one) => one.dead) },
    };
  },
});

async function soon(jobs: Jobs): Promise<readonly JobFigures[] | undefined> {
  const timer = new AbortController();
  const late = wait(PATIENCE_MS, undefined, { signal: timer.signal }).catch(() => undefined);
  return Promise.race([jobs.figures().catch(() => undefined), late]).finally(() => timer.abort());
}
