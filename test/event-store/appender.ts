import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Envelope } from '../../src/kernel/envelope.js';
import type { Said } from '../contract/event-store/opened.js';

const SCRIPT = fileURLToPath(new URL('./appending-process.js', import.meta.url));

/** @param maxFileKiB limits the size of every file that the process writes: beyond it a write fails, as on a full disk */
export function startAppending(path: string, writers: number, bytes: number, maxFileKiB = 'unlimited') {
  const process = spawn(
    'bash',
    ['-c', `ulimit -f ${maxFileKiB} && exec node "$0" "$@"`, SCRIPT, path, String(writers), String(bytes)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  return { process, said: listen(process, bytes) };
}

async function listen(process: ChildProcessByStdio<null, Readable, null>, bytes: number): Promise<Said> {
  let text = '';
  process.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  await once(process, 'close');
  // What follows the last line end was cut off by the kill.
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1);
  const said = (sign: string): string[][] =>
    lines.filter((line) => line.startsWith(sign)).map((line) => line.split(' '));
  return {
    tried: said('?').map(([, stream = '', revision, ...ids]) =>
      ids.map((id, i) => eventOf(stream, Number(revision) + i, id, bytes)),
    ),
    acknowledged: said('!').flatMap(([, , , ...ids]) => ids),
    failures: lines.filter((line) => line.startsWith('-')).map((line) => line.slice(2)),
  };
}

/** What `appending-process.js` appends: as much of an event as a store looks at. */
const eventOf = (stream: string, revision: number, id: string, bytes: number): Envelope =>
  ({ id, pad: 'x'.repeat(bytes), revision, stream, type: 'debts.ProceedingRecorded' }) as object as Envelope;
