import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const PROGRAMS = ['chromium-headless-shell', 'chromium', 'google-chrome'];
/** What this machine has of them. */
export const CHROMIUM = PROGRAMS.find((name) => spawnSync(name, ['--version']).status === 0);

/** A page in Chromium, spoken to by the DevTools protocol over a pipe. */
export class Page {
  readonly #profile = mkdtempSync(join(tmpdir(), 'sijill-chromium-'));
  readonly #process: ChildProcess;
  readonly #answers = new Map<number, (answer: { result?: unknown; error?: { message: string } }) => void>();
  #asked = 0;
  #session: string | undefined;

  private constructor(program: string) {
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--remote-debugging-pipe'];
    this.#process = spawn(program, [...flags, `--user-data-dir=${this.#profile}`], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    let text = '';
    (this.#process.stdio[4] as Readable).setEncoding('utf8').on('data', (chunk: string) => {
      const messages = (text + chunk).split('\0');
      text = messages.pop() ?? '';
      for (const message of messages) {
        const { id, ...answer } = JSON.parse(message) as { id?: number };
        if (id !== undefined) this.#answers.get(id)?.(answer);
      }
    });
  }

  static async open(program: string, url: string): Promise<Page> {
    const page = new Page(program);
    const { targetId } = await page.#ask<{ targetId: string }>('Target.createTarget', { url });
    const { sessionId } = await page.#ask<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true });
    page.#session = sessionId;
    const isThere = `location.href === ${JSON.stringify(url)} && document.readyState === 'complete'`;
    while (!(await page.run<boolean>(isThere).catch(() => false))) await new Promise((done) => setTimeout(done, 20));
    return page;
  }

  async #ask<T>(method: string, params: object): Promise<T> {
    const id = ++this.#asked;
    const answered = new Promise<{ result?: unknown; error?: { message: string } }>((resolve) =>
      this.#answers.set(id, resolve),
    );
    const sessionId = this.#session;
    (this.#process.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    const { result, error } = await answered;
    this.#answers.delete(id);
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result as T;
  }

  async run<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.#ask<{
      result: { value: T };
      exceptionDetails?: { text: string };
    }>('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.text);
    return result.value;
  }

  /** As one chooses a file. */
  async choose(selector: string, path: string): Promise<void> {
    const { root } = await this.#ask<{ root: { nodeId: number } }>('DOM.getDocument', {});
    const { nodeId } = await this.#ask<{ nodeId: number }>('DOM.querySelector', { nodeId: root.nodeId, selector });
    await this.#ask('DOM.setFileInputFiles', { nodeId, files: [path] });
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once('close', resolve));
    this.#session = undefined;
    // Asked, and not killed: its own children would go on writing into the profile.
    void this.#ask('Browser.close', {});
    await gone;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 20 });
  }
}
