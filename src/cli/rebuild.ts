import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openReadModels } from '../adapters.js';
import { catalogue, projections } from '../composition.js';
import { readConfiguration } from '../config/configuration.js';
import { PoisonEvent } from '../feed/feed-page.js';
import { startFault } from '../start-fault.js';
import { LedgerInUse, rebuildOffline } from './offline-rebuild.js';
import { duration, grouped } from './progress.js';

const NAMES = projections.map(({ name }) => name);

const HELP = `Folds the ledger's events anew into its read models, while no server runs.

Usage: npm run rebuild -- [NAME…]
       node dist/src/cli/rebuild.js [NAME…]

  NAME     a projection (default: all of them): ${NAMES.join(', ')}
  --help   this text

The settings are the server's environment variables; the stores are the server's. A new version of each
projection is filled beside the live one and takes its place at the end: stop it with Ctrl-C, and the live ones are
as they were. Of a running server, begin a rebuild with POST /v1/projections/{name}/rebuild.
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped.
`;

/** A command line that cannot be understood; the message says what would be. */
class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
}

const say = (line: string): boolean => process.stderr.write(`${line}\n`);

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  const names = parse(args);
  if (names === undefined) {
    process.stdout.write(HELP);
    return 0;
  }
  const configuration = readConfiguration();
  const { data, eventStoreUrl } = configuration;
  if (eventStoreUrl !== undefined) {
    throw new LedgerInUse(
      'the events are in EVENT_STORE_URL, where servers may be running: begin the rebuild in one of them, with POST ' +
        '/v1/projections/{name}/rebuild in the role operator; answers go on meanwhile',
    );
  }
  process.umask(0o077); // as the server does: what is written here is its owner's alone
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort()); // a second one kills

  const chosen = projections.filter(({ name }) => names.includes(name));
  say(`rebuilding ${chosen.map(({ name }) => name).join(', ')} in ${resolve(data)}`);
  const began = performance.now();
  const rebuilt = await rebuildOffline(data, () => openReadModels(configuration), catalogue, chosen, stop.signal);
  const list = rebuilt.names.join(', ');
  if (rebuilt.names.length < chosen.length) {
    say(
      rebuilt.names.length === 0 ? 'stopped: the live versions are as they were' : `stopped after the swap of ${list}`,
    );
    return 130;
  }
  say(`rebuilt ${list} from ${grouped(rebuilt.events)} events in ${duration((performance.now() - began) / 1_000)}`);
  return 0;
}

/** @returns undefined where help is asked for. @throws WrongUsage */
function parse(args: readonly string[]): readonly string[] | undefined {
  const options = { help: { type: 'boolean', short: 'h' } } as const;
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new WrongUsage((error as Error).message, { cause: error });
  }
  if (parsed.values.help === true) return undefined;
  const unknown = parsed.positionals.filter((name) => !NAMES.includes(name));
  if (unknown.length > 0) throw new WrongUsage(`there is no projection ${unknown.join(', ')}`);
  return parsed.positionals.length === 0 ? NAMES : parsed.positionals;
}

function faultOf(error: unknown): string {
  if (error instanceof PoisonEvent) return `${error.message}. The live versions are as they were`;
  return error instanceof WrongUsage || error instanceof LedgerInUse ? error.message : startFault(error);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  say(`rebuild: ${faultOf(error)}`);
  if (error instanceof WrongUsage) process.stderr.write(`\n${HELP}`);
  process.exitCode = error instanceof WrongUsage ? 2 : 1;
}
