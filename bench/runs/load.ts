/** The load: a process of its own, so that making requests takes nothing from the server but the processor. */
import autocannon from 'autocannon';
import { input, report } from './run.js';

export interface Load {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  /** Taken in turn; each connection begins somewhere else. */
  readonly paths: readonly string[];
  /** `[<id>]` in a header or the body becomes an id that no other request has. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly connections: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

export interface LoadFound {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** What the load itself took of one processor: near 1 it, and not the server, may be what was measured. */
  readonly loadBusy: number;
}

const codes = ({ statusCodeStats }: autocannon.Result): string => JSON.stringify(statusCodeStats);

const load = input<Load>();
if (load.warmUpSeconds > 0) await fire(load.warmUpSeconds);
const cpuBefore = process.cpuUsage();
const began = performance.now();
const result = await fire(load.seconds);
const { user, system } = process.cpuUsage(cpuBefore);
const milliseconds = performance.now() - began;
const failed = result.non2xx + result.errors + result.timeouts;
if (failed > 0) throw new Error(`${failed} of ${result.requests.total} requests failed: ${codes(result)}`);
report({
  perSecond: result['2xx'] / result.duration,
  p50: result.latency.p50,
  p99: result.latency.p99,
  loadBusy: (user + system) / 1000 / milliseconds,
} satisfies LoadFound);

function fire(seconds: number): Promise<autocannon.Result> {
  const { url, method, paths, headers, body, connections } = load;
  let client = 0;
  return autocannon({
    url,
    method,
    headers: { ...headers },
    ...(body !== undefined && { body }),
    connections,
    duration: seconds,
    idReplacement: JSON.stringify([headers, body]).includes('[<id>]'),
    setupClient(each) {
      const from = Math.floor((client++ * paths.length) / connections);
      each.setRequests([...paths.slice(from), ...paths.slice(0, from)].map((path) => ({ path })));
    },
  });
}
