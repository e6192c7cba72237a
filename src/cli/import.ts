import { mkdirSync } from 'node:fs';
import { appendsInOrder, eventsPlace, openEventStore } from '../adapters.js';
import { catalogue } from '../composition.js';
import { readConfiguration } from '../config/configuration.js';
import { say, STOPPED, stopSignal, WrongUsage, type Command } from './command.js';
import { checkFile, Stopped } from './log/check-file.js';
import { DamagedLog } from '../event-store/log-format.js';
import { importLog } from './log/import-log.js';
import { optionsOf, print } from './options.js';
import { duration, grouped } from './progress.js';

const HELP = `Writes an exported log into an empty store, in the order of the file, and reads it back.

Usage: sijill import FILE [--digest DIGEST] [--check] [--json]

  FILE              as export wrote it, gzipped or not
  --digest DIGEST   what the export said: refuses a file that is whole, and another one
  --check           only checks the file, and writes nothing
  --json            prints the ledger, its events, the digest, how many events were there already and how many were written
  --help            this text

Examples: sijill import ledger.jsonl.gz --check
          EVENT_STORE_URL='esdb://127.0.0.1:2113?tls=false' sijill import ledger.jsonl.gz

The store is the server's: the file in SIJILL_DATA, or EVENT_STORE_URL. Nobody else may write to it meanwhile.
First the whole file is checked: its lines, their order and digests, the ledger, each stream's revisions, each event's
id, schema and entries. What is wrong is said with its line, and then nothing is written. Where an import ended early,
be it by Ctrl-C or a kill, run it again: it goes on, if what the store has is the beginning of the file.
The vault is not in the file: move it along (docs/operations.md).
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped.
`;

async function run(args: readonly string[]): Promise<number> {
  const { file, digest, check, json } = parse(args);
  const configuration = readConfiguration();
  const signal = stopSignal();
  try {
    const began = performance.now();
    const since = (): string => duration((performance.now() - began) / 1_000);
    const checked = await checkFile(file, catalogue, signal);
    if (digest !== undefined && digest !== checked.digest) {
      throw new DamagedLog(`the file has the digest ${checked.digest}: it is whole, and another one than ${digest}`);
    }
    say(`checked ${grouped(checked.events)} events of the ledger ${checked.ledger} in ${since()}`);
    say(`digest ${checked.digest}`);
    const { ledger, events } = checked;
    const tell = async (done: object): Promise<void> => {
      if (json) await print(`${JSON.stringify({ ledger, events, digest: checked.digest, ...done })}\n`);
    };
    if (check) {
      await tell({});
      return 0;
    }

    if (configuration.eventStoreUrl === undefined) mkdirSync(configuration.data, { recursive: true, mode: 0o700 });
    const store = await openEventStore(configuration);
    try {
      const options = { catalogue, inOrder: appendsInOrder(configuration), signal };
      const had = await importLog(file, checked, store, options);
      if (had > 0) say(`${grouped(had)} events were there already`);
      await tell({ had, written: events - had });
    } finally {
      await store.close();
    }
    say(`imported them into ${eventsPlace(configuration)}, and read them back, in ${since()}`);
    return 0;
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    say('stopped; run it again to go on');
    return STOPPED;
  }
}

interface Given {
  readonly file: string;
  readonly digest: string | undefined;
  readonly check: boolean;
  readonly json: boolean;
}

function parse(args: readonly string[]): Given {
  const flag = { type: 'boolean', default: false } as const;
  const options = { digest: { type: 'string' }, check: flag, json: flag } as const;
  const parsed = optionsOf(args, options);
  const [file, ...more] = parsed.positionals;
  if (file === undefined || more.length > 0) throw new WrongUsage('one FILE is needed');
  if (file === '-') throw new WrongUsage('a file is needed, not a stream: it is read twice');
  const { digest, check, json } = parsed.values;
  return { file, digest, check, json };
}

export const importCommand: Command = { help: HELP, run };
