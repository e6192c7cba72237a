import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { storesOf } from '../servers/stores.js';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- what a client sees: the tests say what they expect of it
  readonly body: any;
}

/** How long `until` asks, in milliseconds. */
const PATIENCE_MS = 300_000;

/** Asks until the answer is as expected: policies and projections follow within moments. @throws Error: it never is */
export async function until<T>(
  ask: () => Promise<T>,
  holds: (answer: T) => boolean,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  for (const deadline = Date.now() + patienceMs; ;) {
    const answer = await ask();
    if (holds(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`still not as expected: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** The built server as a user starts it: a process of its own, with its data in a directory of its own. */
export class Server {
  /** What it said to be amiss. */
  readonly reported: string[] = [];
  /** All that it said. */
  readonly said: string[] = [];
  /** The same of the standard error, which is shown, too. */
  readonly erred: string[] = [];
  #process: ChildProcess | undefined;
  #url = '';

  /** @param settings of the environment; @param program the directory that holds `dist` */
  constructor(
    readonly settings: Readonly<Record<string, string>> = {},
    readonly data = mkdtempSync(join(tmpdir(), 'sijill-e2e-')),
    readonly program = process.cwd(),
  ) {}

  /** Without a slash at its end. */
  get url(): string {
    return this.#url;
  }

  /** @param readiness what `/health/ready` is to answer before the test goes on */
  async start(readiness = 200): Promise<void> {
    const stores = await storesOf(this.data);
    const env = { PATH: process.env['PATH'], PORT: '0', SIJILL_DATA: this.data, ...stores, ...this.settings };
    const child = spawn(process.execPath, ['dist/src/main.js'], {
      cwd: this.program,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    createInterface({ input: child.stderr }).on('line', (line) => {
      this.erred.push(line);
      process.stderr.write(`${line}\n`);
    });
    this.#url = await this.#firstLine(child);
    for (;;) {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
      const ready = await fetch(`${this.#url}/health/ready`).catch(() => undefined);
      if (ready?.status === readiness) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** The address that the server says it answers on; what it reports as amiss is shown. */
  #firstLine(child: ChildProcess): Promise<string> {
    return new Promise((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
      createInterface({ input: child.stdout as Readable }).on('line', (line) => {
        this.said.push(line);
        const url = /answers on (http:\/\/[^;]+);/.exec(line)?.[1];
        if (url !== undefined) return resolve(url);
        if (/^\{"level":[123]0,/.test(line)) return;
        this.reported.push(line);
        process.stderr.write(`${line}\n`);
      });
    });
  }

  /** A connection on which nothing but this is ever sent. */
  async sendOnly(text: string): Promise<Socket> {
    const socket = connect(Number(new URL(this.#url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    await new Promise<void>((resolve) => socket.write(text, () => resolve()));
    return socket;
  }

  /** @returns the exit code; null after a kill */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const child = this.#process as ChildProcess;
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    child.kill(signal);
    return ended;
  }

  /** It stands still, and its connections stay. */
  freeze(): void {
    this.#process!.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process!.kill('SIGCONT');
  }

  async dispose(): Promise<void> {
    if (this.#process?.exitCode === null && this.#process.signalCode === null) await this.stop('SIGKILL');
    rmSync(this.data, { recursive: true, force: true });
  }

  /** Waits until policies have recorded what follows from everything so far, and projections folded it. */
  async quiet(): Promise<void> {
    const token = await this.token('operator', 'operator', 'party_99999999-9999-4999-8999-999999999999');
    for (;;) {
      const { body: ready } = await this.call('GET', '/health/ready');
      const { body } = await this.call('GET', '/v1/projections', { token });
      const head = ready.checks.eventStore.events as number;
      if (body.items.every(({ count }: { count: number }) => count === head)) return;
      await new Promise((resolve) => setTimeout(resolve, 20)); // the server's quota is 6,000 requests a minute
    }
  }

  async token(sub: string, role: string, party: string): Promise<string> {
    const answer = await this.call('POST', '/dev/token', { body: { sub, roles: [role], party } });
    return answer.body.access_token;
  }

  async call(
    method: string,
    path: string,
    { token, body, headers = {} }: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const response = await fetch(this.#url + path, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  }
}
