import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Debian's, or any other: a real one. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

export const HOW_TO_RUN = 'install redis-server, or name a Redis by REDIS_TEST_URL';

/** A server of the test's own, on a free port, that keeps what it acknowledged in its append-only file. */
export class RedisServer {
  readonly #directory = mkdtempSync(join(tmpdir(), 'sijill-redis-'));
  #process: ChildProcess | undefined;
  #port = 0;

  static async start(): Promise<RedisServer> {
    const server = new RedisServer();
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  /** Where its files are. */
  get folder(): string {
    return this.#directory;
  }

  /** Where it listened before, with what it kept. */
  async start(): Promise<void> {
    this.#port ||= await freePort();
    const settings = { port: this.#port, bind: '127.0.0.1', dir: this.#directory, appendonly: 'yes', save: '' };
    const args = Object.entries({ ...settings, appendfsync: 'always' }).flatMap(([name, value]) => [
      `--${name}`,
      String(value),
    ]);
    const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#process = child;
    for await (const line of createInterface(child.stdout)) if (line.includes('Ready to accept connections')) break;
    child.stdout.resume();
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
  }

  async kill(): Promise<void> {
    if (this.#process === undefined || this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }

  async dispose(): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
