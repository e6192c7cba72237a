import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('./appending-process.js', import.meta.url));

export interface Said {
  /** Ids by what was said of them. */
  readonly tried: readonly Attempt[];
  readonly acknowledged: readonly Attempt[];
  readonly failures: readonly string[];
}

export interface Attempt {
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
}

/** @param maxFileKiB limits the size of every file that the process writes: beyond it a write fails, as on a full disk */
export function startAppending(path: string, writers: number, bytes: number, maxFileKiB = 'unlimited') {
  const process = spawn(
    'bash',
    ['-c', `ulimit -f ${maxFileKiB} && exec node "$0" "$@"`, SCRIPT, path, String(writers), String(bytes)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  return { process, said: listen(process) };
}

async function listen(process: ChildProcessByStdio<null, Readable, null>): Promise<Said> {
  let text = '';
  process.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  await once(process, 'close');
  // What follows the last line end was cut off by the kill.
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1);
  const attempts = (sign: string): Attempt[] =>
    lines
      .filter((line) => line.startsWith(sign))
      .map((line) => line.split(' '))
      .map(([, stream = '', revision = '', id = '']) => ({ stream, revision: Number(revision), id }));
  return {
    tried: attempts('?'),
    acknowledged: attempts('!'),
    failures: lines.filter((line) => line.startsWith('-')).map((line) => line.slice(2)),
  };
}
