import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { compare } from '../measure.js';
import type { Rows } from '../row.js';
import type { JobsFound } from '../runs/jobs.js';
import { run } from '../runs/run.js';

/** Jobs kept in Redis against jobs kept in a file; both are on disk before they are acknowledged. */
export const jobs: Rows = {
  names: ['jobs'],
  async measure(bench) {
    const redis = await Redis.find(bench.folder());
    if (redis === undefined) {
      return [{ kind: 'skipped', row: 'jobs', why: 'install redis-server, or name a Redis by REDIS_TEST_URL' }];
    }
    const count = bench.quick ? 200 : 5_000;
    const perSecond = async (where: { readonly redis?: string }): Promise<number> =>
      (await run<JobsFound>('jobs', { folder: bench.folder(), jobs: count, ...where })).perSecond;
    try {
      const result = await compare({
        row: 'jobs',
        unit: 'jobs/s',
        rounds: bench.quick ? 1 : 5,
        target: undefined,
        subject: { name: 'Bull on Redis', run: () => perSecond({ redis: redis.url }) },
        peer: { name: 'embedded', run: () => perSecond({}) },
      });
      return [result];
    } finally {
      await redis.stop();
    }
  },
};

/** Debian's server, as docs/operations.md wants it: written before it is acknowledged. Or the one that was named. */
class Redis {
  private constructor(
    readonly url: string,
    private readonly child?: ChildProcess,
  ) {}

  static async find(folder: string): Promise<Redis | undefined> {
    const named = process.env['REDIS_TEST_URL'];
    if (named !== undefined) return new Redis(named);
    if (spawnSync('redis-server', ['--version']).status !== 0) return undefined;
    const port = await freePort();
    const args = ['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
    const child = spawn('redis-server', [...args, '--appendonly', 'yes', '--appendfsync', 'always'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface(child.stdout)) if (line.includes('Ready to accept connections')) break;
    child.stdout.resume();
    return new Redis(`redis://127.0.0.1:${port}`, child);
  }

  async stop(): Promise<void> {
    if (this.child === undefined) return;
    const ended = once(this.child, 'exit');
    this.child.kill();
    await ended;
  }
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return String(port);
}
