import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { appendsInOrder, openEventReader, openEventStore, openReadModels, type Stores } from '../adapters.js';
import { catalogue, projections } from '../composition.js';
import { readConfiguration } from '../config/configuration.js';
import { saidOf } from '../read-models/difference.js';
import { replayBundle, type Target } from './bundle/replay-bundle.js';
import { DIFFERENT, say, STOPPED, stopSignal, WrongUsage, type Command } from './command.js';
import { Stopped } from './log/check-file.js';
import { optionsOf, print } from './options.js';
import { duration, grouped } from './progress.js';

const HELP = `Builds a second instance from a bundle alone, and proves every document of every read model equal.

Usage: sijill replay BUNDLE [--into DIR] [--digest DIGEST] [--json]

  BUNDLE           as sijill export wrote it
  --into DIR       keeps the instance in this directory, which is empty or not there yet; default: one that is removed
  --digest DIGEST  what the export said: refuses a bundle that is whole, and another one
  --json           prints what was found
  --help           this text

Examples: sijill replay bundle-2026 --digest 0f6a…
          EVENT_STORE_URL='esdb://127.0.0.1:2113?tls=false' MONGODB_URI=mongodb://127.0.0.1/second sijill replay bundle-2026

The instance is built on SQLite, or, where EVENT_STORE_URL and MONGODB_URI are set, on these, which must hold nothing:
that a bundle of one pair of stores is equal on the other proves both. First every file is held against its digest, and
the log against itself; what is wrong is said with the file, and then nothing is built. The vault is not in a bundle: a
server that goes on with the instance needs it (docs/operations.md).
Exit codes: 0 equal, 1 failed, 2 wrong usage, 3 a document differs, 130 stopped.
`;

async function run(args: readonly string[]): Promise<number> {
  const options = {
    into: { type: 'string' },
    digest: { type: 'string' },
    json: { type: 'boolean', default: false },
  } as const;
  const { positionals, values } = optionsOf(args, options);
  const [bundle, ...more] = positionals;
  if (bundle === undefined || more.length > 0) throw new WrongUsage('one BUNDLE is needed');
  const { into, digest, json } = values;
  const { eventStoreUrl, mongodbUri } = readConfiguration();
  const signal = stopSignal();
  const data = into ?? mkdtempSync(join(tmpdir(), 'sijill-replay-'));
  const stores: Stores = {
    data,
    ...(eventStoreUrl !== undefined && { eventStoreUrl }),
    ...(mongodbUri !== undefined && { mongodbUri }),
  };
  const began = performance.now();
  try {
    const replaying = { catalogue, projections, signal, ...(digest !== undefined && { digest }) };
    const { manifest, verified, difference } = await replayBundle(bundle, targetOf(stores), replaying);
    const { ledger, events } = manifest;
    if (json) {
      await print(`${JSON.stringify({ equal: difference === undefined, ledger, events, verified, difference })}\n`);
    } else {
      for (const { projection, documents } of verified) say(`${projection}: ${grouped(documents)} documents are equal`);
    }
    if (difference !== undefined) {
      if (!json) say(`replay: ${saidOf(difference, 'the bundle says')}`);
      return DIFFERENT;
    }
    if (!json) {
      const places = `${eventStoreUrl === undefined ? 'SQLite' : 'EventStoreDB'} and ${mongodbUri === undefined ? 'SQLite' : 'MongoDB'}`;
      const seconds = duration((performance.now() - began) / 1_000);
      say(`replayed ${grouped(events)} events of the ledger ${ledger} on ${places} in ${seconds}: all is equal`);
      if (into !== undefined) say(`the instance is in ${resolve(into)}`);
    }
    return 0;
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    say('stopped; what was built is not whole: begin anew with empty stores');
    return STOPPED;
  } finally {
    if (into === undefined) rmSync(data, { recursive: true, force: true });
  }
}

const targetOf = (stores: Stores): Target => ({
  async openStore() {
    mkdirSync(stores.data, { recursive: true, mode: 0o700 });
    return openEventStore(stores);
  },
  openReader: () => openEventReader(stores),
  async openReadModels() {
    mkdirSync(stores.data, { recursive: true, mode: 0o700 });
    return openReadModels(stores);
  },
  inOrder: appendsInOrder(stores),
});

export const replayCommand: Command = { help: HELP, run };
