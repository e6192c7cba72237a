import type { Queue } from 'bull';
import type { Uuid } from '../../kernel/ids.js';
import type { Job, JobFigures, JobQuery, JobState, JobView, Progress } from '../jobs.js';
import type { Kept, Stored } from './held-job.js';

/** Of each job and state, at most so many are looked at for a list. */
const MOST_LISTED = 1_000;

const NAME_OF = { scheduled: 'delayed', waiting: 'waiting', running: 'active', dead: 'failed' } as const;
const STATES = Object.keys(NAME_OF) as JobState[];

export async function listOf(
  places: readonly { readonly job: Job; readonly queue: Queue<Stored> }[],
  { state, limit, after }: JobQuery,
): Promise<JobView[]> {
  const lists = places.flatMap(({ job, queue }) =>
    (state === undefined ? STATES : [state]).map(async (each) => {
      const found = await queue.getJobs([NAME_OF[each]], 0, MOST_LISTED - 1, true);
      // One that has just gone is null.
      return found.filter((one) => one !== null).map((one) => viewOf(job, each, one));
    }),
  );
  return (await Promise.all(lists))
    .flat()
    .toSorted((a, b) => a.at - b.at || compare(a.id, b.id))
    .filter(({ at, id }) => after === undefined || at > after.at || (at === after.at && id > after.id))
    .slice(0, limit);
}

function viewOf({ name }: Job, state: JobState, kept: Kept): JobView {
  const { key, at, begun, error } = kept.data;
  const progress = kept.progress() as Progress | number | null;
  return {
    id: String(kept.id) as Uuid,
    name,
    key,
    at,
    state,
    attempts: begun,
    ...(progress !== null && typeof progress === 'object' && { progress }),
    ...(error !== undefined && { error }),
  };
}

export async function figuresOf(queue: Queue<Stored>, now: number): Promise<Omit<JobFigures, 'name' | 'failures'>> {
  const [{ delayed, waiting, active, failed }, first] = await Promise.all([
    queue.getJobCounts(),
    queue.getJobs(['delayed', 'waiting'], 0, 0, true),
  ]);
  const late = first.filter((one) => one !== null).map(({ data }) => now - data.due);
  return { scheduled: delayed, waiting, running: active, dead: failed, lagMs: Math.max(0, ...late) };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
