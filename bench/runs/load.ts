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
   * Keeps a processor awake for itself. A client that sleeps makes the server pay, with each answer, for waking it,
   * and the more so the slower the server is: on a virtual machine of two processors more than what Nest does for an
   * empty request. Not for a server that needs the second processor.
   */
  readonly awake: boolean;
}

export interface LoadFound {
  readonly perSecond: number;
  /** All of them, while warming up too. */
  readonly answers: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** What the load itself took of one processor: near 1 it, and not the server, may be what was measured. */
  readonly loadBusy: number;
}

const load = input<Load>();
const requestOf = requests(load);
let counting = false;
let over = false;
let answers = 0;
const times: number[] = [];

for (let n = 0; n < load.connections; n++) open(Math.floor((n * load.paths.length) / load.connections));
if (load.awake) stayAwake();
await wait(1000 * load.warmUpSeconds);
const cpuBefore = process.cpuUsage();
const began = performance.now();
counting = true;
await wait(1000 * load.seconds);
counting = false;
over = true;
const milliseconds = performance.now() - began;
const { user, system } = process.cpuUsage(cpuBefore);
times.sort((a, b) => a - b);
report({
  perSecond: (1000 * times.length) / milliseconds,
  answers,
  p50: percentile(0.5),
  p99: percentile(0.99),
  loadBusy: (user + system) / 1000 / milliseconds,
} satisfies LoadFound);

/** @param from index of the path that the connection begins with */
function open(from: number): void {
  let at = from;
  let sentAt = 0;
  const next = (status: number | undefined): string | undefined => {
    const now = performance.now();
    if (status !== undefined && (status < 200 || status > 299)) fail(new Error(`an answer was ${status}`));
    if (status !== undefined) answers++;
    if (status !== undefined && counting) times.push(now - sentAt);
    if (over) return undefined;
    sentAt = now;
    at = (at + 1) % load.paths.length;
    return requestOf(load.paths[at] as string);
  };
  void new Connection(new URL(load.url), next, fail);
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
  if (!over) setImmediate(stayAwake);
}

function fail(error: Error): void {
  if (over) return;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

/** Milliseconds, rounded to hundredths. */
function percentile(share: number): number {
  return Math.round(100 * (times[Math.floor(share * times.length)] ?? NaN)) / 100;
}
