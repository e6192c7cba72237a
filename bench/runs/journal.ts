/** The whole journal as hledger and Ledger read it, made of a ledger's log and taken as it comes. */
import { openEventReader } from '../../src/adapters.js';
import { catalogue } from '../../src/composition.js';
import { wholeHead } from '../../src/event-store/whole-head.js';
import { exported, FORMATS } from '../../src/journal/journal.js';
import { namesIn } from '../../src/journal/names.js';
import { peakMemoryMiB } from '../../examples/road-fines/peak-memory.js';
import type { RebuildRun } from './rebuild.js';
import { input, report } from './run.js';
import { configurationOf } from './world.js';

export interface JournalFound {
  readonly perSecond: number;
  readonly transactions: number;
  readonly peakMemory: number;
}

const { folder } = input<RebuildRun>();
const reader = await openEventReader(configurationOf(folder));
const { count } = await wholeHead(reader);
let transactions = 0;
const names = namesIn('en', catalogue.definitions);
const began = performance.now();
const text = exported(
  reader,
  FORMATS.ledger,
  names,
  { sequence: count - 1 },
  {
    done: (written) => void (transactions = written.events),
  },
);
for await (const _ of text) void _;
const seconds = (performance.now() - began) / 1000;
await reader.close();
report({ perSecond: count / seconds, transactions, peakMemory: peakMemoryMiB() } satisfies JournalFound);
