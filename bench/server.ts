import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Site } from './sites.js';

/** Without any progress. */
const STUCK_MS = 300_000;

/** Sets the clock of a process ahead; it comes with the tests and is no part of the build. */
const DAYS_AHEAD = new URL('../../test/servers/days-ahead.js', import.meta.url).href;

/** A log that has not grown for so long has what was to come, in milliseconds. */
const STILL_MS = 3_000;

/** Seldom enough to be nothing beside what is measured. */
const POLL_MS = 100;

/** How many events there were, and when. */
interface Seen {
  readonly count: number;
  readonly at: number;
}

interface How {
  /** Directory of CPU profiles. */
  readonly profile?: string | undefined;
  /** How far its clock is ahead. */
  readonly daysAhead?: number;
}

/** A server in a process of its own, listening on a free port that it says on stdout. */
export class Server {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /** Sijill as a user starts it, but without quotas: one subject sends what would be a city's. */
  static sijill({ folder, env: servers }: Site, { profile, daysAhead = 0 }: How = {}): Promise<Server> {
    const free = { PORT: '0', SIJILL_REQUESTS_PER_MINUTE: '1000000000' };
    const env = { PATH: process.env['PATH'], ...free, ...servers, SIJILL_DATA: folder, DAYS_AHEAD: `${daysAhead}` };
    const flags = [
      ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]),
      ...(daysAhead === 0 ? [] : ['--import', DAYS_AHEAD]),
    ];
    return Server.#start('../src/main.js', env, flags);
  }

  static empty(): Promise<Server> {
    return Server.#start('./runs/empty-server.js', { PATH: process.env['PATH'] });
  }

  static async #start(script: string, env: NodeJS.ProcessEnv, flags: readonly string[] = []): Promise<Server> {
    const path = fileURLToPath(new URL(script, import.meta.url));
    const child = spawn(process.execPath, [...flags, path], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        const [said] = /http:\/\/127\.0\.0\.1:\d+/.exec(text) ?? [];
        if (said !== undefined) resolve(said);
      });
      child.once('exit', (code) => reject(new Error(`${script} ended with ${code} before it listened`)));
    });
    return new Server(child, url);
  }

  async token(sub: string, role: string, party?: string): Promise<string> {
    const body = JSON.stringify({ sub, roles: [role], ...(party !== undefined && { party }) });
    const headers = { 'content-type': 'application/json' };
    const { access_token } = await this.#call<{ access_token: string }>('/dev/token', {
      method: 'POST',
      headers,
      body,
    });
    return access_token;
  }

  /**
   * Waits until every projection and policy has considered every event.
   * @returns the seconds that it took
   * @throws Error where they do not get any further
   */
  async caughtUp(): Promise<number> {
    const headers = { authorization: `Bearer ${await this.token('operator', 'operator')}` };
    const began = performance.now();
    for (let [far, since] = [-1, began]; ;) {
      // 503 while they are far behind, and then too with the number of events.
      const { checks } = await this.#call<{ checks: { eventStore: { events: number } } }>('/health/ready', { headers });
      const { items } = await this.#call<{ items: readonly { count: number }[] }>('/v1/projections', { headers });
      if (items.every(({ count }) => count >= checks.eventStore.events)) return (performance.now() - began) / 1000;
      const sum = items.reduce((total, { count }) => total + count, 0);
      if (sum > far) [far, since] = [sum, performance.now()];
      else if (performance.now() - since > STUCK_MS) throw new Error('the read models do not get any further');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /**
   * Microseconds of a processor that the answering thread has had: what a request costs, whatever else the machine does.
   * NaN where the system does not tell.
   */
  answeringThread(): number {
    const { pid } = this.child;
    try {
      return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1_000;
    } catch {
      return NaN;
    }
  }

  /**
   * Waits until the log has grown, and then until it no longer does.
   * @param from by `performance.now`: growth before that, as by the signed balances of a day that is over, does not count
   * @param began told when it is first seen to grow
   * @returns how fast it grew, from the first that was seen of it to the last
   */
  async standsStill(from = 0, began?: () => void): Promise<{ readonly perSecond: number; readonly seconds: number }> {
    const first = await this.#grows(from);
    began?.();
    for (let last = first; ;) {
      const now = await this.#events();
      if (now.count !== last.count) last = now;
      else if (now.at - last.at > STILL_MS) return growth(first, last);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Waits until something happens by itself. @returns what there was when it was last seen to be as before */
  async #grows(from: number): Promise<Seen> {
    for (let before = await this.#events(), began = before.at; ;) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      const now = await this.#events();
      if (now.at > from && now.count > before.count) return before;
      if (now.at - began > STUCK_MS) throw new Error('nothing happens by itself');
      before = now;
    }
  }

  /** Whether this process is the one that folds the read models. */
  async folds(): Promise<boolean> {
    const metrics = await (await fetch(`${this.url}/metrics`, { headers: { connection: 'close' } })).text();
    return /^sijill_feed_held\{consumer="debt-list"[^}]*\} 1$/m.test(metrics);
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill(signal);
    await ended;
  }

  async #events(): Promise<Seen> {
    const { checks } = await this.#call<{ checks: { eventStore: { events: number } } }>('/health/ready', {
      headers: {},
    });
    return { count: checks.eventStore.events, at: performance.now() };
  }

  /** On a connection of its own: a kept one may be closed by the server while it is idle. */
  async #call<T>(path: string, init: { method?: string; headers: Record<string, string>; body?: string }): Promise<T> {
    const answer = await fetch(this.url + path, { ...init, headers: { ...init.headers, connection: 'close' } });
    return (await answer.json()) as T;
  }
}

function growth(first: Seen, last: Seen): { readonly perSecond: number; readonly seconds: number } {
  const seconds = (last.at - first.at) / 1000;
  return { perSecond: (last.count - first.count) / seconds, seconds };
}
