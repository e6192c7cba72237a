import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';

const MODULE = pathToFileURL('dist/src/helper-threads.js').href;

/** Niceness of the threads of a process of its own: the 19th field of their /proc/…/stat. */
const SCRIPT = `
import { readdirSync, readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { helpersGiveWay, THREADS } from '${MODULE}';
const tasks = () => readdirSync('/proc/self/task').map(Number);
const niceness = (thread) => Number(readFileSync(\`/proc/self/task/\${thread}/stat\`, 'utf8').split(') ')[1].split(' ')[16]);
const before = new Map(tasks().map((thread) => [thread, niceness(thread)]));
helpersGiveWay(Number(process.env.SPARE) + THREADS);
const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
await new Promise((resolve) => worker.once('online', resolve));
const risen = (threads) => threads.map((thread) => niceness(thread) - (before.get(thread) ?? before.get(process.pid)));
console.log(JSON.stringify({
  own: risen([process.pid]),
  helpers: risen([...before.keys()].filter((thread) => thread !== process.pid)),
  later: risen(tasks().filter((thread) => !before.has(thread))),
}));
process.exit();
`;

interface Found {
  readonly own: readonly number[];
  readonly helpers: readonly number[];
  readonly later: readonly number[];
}

/** @param spare processors beyond those that the server's own threads use */
function found(spare: number): Found {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', SCRIPT], {
    env: { PATH: process.env['PATH'], SPARE: `${spare}` },
    encoding: 'utf8',
  });
  expect(stderr).toBe(''); // where V8 complains of a flag that it does not know
  return JSON.parse(stdout) as Found;
}

const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('the helper threads of V8 and Node', () => {
  test('come after the threads that answer, commit and fold where there is no processor to spare', () => {
    const { own, helpers, later } = found(0);
    expect(own).toEqual([0]);
    expect(helpers.length).toBeGreaterThan(0);
    expect(new Set(helpers)).toEqual(new Set([10]));
    expect(later.length).toBeGreaterThan(0);
    expect(new Set(later)).toEqual(new Set([0]));
  });

  test('are left as they are where there is', () => {
    expect(new Set(found(1).helpers)).toEqual(new Set([0]));
  });
});
