import { BadEventStoreUrl, EventsMayVanish, ForeignEvent } from './event-store/eventstoredb/faults.js';
import { StoreUnavailable } from './event-store/event-store.js';
import { ConfigurationError, type Configuration } from './config/configuration.js';
import { InvalidWorkingDays } from './contexts/debts/working-days.js';
import { InvalidRetention } from './contexts/parties/retention.js';
import { InvalidTariff } from './contexts/subscriptions/tariff.js';
import { AheadOfLog } from './feed/feed.js';
import { OtherLedger } from './feed/one-ledger.js';
import { ReadModelUnavailable } from './read-models/read-models.js';
import { LedgerUnavailable } from './ledger/outcome.js';
import { NotThisLedger } from './ledger/open-ledger.js';
import { ForeignFile } from './sqlite/database.js';
import { StoreOwned } from './sqlite/ownership.js';
import { ForeignDatabase, LogUnavailable } from './transparency/log-storage.js';
import { InvalidWitnesses } from './transparency/witnesses/witness-policy.js';
import { VaultLocked, VaultUnavailable } from './vault/vault.js';

/** Their messages say what to do. By name, because an error of the feed's thread arrives without its class. */
const SELF_EXPLAINING: ReadonlySet<string> = new Set(
  [
    AheadOfLog,
    BadEventStoreUrl,
    ConfigurationError,
    EventsMayVanish,
    ForeignEvent,
    InvalidRetention,
    InvalidTariff,
    InvalidWitnesses,
    InvalidWorkingDays,
    NotThisLedger,
    OtherLedger,
    ForeignDatabase,
    ForeignFile,
    LedgerUnavailable,
    LogUnavailable,
    ReadModelUnavailable,
    StoreOwned,
    StoreUnavailable,
    VaultLocked,
    VaultUnavailable,
  ].map(({ name }) => name),
);

/** Whether the error's message says what to do, so that a stack would only hide it. */
export const explainsItself = ({ name }: Error): boolean => SELF_EXPLAINING.has(name);

/** What kept the server from starting, and what to do about it: one line where it was to be foreseen, else a stack. */
export function startFault(thrown: unknown, configuration?: Pick<Configuration, 'host' | 'port' | 'data'>): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (explainsItself(thrown)) return thrown.message;
  const { code, syscall } = thrown as NodeJS.ErrnoException;
  if (configuration === undefined || code === undefined || syscall === undefined) return stackOf(thrown);
  const { host, port, data } = configuration;
  if (syscall === 'listen' || syscall === 'getaddrinfo') {
    if (code === 'EADDRINUSE') {
      return `port ${port} of ${host} is taken: stop the program that has it, or set PORT to another one (0: any free one)`;
    }
    if (code === 'EACCES') return `port ${port} is kept for the system's administrator: set PORT to 1024 or above`;
    return `HOST ${JSON.stringify(host)} is not an address of this machine (${thrown.message})`;
  }
  return `the data directory ${data} cannot be used (${thrown.message}): mend it, or set SIJILL_DATA to another one`;
}

const stackOf = (error: Error): string => error.stack ?? String(error);
