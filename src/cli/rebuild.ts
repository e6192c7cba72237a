import { resolve } from 'node:path';
import { openEventReader, openLeases, openReadModelReader, openReadModels, type Stores } from '../adapters.js';
import { catalogue, projections } from '../composition.js';
import { readConfiguration } from '../config/configuration.js';
import type { Projection } from '../feed/consumers.js';
import { saidOf } from '../read-models/difference.js';
import { DIFFERENT, say, STOPPED, stopSignal, WrongUsage, type Command } from './command.js';
import { Stopped } from './log/check-file.js';
import { LedgerInUse, rebuildOffline } from './offline-rebuild.js';
import { optionsOf } from './options.js';
import { duration, grouped } from './progress.js';
import { verify } from './refolding/verify-models.js';

const NAMES = projections.map(({ name }) => name);

const HELP = `Folds the ledger's events anew into its read models, while no server runs; with --verify only beside them.

Usage: sijill rebuild [NAME…]
       sijill rebuild --verify [--json] [NAME…]

  NAME      a projection (default: all of them): ${NAMES.join(', ')}
  --verify  changes nothing: compares every live document with the one that the events give, at the same event, and
            names the first difference. A server may run and go on
  --json    prints what --verify found as JSON on the standard output
  --help    this text

Examples: sijill rebuild debt-list
          sijill rebuild --verify

The settings are the server's environment variables; the stores are the server's. A new version of each
projection is filled beside the live one and takes its place at the end: stop it with Ctrl-C, and the live ones are
as they were. Of a running server, begin a rebuild with POST /v1/projections/{name}/rebuild. What --verify folds is in TMPDIR until it
has ended, as large as the read models.
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 --verify found a difference, 130 stopped.
`;

async function run(args: readonly string[]): Promise<number> {
  const { names, isVerifying, asJson } = parse(args);
  const configuration = readConfiguration();
  if (isVerifying) return verified(configuration, chosenOf(names), asJson);
  const { data, eventStoreUrl } = configuration;
  if (eventStoreUrl !== undefined) {
    throw new LedgerInUse(
      'the events are in EVENT_STORE_URL, where servers may be running: begin the rebuild in one of them, with POST ' +
        '/v1/projections/{name}/rebuild in the role operator; answers go on meanwhile',
    );
  }
  const signal = stopSignal();
  const chosen = chosenOf(names);
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

const chosenOf = (names: readonly string[]): readonly Projection[] =>
  projections.filter(({ name }) => names.includes(name));

async function verified(stores: Stores, chosen: readonly Projection[], asJson: boolean): Promise<number> {
  const signal = stopSignal();
  const began = performance.now();
  const reader = await openEventReader(stores);
  try {
    const live = await openReadModelReader(stores);
    try {
      const { verified: done, difference } = await verify({ reader, catalogue }, live, chosen, { signal });
      if (asJson) {
        process.stdout.write(`${JSON.stringify({ equal: difference === undefined, verified: done, difference })}\n`);
      } else {
        for (const { projection, documents, events } of done) {
          say(`${projection}: ${grouped(documents)} documents are what ${grouped(events)} events give`);
        }
      }
      if (difference !== undefined) {
        if (!asJson) say(`rebuild: ${saidOf(difference)}`);
        return DIFFERENT;
      }
      if (!asJson) say(`verified ${done.length} read models in ${duration((performance.now() - began) / 1_000)}`);
      return 0;
    } finally {
      await live.close();
    }
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    say('stopped: nothing was changed');
    return STOPPED;
  } finally {
    await reader.close();
  }
}

interface Asked {
  readonly names: readonly string[];
  readonly isVerifying: boolean;
  readonly asJson: boolean;
}

function parse(args: readonly string[]): Asked {
  const options = { verify: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } } as const;
  const { positionals, values } = optionsOf(args, options);
  const unknown = positionals.filter((name) => !NAMES.includes(name));
  if (unknown.length > 0) throw new WrongUsage(`there is no projection ${unknown.join(', ')}`);
  if (values.json && !values.verify) throw new WrongUsage('--json goes with --verify');
  return { names: positionals.length === 0 ? NAMES : positionals, isVerifying: values.verify, asJson: values.json };
}

export const rebuildCommand: Command = { help: HELP, run };
