import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Fault } from './faults.js';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));

interface Listening {
  readonly port: number;
  readonly leader: number;
  readonly control: number;
}

/** A stand-in that a test holds in its hand: what happens to servers can be done to it. */
export class StandIn {
  readonly #directory = mkdtempSync(join(tmpdir(), 'sijill-esdb-'));
  #logs = 1;
  #process: ChildProcess | undefined;
  #listening: Listening = { port: 0, leader: 0, control: 0 };

  static async start(): Promise<StandIn> {
    const server = new StandIn();
    await server.start();
    return server;
  }

  get #isRunning(): boolean {
    return this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  get #file(): string {
    return join(this.#directory, `log-${this.#logs}.db`);
  }

  /** Where its log is. */
  get folder(): string {
    return this.#directory;
  }

  /** For the client. */
  get url(): string {
    return `esdb://127.0.0.1:${this.#listening.port}?tls=false`;
  }

  /** Starts it, unless it runs: where it listened before, on the log that it left. */
  async start(): Promise<void> {
    if (this.#isRunning) return;
    const args = [MAIN, '--file', this.#file, '--port', String(this.#listening.port)];
    const process = spawn('node', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#process = process;
    const [line] = (await once(createInterface(process.stdout), 'line')) as [string];
    this.#listening = JSON.parse(line) as Listening;
  }

  /** A new, empty log, for less than a new process costs. */
  async empty(): Promise<void> {
    this.#logs++;
    await this.#control('PUT', this.#file);
  }

  /** What a restart leaves, for less than a new process costs; connections stay. */
  async forget(): Promise<void> {
    await this.#control('PUT', this.#file);
  }

  /** As `kill -9` does: nothing is finished, nothing is said. */
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    if (!this.#isRunning) return;
    const exited = once(this.#process!, 'exit');
    this.#process!.kill(signal);
    await exited;
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  /** Its connections stay, and nothing answers. */
  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  /** The next call of the kind suffers it. */
  async fault(fault: Fault): Promise<void> {
    await this.#control('POST', JSON.stringify(fault));
  }

  /** Takes back what nothing has suffered yet. */
  async heal(): Promise<void> {
    await this.#control('DELETE');
  }

  /** Resolves once a call suffers a fault, and forgets that it did. */
  async suffering(on: Fault['on'], kind: string): Promise<void> {
    while ((await this.#control('GET'))[`${on}:${kind}`] === undefined);
    await this.heal();
  }

  async dispose(): Promise<void> {
    this.thaw();
    await this.kill();
    rmSync(this.#directory, { recursive: true });
  }

  async #control(method: string, body?: string): Promise<Record<string, number>> {
    const response = await fetch(`http://127.0.0.1:${this.#listening.control}/`, {
      method,
      ...(body !== undefined && { body }),
    });
    return (await response.json()) as Record<string, number>;
  }
}
