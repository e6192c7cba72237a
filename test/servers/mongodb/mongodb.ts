import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { HOW_TO_RUN, isMongoDbAtHand, MONGODB_SERVER } from './build.js';

const REAL = process.env['MONGODB_TEST_URI'];

export const isRealMongoDb = REAL !== undefined;

/** Tests on a MongoDB; without one they are skipped, and their name says how to run them. */
export function describeMongoDb(name: string, tests: () => void): void {
  if (isMongoDbAtHand) describe(name, tests);
  else describe.skip(`${name}: ${HOW_TO_RUN}`, tests);
}

/**
 * FerretDB embedded in a small program, as a test starts, kills and freezes it; or the real server, left alone. FerretDB
 * keeps no list within a list, has no profiler, and looks at every document where a filter says more than an id.
 */
export class MongoDb {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sijill-mongodb-'));
  #process: ChildProcess | undefined;
  #port = 0;

  static async start(): Promise<MongoDb> {
    const server = new MongoDb();
    await server.start();
    return server;
  }

  /** Where FerretDB keeps its data. */
  get folder(): string {
    return this.#folder;
  }

  get #isRunning(): boolean {
    return this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Of a database of that name. */
  uri(database: string): string {
    if (REAL === undefined) return `mongodb://127.0.0.1:${this.#port}/${database}`;
    return REAL.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?[^?]*/, `$1/${database}`); // also of several hosts
  }

  /** Starts it, unless it runs: where it listened before, with the data that it left. */
  async start(): Promise<void> {
    if (REAL !== undefined || this.#isRunning) return;
    const args = ['--folder', this.#folder, '--port', String(this.#port)];
    const process = spawn(MONGODB_SERVER, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#process = process;
    const [line] = (await once(createInterface(process.stdout as Readable), 'line')) as [string];
    this.#port = (JSON.parse(line) as { port: number }).port;
  }

  /** As `kill -9` does: nothing is finished, nothing is said. */
  async kill(): Promise<void> {
    if (!this.#isRunning) return;
    const exited = once(this.#process!, 'exit');
    this.#process!.kill('SIGKILL');
    await exited;
  }

  /** Its connections stay, and nothing answers. */
  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  async dispose(): Promise<void> {
    this.thaw();
    await this.kill();
    rmSync(this.#folder, { recursive: true });
  }
}
