import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { eventsPlace, openEventReader } from '../adapters.js';
import { catalogue } from '../composition.js';
import { readConfiguration } from '../config/configuration.js';
import { say, STOPPED, stopSignal, WrongUsage, type Command } from './command.js';
import { exportLog } from './log/export-log.js';
import { duration, grouped } from './progress.js';

const HELP = `Writes the whole log of the ledger as a file: one line for each event, in the order of their sequences,
with exactly what is stored. One log makes one file, byte for byte, whichever store it is in.

Usage: sijill export [--out FILE]

  --out FILE   a file that does not exist yet, gzipped where its name ends in .gz; - is the standard output (default)
  --help       this text

Examples: sijill export --out ledger.jsonl.gz
          sijill export | zstd > ledger.jsonl.zst

The store is the server's: the file in SIJILL_DATA, or EVENT_STORE_URL. A server may run; what it records after the
export has begun is left out. The file holds pseudonyms, amounts and commitments, and nothing of the vault.
The digest that is shown at the end stands for the whole log: keep it apart from the file, and give it to the import.
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped; where it did not end with 0 there is no file.
`;

async function run(args: readonly string[]): Promise<number> {
  const out = parse(args);
  const configuration = readConfiguration();
  const signal = stopSignal();
  const reader = openEventReader(configuration);
  const began = performance.now();
  try {
    const { ledger, events, digest } = await exportLog(reader, catalogue, out, signal);
    const seconds = duration((performance.now() - began) / 1_000);
    say(`exported ${grouped(events)} events of the ledger ${ledger} from ${eventsPlace(configuration)} in ${seconds}`);
    if (out !== '-') say(`to ${resolve(out)}`);
    say(`digest ${digest}`);
    return 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    say('stopped: nothing was kept');
    return STOPPED;
  } finally {
    await reader.close();
  }
}

function parse(args: readonly string[]): string {
  try {
    const options = { out: { type: 'string', default: '-' } } as const;
    return parseArgs({ args: [...args], options }).values.out;
  } catch (error) {
    throw new WrongUsage((error as Error).message, { cause: error });
  }
}

export const exportCommand: Command = { help: HELP, run };
