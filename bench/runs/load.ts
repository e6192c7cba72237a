/** The load: a process of its own, so that making requests takes nothing from the server but the processor. */
import { setTimeout as wait } from 'node:timers/promises';
import { Connection } from './connection.js';
import { input, report } from './run.js';

export interface Load {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  /** Taken in turn; each connection begins somewhere else. */
  readonly paths: readonly string[];
  /** `[<id>]` in a header becomes an id that no other request has. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly connections: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /**
   * How long it asks a second time, over the same connections. Between both they are at rest, until the stdin of the
   * process ends: it is open and warm then, so that what is measured is the server's.
   */
  readonly secondsAgain?: number;
  /**
   * Keeps a processor awake for itself. A client that sleeps makes the server pay, with each answer, for waking it,
   * and the more so the slower the server is: on a virtual machine of two processors more than what Nest does for an
   * empty request. Not for a server that needs the second processor.
   */
  readonly awake: boolean;
}

export interface LoadFound extends Measured {
  /** All of them, while warming up too. */
  readonly answers: number;
  /** The second time. */
  readonly again?: Measured;
}

export interface Measured {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** What the load itself took of one processor: near 1 it, and not the server, may be what was measured. */
  readonly loadBusy: number;
}

const load = input<Load>();
const requestOf = requests(load);
let isAsking = true;
let answers = 0;
/** Of the answers that count, in milliseconds; undefined: none do. */
let times: number[] | undefined;
let isTold = false;
const told = new Promise<void>((resolve) => process.stdin.once('end', resolve).resume()).then(() => (isTold = true));

const connections = Array.from({ length: load.connections }, (_, n) =>
  open(Math.floor((n * load.paths.length) / load.connections)),
);
if (load.awake) stayAwake();
await wait(1000 * load.warmUpSeconds);
const first = await measured(load.seconds);
let again: Measured | undefined;
if (load.secondsAgain !== undefined) {
  if (isTold) throw new Error('it was told to ask again before the first time was over: the machine is too busy');
  await told;
  isAsking = true;
  for (const each of connections) each.ask();
  again = await measured(load.secondsAgain);
}
for (const each of connections) each.close();
report({ ...first, answers, ...(again !== undefined && { again }) } satisfies LoadFound);

/** Lets so many seconds count; then nothing is asked any more. */
async function measured(seconds: number): Promise<Measured> {
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  const counted: number[] = (times = []);
  await wait(1000 * seconds);
  times = undefined;
  isAsking = false;
  const milliseconds = performance.now() - began;
  const { user, system } = process.cpuUsage(cpuBefore);
  counted.sort((a, b) => a - b);
  return {
    perSecond: (1000 * counted.length) / milliseconds,
    p50: percentile(counted, 0.5),
    p99: percentile(counted, 0.99),
    loadBusy: (user + system) / 1000 / milliseconds,
  };
}

/** @param from index of the path that the connection begins with */
function open(from: number): Connection {
  let at = from;
  let sentAt = 0;
  const next = (status: number | undefined): string | undefined => {
    const now = performance.now();
    if (status !== undefined && (status < 200 || status > 299)) fail(new Error(`an answer was ${status}`));
    if (status !== undefined) answers++;
    if (status !== undefined) times?.push(now - sentAt);
    if (!isAsking) return undefined;
    sentAt = now;
    at = (at + 1) % load.paths.length;
    return requestOf(load.paths[at] as string);
  };
  return new Connection(new URL(load.url), next, fail);
}

function requests({ url, method, headers, body = '' }: Load): (path: string) => string {
  const all = {
    host: new URL(url).host,
    ...headers,
    ...(body !== '' && { 'content-length': Buffer.byteLength(body) }),
  };
  const fields = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const [before = '', ...after] = `HTTP/1.1\r\n${fields.join('')}\r\n${body}`.split('[<id>]');
  const run = `${process.pid}-${Date.now()}`;
  let ids = 0;
  return (path) => `${method} ${path} ${before}${after.map((part) => `${run}-${++ids}${part}`).join('')}`;
}

/** Asks for the next turn in every turn: waiting for events then never sleeps. */
function stayAwake(): void {
  if (isAsking) setImmediate(stayAwake);
}

function fail(error: Error): void {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

/** Milliseconds, rounded to hundredths. */
function percentile(sorted: readonly number[], share: number): number {
  return Math.round(100 * (sorted[Math.floor(share * sorted.length)] ?? NaN)) / 100;
}
