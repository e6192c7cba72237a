/**
 * Which adapter each port gets: the configuration decides, here and nowhere else. Those of EventStoreDB and Bull are loaded
 * where they are wanted: the clients that they bring cost each thread ten MiB and a third of a second.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration } from './config/configuration.js';
import type { EventReader, EventStore } from './event-store/event-store.js';
import { openSqliteEventReader, openSqliteEventStore } from './event-store/sqlite/sqlite-event-store.js';
import { ATTEMPT_CATEGORY } from './ledger/attempts.js';
import { openMongoReadModelReader, openMongoReadModels } from './read-models/mongo/mongo-read-models.js';
import { openEmbeddedJobs } from './jobs/embedded/embedded-jobs.js';
import type { Job, JobDoors, Jobs } from './jobs/jobs.js';
import { EmbeddedLeases } from './leases/embedded-leases.js';
import type { Leases } from './leases/leases.js';
import { openMongoLeases } from './leases/mongo/mongo-leases.js';
import type { LedgerId } from './kernel/ids.js';
import type { ReadModelReader, ReadModels } from './read-models/read-models.js';
import { openSqliteReadModelReader, openSqliteReadModels } from './read-models/sqlite/sqlite-read-models.js';
import { openBalancesFile, type BalancesFile } from './transparency/balances/balances-file.js';
import { openBalancesReader, type BalancesReader } from './transparency/balances/balances-reader.js';
import type { LogReader, LogStorage } from './transparency/log-storage.js';
import { openMongoLogReader, openMongoLogStorage, refuseLogIn } from './transparency/mongo/mongo-log-storage.js';
import { openSqliteLogReader, openSqliteLogStorage } from './transparency/sqlite/sqlite-log-storage.js';
import { StoreOwned } from './sqlite/ownership.js';
import { keyInFile, loadMasterKey, VAULT_FILE } from './vault/master-key.js';
import { openMongoVault, refuseVaultIn } from './vault/mongo/mongo-vault.js';
import { openSqliteVault } from './vault/sqlite/sqlite-vault.js';
import { VaultLocked, type Vault } from './vault/vault.js';

/** Where the vault is, what opens it, and where it must not be. */
export type VaultPlace = Stores & Pick<Configuration, 'vault' | 'vaultMongodbUri' | 'masterKey'>;

/** Where the jobs are. */
export type JobStores = Pick<Configuration, 'data' | 'redisUrl'>;

/** Where the stores are: also what the feed's thread is told. */
export type Stores = Pick<Configuration, 'data' | 'eventStoreUrl' | 'mongodbUri' | 'logMongodbUri'>;

export const ledgerFile = ({ data }: Stores): string => join(data, 'ledger.db');
const readModelsFile = ({ data }: Stores): string => join(data, 'read-models.db');

/** Where the events are, for people: a URL may hold a password. */
export const eventsPlace = (stores: Stores): string =>
  stores.eventStoreUrl === undefined ? ledgerFile(stores) : 'EVENT_STORE_URL';

/** What of the configuration says where the stores are, and no more: it goes to the feed's thread. */
export const storesOf = ({ data, eventStoreUrl, mongodbUri, logMongodbUri }: Stores): Stores => ({
  data,
  ...(eventStoreUrl !== undefined && { eventStoreUrl }),
  ...(mongodbUri !== undefined && { mongodbUri }),
  ...(logMongodbUri !== undefined && { logMongodbUri }),
});

const eventStoreDb = () => import('./event-store/eventstoredb/eventstoredb-event-store.js');

/** Streams that are mostly looked for before there are any: of refusals, and of what the first command on it makes. */
const SELDOM = [ATTEMPT_CATEGORY, 'debt', 'receipt', 'balance'];

export const openEventStore = async (stores: Stores): Promise<EventStore> =>
  stores.eventStoreUrl === undefined
    ? openSqliteEventStore(ledgerFile(stores), SELDOM)
    : (await eventStoreDb()).openEventStoreDb(stores.eventStoreUrl);

/**
 * Appends to different streams that may be on their way at once so that the store keeps the order in which they were
 * sent: SQLite commits so many as one group; EventStoreDB orders each call by itself.
 */
export const appendsInOrder = ({ eventStoreUrl }: Stores): number => (eventStoreUrl === undefined ? 32 : 1);

export const openEventReader = async (stores: Stores): Promise<EventReader> =>
  stores.eventStoreUrl === undefined
    ? openSqliteEventReader(ledgerFile(stores))
    : (await eventStoreDb()).openEventStoreDbReader(stores.eventStoreUrl);

/** A file of ours drops nothing. @throws EventsMayVanish */
export const refuseVanishing = async ({ eventStoreUrl }: Stores): Promise<void> =>
  eventStoreUrl === undefined ? undefined : (await eventStoreDb()).refuseRetentionAt(eventStoreUrl);

export const openReadModels = async (stores: Stores): Promise<ReadModels> =>
  stores.mongodbUri === undefined
    ? openSqliteReadModels(readModelsFile(stores))
    : openMongoReadModels(stores.mongodbUri);

/** @param mappedBytes most of a file that is mapped into memory */
export const openReadModelReader = async (stores: Stores, mappedBytes?: number): Promise<ReadModelReader> =>
  stores.mongodbUri === undefined
    ? openSqliteReadModelReader(readModelsFile(stores), mappedBytes)
    : openMongoReadModelReader(stores.mongodbUri);

/** Of who folds into these read models: a file of them has one owner. */
export const openLeases = async ({ mongodbUri }: Stores): Promise<Leases> =>
  mongodbUri === undefined ? new EmbeddedLeases() : openMongoLeases(mongodbUri);

const logFile = ({ data }: Stores): string => join(data, 'transparency.db');

/** What to say where `keepsLog` does not hold. */
export const NO_LOG = 'no transparency log is kept: MONGODB_URI is set, and LOG_MONGODB_URI is not';

/** Whether a transparency log is kept: where processes share their read models, only in a place that they share too. */
export const keepsLog = ({ mongodbUri, logMongodbUri }: Stores): boolean =>
  mongodbUri === undefined || logMongodbUri !== undefined;

export const openLogStorage = async (stores: Stores): Promise<LogStorage> =>
  stores.logMongodbUri === undefined
    ? openSqliteLogStorage(logFile(stores))
    : openMongoLogStorage(stores.logMongodbUri);

/** Of who signs into that storage: they are kept beside what they fence (docs/adr/0030). */
export const openLogLeases = async ({ logMongodbUri }: Stores): Promise<Leases> =>
  logMongodbUri === undefined ? new EmbeddedLeases() : openMongoLeases(logMongodbUri);

/** Read models may be dropped, and what was signed may not. @throws ForeignDatabase, LogUnavailable */
export const refuseLogAmongReadModels = async ({ mongodbUri }: Stores): Promise<void> =>
  mongodbUri === undefined ? undefined : refuseLogIn(mongodbUri);

/** Whether anybody has opened the storage: else there is nothing to read. */
export const hasLog = (stores: Stores): boolean => stores.logMongodbUri !== undefined || existsSync(logFile(stores));

/** Once somebody has opened the storage. */
export const openLogReader = async (stores: Stores): Promise<LogReader> =>
  stores.logMongodbUri === undefined ? openSqliteLogReader(logFile(stores)) : openMongoLogReader(stores.logMongodbUri);

const balancesFile = ({ data }: Stores): string => join(data, 'balances.db');

/** Undefined: another process of this directory adds them up. */
export function openBalances(stores: Stores): BalancesFile | undefined {
  try {
    return openBalancesFile(balancesFile(stores));
  } catch (error) {
    if (error instanceof StoreOwned) return undefined;
    throw error;
  }
}

/** Once somebody has opened them. */
export const openBalancesToRead = (stores: Stores): BalancesReader => openBalancesReader(balancesFile(stores));

/** What signs the transparency log: 32 bytes. @throws VaultLocked saying what to do */
export function loadLogKey(stores: Stores, configured: Buffer | undefined): Buffer {
  if (configured !== undefined) return configured;
  if (stores.logMongodbUri !== undefined) throw new VaultLocked('KEY_MISSING', 'LOG_MONGODB_URI needs SIJILL_LOG_KEY');
  const path = join(stores.data, 'log.key');
  const lost = `${logFile(stores)} exists, but its key does not: restore ${path} from its backup, or set SIJILL_LOG_KEY`;
  return keyInFile(path, existsSync(logFile(stores)) ? lost : undefined);
}

export async function openJobs(
  { data, redisUrl }: JobStores,
  ledger: LedgerId,
  jobs: readonly Job[],
  doors: JobDoors,
): Promise<Jobs> {
  if (redisUrl === undefined) return openEmbeddedJobs({ path: join(data, 'jobs.db'), jobs, doors });
  const { openBullJobs } = await import('./jobs/bull/bull-jobs.js');
  return openBullJobs({ url: redisUrl, ledger, jobs, doors });
}

/**
 * @param mayBegin whether there is no event yet: else a vault that is missing is lost, and not a new one
 * @throws VaultLocked, VaultUnavailable: each says what to do
 */
export async function openVault(place: VaultPlace, mayBegin: boolean): Promise<Vault> {
  const { vault: directory, vaultMongodbUri, masterKey, mongodbUri } = place;
  if (mongodbUri !== undefined) await refuseVaultIn(mongodbUri);
  if (vaultMongodbUri !== undefined) {
    if (masterKey === undefined)
      throw new VaultLocked('KEY_MISSING', 'a vault in MongoDB needs SIJILL_MASTER_KEY_FILE');
    return openMongoVault(vaultMongodbUri, masterKey, { mayBegin });
  }
  const file = join(directory, VAULT_FILE);
  if (!mayBegin && !existsSync(file)) {
    throw new VaultLocked(
      'VAULT_MISSING',
      `${eventsPlace(place)} holds events, but ${file} is gone: restore both of one backup, or say in SIJILL_VAULT ` +
        '(a directory) or VAULT_MONGODB_URI where the vault is',
    );
  }
  return openSqliteVault(file, loadMasterKey(directory, masterKey), mayBegin);
}
