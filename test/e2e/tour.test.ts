import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { onEventStoreDb } from '../servers/event-store.js';
import { onMongoDb } from '../servers/read-models.js';
import { Server } from './server.js';
import { jsonValues, tourSteps, withIdsOf, type Step } from './tour.js';

const TOOLS = ['bash', 'curl', 'jq'];
const missing = TOOLS.filter((tool) => spawnSync(tool, ['--version']).error !== undefined);
const whereTold = missing.length === 0 ? describe : describe.skip;

whereTold(`README: the tour prints what it says (needs ${TOOLS.join(', ')})`, () => {
  const server = new Server();
  const ids = new Map<string, string>();
  let shell: Shell;
  beforeAll(async () => {
    await server.start();
    shell = new Shell();
  });
  afterAll(async () => {
    shell.end();
    await server.dispose();
  });

  // No transparency log is kept there yet.
  const isToldHere = ({ commands }: Step): boolean => !onMongoDb || !commands.includes('proofs-of-record');
  test.each(tourSteps().filter(isToldHere))('README.md:$line', async ({ commands, output }) => {
    const printed = await shell.run(commands.replaceAll('localhost:3000', new URL(server.url).host));
    const told = output ?? '';
    const both = [withIdsOf(told, printed, ids), told].map((text) =>
      jsonValues(text).map(onEventStoreDb ? withoutSequence : same),
    );
    expect(both[0]).toEqual(both[1]);
    await server.quiet(); // a reader takes longer
  });
});

const same = (value: unknown): unknown => value;

/** What EventStoreDB answers has a sequence only where it was waited for; the event's is the first in its line. */
function withoutSequence(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(1);
  const { sequence: _, ...others } = value as { readonly sequence?: number };
  return others;
}

/** One shell for all blocks: each uses what those before it set. */
class Shell {
  readonly #child: ChildProcess = spawn('bash', ['-s'], { stdio: ['pipe', 'pipe', 'inherit'] });
  readonly #lines: Interface = createInterface({ input: this.#child.stdout as Readable });
  #printed: string[] = [];

  /** @returns what the commands print */
  run(commands: string): Promise<string> {
    const mark = `--- ${Math.random()}`;
    this.#printed = [];
    return new Promise((resolve, reject) => {
      this.#child.once('exit', (code) => reject(new Error(`the shell ended with ${code}`)));
      this.#lines.removeAllListeners('line').on('line', (line) => {
        if (line === mark) resolve(this.#printed.join('\n'));
        else this.#printed.push(line);
      });
      (this.#child.stdin as Writable).write(`${commands}\necho '${mark}'\n`);
    });
  }

  end(): void {
    this.#child.kill();
  }
}
