import { CREDITORS } from '../cast.js';
import { compare, median, type Comparison, type Target } from '../measure.js';
import type { Bench, Rows } from '../row.js';
import type { Load, LoadFound } from '../runs/load.js';
import type { PopulateFound } from '../runs/populate.js';
import { run } from '../runs/run.js';
import { Server } from '../server.js';

interface Contest {
  readonly subject: string;
  readonly peer: string;
  readonly target: Target;
  readonly load: Omit<Load, 'url' | 'connections' | 'warmUpSeconds' | 'seconds'>;
}

const CONNECTIONS = 64;

interface Fired extends Omit<LoadFound, 'again'> {
  /** Of the answering thread, for each answer. */
  readonly microseconds: number;
}

/** Sijill's built server, with all projections and policies at work, against a Nest server that does nothing. */
export const http: Rows = {
  names: ['get', 'page', 'post'],
  async measure(bench, names) {
    const site = await bench.site();
    const debts = bench.quick ? 5_000 : 150_000;
    bench.say(`filling a ledger with ${debts} debts`);
    const filled = await run<PopulateFound>('populate', { folder: site.folder, debts }, site);
    const servers: Server[] = [];
    try {
      const sijill = await Server.sijill(site, { profile: bench.profile });
      servers.push(sijill);
      const empty = await Server.empty();
      servers.push(empty);
      await sijill.caughtUp();
      const results: Comparison[] = [];
      for (const [name, contest] of Object.entries(await contests(sijill, filled))) {
        if (names.has(name)) results.push(await hold(bench, name, contest, sijill, empty));
      }
      return results;
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
  },
};

async function contests(sijill: Server, { registered, some }: PopulateFound): Promise<Record<string, Contest>> {
  const auditor = { authorization: `Bearer ${await sijill.token('auditor', 'auditor')}` };
  const clerk = { authorization: `Bearer ${await sijill.token('clerk', 'clerk', CREDITORS[0])}` };
  return {
    get: {
      subject: 'GET /v1/debts/{id}',
      peer: 'an empty GET',
      target: { atLeast: 0.4 },
      load: {
        method: 'GET',
        paths: some.slice(0, 2_000).map((id) => `/v1/debts/${id}`),
        headers: auditor,
        awake: true,
      },
    },
    page: {
      subject: 'GET /v1/debts?creditor&state&minBalance: 20, newest first',
      peer: 'an empty GET',
      target: { atLeast: 0.2 },
      load: {
        method: 'GET',
        // One debt in ten passes the filter by balance.
        paths: CREDITORS.map((creditor) => `/v1/debts?creditor=${creditor}&state=outstanding&minBalance=900.00`),
        headers: auditor,
        awake: true,
      },
    },
    post: {
      subject: 'POST /v1/debts/{id}/proceedings',
      peer: 'an empty POST',
      target: { atLeast: 0.25 },
      load: {
        method: 'POST',
        paths: registered.slice(0, 2_000).map((id) => `/v1/debts/${id}/proceedings`),
        headers: { ...clerk, 'content-type': 'application/json', 'idempotency-key': '[<id>]' },
        body: JSON.stringify({ kind: 'notice-served', on: '2024-05-05' }),
        awake: false, // the committing thread and the feed's have work to do
      },
    },
  };
}

async function hold(bench: Bench, row: string, contest: Contest, sijill: Server, empty: Server): Promise<Comparison> {
  const time = bench.quick ? { warmUpSeconds: 0.5, seconds: 1 } : { warmUpSeconds: 2, seconds: 5 };
  const found: { subject: Fired[]; peer: Fired[] } = { subject: [], peer: [] };
  const fire = async (side: 'subject' | 'peer', server: Server): Promise<number> => {
    const before = server.answeringThread();
    const { url } = server;
    const one = await run<LoadFound>('load', { ...contest.load, ...time, url, connections: CONNECTIONS });
    found[side].push({ ...one, microseconds: (server.answeringThread() - before) / one.answers });
    return one.perSecond;
  };
  let behind = 0;
  const result = await compare({
    row,
    unit: 'requests/s',
    rounds: bench.quick ? 2 : 5,
    target: contest.target,
    subject: {
      name: contest.subject,
      async run() {
        const figure = await fire('subject', sijill);
        behind = Math.max(behind, await sijill.caughtUp()); // its rest must not weigh on the peer
        return figure;
      },
    },
    peer: { name: contest.peer, run: () => fire('peer', empty) },
  });
  const each = (side: 'subject' | 'peer', of: keyof Fired): number => median(found[side].map((one) => one[of]));
  const cost = (side: 'subject' | 'peer'): string => each(side, 'microseconds').toFixed(1);
  return {
    ...result,
    notes: [
      `p50 ${each('subject', 'p50')} ms, p99 ${each('subject', 'p99')} ms; the peer ${each('peer', 'p50')} and ${each('peer', 'p99')} ms`,
      `the answering thread took ${cost('subject')} µs for each, the peer's ${cost('peer')} µs`,
      `the load took ${percent(each('subject', 'loadBusy'))} and ${percent(each('peer', 'loadBusy'))} of a processor`,
      ...(row === 'post' ? [`read models ${behind.toFixed(1)} s behind at the end of a run, at most`] : []),
    ],
  };
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;
