import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { storesOf } from '../servers/stores.js';
import { newFolder } from './rows.js';

/** When a signal reaches the import: after so many answers that it wrote down, or so long after its start. */
export interface Interruption {
  readonly signal: 'SIGKILL' | 'SIGINT';
  readonly acknowledged?: number;
  /** More waiting before the signal: what is under way is then at any point of it. */
  readonly milliseconds: number;
}

/** Of each command that the import was answered: the event is in the log, where it was said to be. */
export interface Acknowledgement {
  readonly key: string;
  readonly event: string;
  /** Absent: refused, by an event that is alone in its stream. */
  readonly revision?: number;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Node's own, as `npm run import:fines` has them. */
const FLAGS: readonly string[] =
  (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }).scripts[
    'import:fines'
  ]!.match(/--\S+/g) ?? [];

/** The import as a user starts it: the built program, in a process of its own, with its ledger in a folder. */
export class CommandLine {
  private constructor(readonly folder: string) {}

  static async inNewFolder(): Promise<CommandLine> {
    return new CommandLine(await newFolder());
  }

  get data(): string {
    return join(this.folder, 'data');
  }

  /** Everything that any run was answered. */
  acknowledgements(): Acknowledgement[] {
    return this.#lines().map((line) => JSON.parse(line) as Acknowledgement);
  }

  async run(args: readonly string[], interruption?: Interruption): Promise<Ended> {
    const before = this.#lines().length;
    const stores = await storesOf(this.data);
    const program = [...FLAGS, 'dist/examples/road-fines/import.js'];
    const child = spawn(process.execPath, [...program, ...args, '--acknowledged', this.#acknowledged], {
      env: { PATH: process.env['PATH'], SIJILL_DATA: this.data, ...stores },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<[number | null, string | null]>((resolve) => {
      child.once('exit', (...how) => resolve(how));
    });
    const looking = interruption && setInterval(look, 5);
    const { acknowledged = 0, milliseconds, signal: kind } = interruption ?? { milliseconds: 0, signal: 'SIGKILL' };
    const lines = (): number => this.#lines().length;
    function look(): void {
      if (lines() - before < acknowledged) return;
      clearInterval(looking);
      setTimeout(() => child.kill(kind), milliseconds);
    }
    const [stdout, stderr, [code, signal]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    clearInterval(looking);
    return { code, signal, stdout, stderr };
  }

  get #acknowledged(): string {
    return join(this.folder, 'acknowledged');
  }

  /** Whole ones: the last may have been cut off. */
  #lines(): string[] {
    return existsSync(this.#acknowledged) ? readFileSync(this.#acknowledged, 'utf8').split('\n').slice(0, -1) : [];
  }
}

const text = async (stream: AsyncIterable<Buffer>): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
};
