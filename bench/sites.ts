/** Where the ledgers of a benchmark keep what they keep: in a folder each, or on servers. */
import { execSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The place of one ledger, empty at first. */
export interface Site {
  /** The data directory. */
  readonly folder: string;
  /** What the environment of its processes says about servers. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Sites {
  /** Beside a figure: what it was measured on. */
  readonly name: string;
  /** Rows that would say nothing on it, and why. */
  readonly leavesOut: ReadonlyMap<string, string>;
  next(): Promise<Site>;
  close(): Promise<void>;
}

export const embedded = (folder: () => string): Sites => ({
  name: 'embedded stores',
  leavesOut: new Map(),
  next: () => Promise.resolve({ folder: folder(), env: {} }),
  close: () => Promise.resolve(),
});

/** The servers that come with the tests are no part of the build. */
const SERVERS = new URL('../../test/servers/', import.meta.url);

/**
 * EventStoreDB and MongoDB: the real ones that ESDB_TEST_URL and MONGODB_TEST_URI name, else stand-ins. A real
 * EventStoreDB holds one ledger after the other, so ESDB_TEST_RESET must be a command that leaves it empty.
 * @param folder makes a new empty one
 */
export async function serverSites(folder: () => string): Promise<Sites> {
  const events = await eventStores(folder);
  const documents = await databases(folder);
  let ledgers = 0;
  return {
    name: `${events.name} and ${documents.name}`,
    leavesOut: documents.leavesOut,
    async next() {
      const env = {
        EVENT_STORE_URL: await events.empty(),
        MONGODB_URI: documents.uri(`sijill_test_bench_${++ledgers}`),
      };
      return { folder: folder(), env };
    },
    async close() {
      await Promise.all([events.close(), documents.close()]);
    },
  };
}

async function eventStores(folder: () => string) {
  const { ESDB_TEST_URL: url, ESDB_TEST_RESET: reset } = process.env;
  const standIns: StandIn[] = [];
  return {
    name: url === undefined ? 'an EventStoreDB stand-in' : 'EventStoreDB',
    async empty(): Promise<string> {
      if (url === undefined) {
        const main = fileURLToPath(new URL('eventstoredb/main.js', SERVERS));
        const standIn = await StandIn.start(process.execPath, [main, '--file', `${folder()}/log.db`]);
        standIns.push(standIn);
        return `esdb://127.0.0.1:${standIn.port}?tls=false`;
      }
      if (reset === undefined) throw new Error('ESDB_TEST_RESET must be a command that leaves ESDB_TEST_URL empty');
      execSync(reset, { stdio: ['ignore', 'ignore', 'inherit'] });
      return url;
    },
    close: () => Promise.all(standIns.map((each) => each.stop())),
  };
}

async function databases(folder: () => string) {
  const { MONGODB_TEST_URI: real } = process.env;
  if (real !== undefined) {
    const at = (database: string): string => real.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?[^?]*/, `$1/${database}`);
    return { name: 'MongoDB', leavesOut: new Map<string, string>(), uri: at, close: () => Promise.resolve() };
  }
  const { MONGODB_SERVER, HOW_TO_RUN, isMongoDbAtHand } = (await import(new URL('mongodb/build.js', SERVERS).href)) as {
    MONGODB_SERVER: string;
    HOW_TO_RUN: string;
    isMongoDbAtHand: boolean;
  };
  if (!isMongoDbAtHand) throw new Error(`there is no MongoDB at hand: ${HOW_TO_RUN}`);
  const standIn = await StandIn.start(MONGODB_SERVER, ['--folder', folder()]);
  return {
    name: 'FerretDB',
    leavesOut: new Map([['page', 'FerretDB looks at every document where a filter says more than an id']]),
    uri: (database: string): string => `mongodb://127.0.0.1:${standIn.port}/${database}`,
    close: () => standIn.stop(),
  };
}

/** A server of the tests: it says the port that it took. */
class StandIn {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start(program: string, args: readonly string[]): Promise<StandIn> {
    const child = spawn(program, [...args, '--port', '0'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    return new StandIn(child, (JSON.parse(line) as { port: number }).port);
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}
