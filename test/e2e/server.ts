import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- what a client sees: the tests say what they expect of it
  readonly body: any;
}

/** The built server as a user starts it: a process of its own, with its data in a directory of its own. */
export class Server {
  readonly #data = mkdtempSync(join(tmpdir(), 'sijill-e2e-'));
  #process: ChildProcess | undefined;
  #url = '';

  async start(): Promise<void> {
    const port = await freePort();
    this.#url = `http://127.0.0.1:${port}`;
    const env = { PATH: process.env['PATH'], PORT: String(port), SIJILL_DATA: this.#data, LOG_LEVEL: 'warn' };
    const child = spawn(process.execPath, ['dist/src/main.js'], { env, stdio: ['ignore', 'inherit', 'inherit'] });
    this.#process = child;
    for (;;) {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
      const ready = await fetch(`${this.#url}/health/ready`).catch(() => undefined);
      if (ready?.status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** @returns the exit code; null after a kill */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const child = this.#process as ChildProcess;
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    child.kill(signal);
    return ended;
  }

  async dispose(): Promise<void> {
    if (this.#process?.exitCode === null && this.#process.signalCode === null) await this.stop('SIGKILL');
    rmSync(this.#data, { recursive: true, force: true });
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

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
