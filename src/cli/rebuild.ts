import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openLeases, openReadModels } from '../adapters.js';
import { catalogue, projections } from '../composition.js';
import { readConfiguration } from '../config/configuration.js';
import { say, STOPPED, stopSignal, WrongUsage, type Command } from './command.js';
import { LedgerInUse, rebuildOffline } from './offline-rebuild.js';
import { duration, grouped } from './progress.js';

const NAMES = projections.map(({ name }) => name);

const HELP = `Folds the ledger's events anew into its read models, while no server runs.

Usage: npm run rebuild -- [NAME…]
       node dist/src/cli/main.js rebuild [NAME…]

  NAME     a projection (default: all of them): ${NAMES.join(', ')}
  --help   this text

The settings are the server's environment variables; the stores are the server's. A new version of each
projection is filled beside the live one and takes its place at the end: stop it with Ctrl-C, and the live ones are
as they were. Of a running server, begin a rebuild with POST /v1/projections/{name}/rebuild.
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped.
`;

async function run(args: readonly string[]): Promise<number> {
  const names = parse(args);
  const configuration = readConfiguration();
  const { data, eventStoreUrl } = configuration;
  if (eventStoreUrl !== undefined) {
    throw new LedgerInUse(
      'the events are in EVENT_STORE_URL, where servers may be running: begin the rebuild in one of them, with POST ' +
        '/v1/projections/{name}/rebuild in the role operator; answers go on meanwhile',
    );
  }
  const signal = stopSignal();
  const chosen = projections.filter(({ name }) => names.includes(name));
  say(`rebuilding ${chosen.map(({ name }) => name).join(', ')} in ${resolve(data)}`);
  const began = performance.now();
  const stores = { readModels: () => openReadModels(configuration), leases: () => openLeases(configuration) };
  const rebuilt = await rebuildOffline(data, stores, catalogue, chosen, signal);
  const list = rebuilt.names.join(', ');
  if (rebuilt.names.length < chosen.length) {
    say(
      rebuilt.names.length === 0 ? 'stopped: the live versions are as they were' : `stopped after the swap of ${list}`,
    );
    return STOPPED;
  }
  say(`rebuilt ${list} from ${grouped(rebuilt.events)} events in ${duration((performance.now() - began) / 1_000)}`);
  return 0;
}

function parse(args: readonly string[]): readonly string[] {
  let positionals: readonly string[];
  try {
    ({ positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} }));
  } catch (error) {
    throw new WrongUsage((error as Error).message, { cause: error });
  }
  const unknown = positionals.filter((name) => !NAMES.includes(name));
  if (unknown.length > 0) throw new WrongUsage(`there is no projection ${unknown.join(', ')}`);
  return positionals.length === 0 ? NAMES : positionals;
}

export const rebuildCommand: Command = {
  summary: "folds the ledger's events anew into its read models",
  help: HELP,
  run,
};
