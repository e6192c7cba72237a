/** What ended a command, for people. Loaded only where one has ended so: it knows everybody. */
import { PoisonEvent } from '../feed/feed-page.js';
import { Unprintable } from '../journal/format.js';
import { startFault } from '../start-fault.js';
import { NotAsCopied } from '../vault/moving/move-vault.js';
import { DamagedBundle } from './bundle/format.js';
import { NotReplayable } from './bundle/replay-bundle.js';
import { NoServer, ServerRefused } from './client/client.js';
import { WrongUsage } from './command.js';
import { EmptyLog } from './log/export-log.js';
import { DamagedLog } from '../event-store/log-format.js';
import { NotAsWritten, OtherEvents } from './log/import-log.js';
import { LedgerInUse } from './offline-rebuild.js';
import { NoCheckpoint } from './signed-log.js';
import { NotComparable } from './refolding/verify-models.js';

/** Their messages say what to do. */
const SELF_EXPLAINING = [
  WrongUsage,
  LedgerInUse,
  EmptyLog,
  DamagedLog,
  OtherEvents,
  NotAsWritten,
  NoCheckpoint,
  NotComparable,
  NotAsCopied,
  Unprintable,
  DamagedBundle,
  NotReplayable,
  NoServer,
  ServerRefused,
];

export function faultOf(error: unknown): string {
  if (error instanceof PoisonEvent) return `${error.message}. The live versions are as they were`;
  if (SELF_EXPLAINING.some((each) => error instanceof each)) return (error as Error).message;
  return isOfSystem(error) ? error.message : startFault(error);
}

/** `EEXIST: file already exists, open 'ledger.jsonl'` says what is wrong, and where; so does `write EPIPE`. */
const isOfSystem = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'syscall' in error;
