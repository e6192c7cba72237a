/** A run is a process of its own: nothing is warm, compiled or held in memory from the run before. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Tells the parent what a run found; called once, at its end. */
export function report(found: unknown): void {
  process.stdout.write(`${JSON.stringify(found)}\n`);
}

/** The input of this run. */
export const input = <T>(): T => JSON.parse(process.argv[2] ?? '{}') as T;

export interface Surroundings {
  /** Node's own. */
  readonly flags?: readonly string[];
  /** What its environment says about servers. */
  readonly env?: Readonly<Record<string, string>>;
  /** Its stdin ends then; absent: at once. */
  readonly told?: Promise<unknown>;
}

/** @param script beside this file, without `.js`: what it finds is reported */
export async function run<Found>(script: string, given: unknown, around: Surroundings = {}): Promise<Found> {
  const text = await runScript(`./${script}`, [JSON.stringify(given)], around);
  return JSON.parse(text.trimEnd().split('\n').at(-1) ?? '') as Found;
}

/**
 * @param script from this file on or absolute, without `.js`
 * @returns what it wrote to stdout
 * @throws Error when it fails, with what it wrote to stderr
 */
export async function runScript(
  script: string,
  args: readonly string[],
  { flags = [], env = {}, told = Promise.resolve() }: Surroundings = {},
): Promise<string> {
  const path = fileURLToPath(new URL(`${script}.js`, import.meta.url));
  const child = spawn(process.execPath, [...flags, path, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  void told.then(() => child.stdin.end());
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said.out += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said.err += chunk));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`the run ${script} ended with ${String(code)}: ${said.err}`);
  return said.out;
}
