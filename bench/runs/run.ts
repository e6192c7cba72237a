/** A run is a process of its own: nothing is warm, compiled or held in memory from the run before. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Tells the parent what a run found; called once, at its end. */
export function report(found: unknown): void {
  process.stdout.write(`${JSON.stringify(found)}\n`);
}

/** The input of this run. */
export const input = <T>(): T => JSON.parse(process.argv[2] ?? '{}') as T;

/**
 * @param script beside this file, without `.js`
 * @throws Error when the run fails; what it wrote to stderr is shown
 */
export async function run<Found>(script: string, given: unknown): Promise<Found> {
  const path = fileURLToPath(new URL(`./${script}.js`, import.meta.url));
  const child = spawn(process.execPath, [path, JSON.stringify(given)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`the run ${script} ended with ${String(code)}`);
  return JSON.parse(text.trimEnd().split('\n').at(-1) ?? '') as Found;
}
