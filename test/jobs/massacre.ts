import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { JobView } from '../../src/jobs/jobs.js';

const PROGRAM = fileURLToPath(new URL('./job-process.js', import.meta.url));
const KEYS = Array.from({ length: 60 }, (_, i) => `k${i}`);
const BLOWS = 12;

/** Two processes on one store, killed and stopped at random, in the middle of what they do. */
class Massacre {
  readonly directory = mkdtempSync(join(tmpdir(), 'sijill-killed-'));
  readonly #processes: ChildProcess[] = [];
  readonly #ledger = randomUUID();

  constructor(private readonly store: string) {}

  async start(index: number): Promise<void> {
    const store = this.store === '' ? join(this.directory, 'jobs.db') : this.store;
    const child = fork(PROGRAM, [store, this.directory, this.#ledger], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#processes[index] = child;
    await once(child, 'message');
  }

  async ask<T>(index: number, question: object): Promise<T> {
    const child = this.#processes[index]!;
    child.send(question);
    return (await once(child, 'message'))[0] as T;
  }

  async strike(index: number): Promise<void> {
    const child = this.#processes[index]!;
    if (index === 0) {
      child.kill('SIGSTOP'); // past its lease: another takes over, and then it goes on as if nothing were
      await wait(600);
      child.kill('SIGCONT');
      return;
    }
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    await this.start(index);
  }

  get begun(): string[] {
    return readFileSync(join(this.directory, 'begun'), 'utf8').trim().split('\n');
  }

  /** How many effects each run had, by its correlation. */
  get effects(): Map<string, number> {
    const files = readdirSync(this.directory).filter((name) => name.startsWith('effect-'));
    const counts = new Map<string, number>();
    for (const file of files) {
      const [run = ''] = readFileSync(join(this.directory, file), 'utf8').split(' ');
      counts.set(run, (counts.get(run) ?? 0) + 1);
    }
    return counts;
  }

  dispose(): void {
    for (const child of this.#processes) child.kill('SIGKILL');
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** @param open the store: a Redis, or with an empty URL a file of their own */
export function killedProcesses(open: () => Promise<{ readonly url: string; dispose(): Promise<void> }>): void {
  test('run everything to its end, each second in order, with every effect once', async () => {
    const server = await open();
    const all = new Massacre(server.url);
    try {
      await all.start(0);
      await all.start(1);
      await all.ask(0, { schedule: KEYS });
      for (let i = 0; i < BLOWS; i++) {
        await wait(60 + ((i * 37) % 120));
        await all.strike(i % 2);
      }
      const left = async (): Promise<string[]> =>
        (await all.ask<JobView[]>(0, { list: true })).filter(({ name }) => name === 'once').map(({ key }) => key);
      for (const deadline = performance.now() + 300_000; (await left()).length > 0;) {
        if (performance.now() > deadline) expect(await left()).toEqual([]);
        await wait(20);
      }

      const lines = all.begun.map((line) => line.split(' '));
      expect(new Set(lines.map(([, key]) => key))).toEqual(new Set([...KEYS, 'second']));
      const seconds = lines.filter(([, key]) => key === 'second').map(([, , at]) => Number(at) / 1000);
      const first = seconds[0]!;
      // A run that died begins again: nothing is missed, nothing overtakes.
      seconds.forEach((second, i) => expect(second - (seconds[i - 1] ?? first)).toBeLessThanOrEqual(1));
      seconds.forEach((second, i) => expect(second).toBeGreaterThanOrEqual(seconds[i - 1] ?? first));
      expect(lines.length).toBeGreaterThan(new Set(lines.map(String)).size); // some did begin twice

      const counts = [...all.effects.values()];
      expect(counts.filter((count) => count > 5)).toEqual([]);
      expect(counts.filter((count) => count === 5).length).toBeGreaterThanOrEqual(
        KEYS.length + seconds.at(-1)! - first - 1,
      );
    } finally {
      all.dispose();
      await server.dispose();
    }
  });
}
