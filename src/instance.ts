import { accessSync, constants, mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { Logger } from 'pino';
import {
  keepsLog,
  loadLogKey,
  openBalancesToRead,
  openEventStore,
  openJobs,
  openLogReader,
  openReadModelReader,
  openVault,
  refuseLogAmongReadModels,
  storesOf,
  type JobStores,
  type VaultPlace,
} from './adapters.js';
import { catalogue, jobsUnder, periods, policies, RULE_SET } from './composition.js';
import { readWorkingDays, WEEKENDS_ONLY } from './contexts/debts/working-days.js';
import { LEGAL_RETENTION, readRetention } from './contexts/parties/retention.js';
import type { Configuration } from './config/configuration.js';
import { erasuresUnder } from './duties.js';
import type { EventStore } from './event-store/event-store.js';
import { FeedHost } from './feed/feed-host.js';
import type { SendCommand } from './feed/policy-runner.js';
import { StoredProgress } from './feed/stored-progress.js';
import { startFeedThread } from './feed/thread-protocol.js';
import type { JobDoors, Jobs } from './jobs/jobs.js';
import { THREADS } from './helper-threads.js';
import { businessDateAt, instantAt } from './kernel/calendar.js';
import { systemClock, type Clock } from './kernel/clock.js';
import { NAMESPACE, streamName, uuid5 } from './kernel/ids.js';
import { AttemptsSuppressed } from './ledger/events.js';
import { evidenceNamedIn } from './ledger/evidence.js';
import type { Ledger } from './ledger/ledger.js';
import { LedgerUnavailable, type Outcome } from './ledger/outcome.js';
import { openLedger, ownRequest } from './ledger/open-ledger.js';
import { programVersion, SnapshotFile } from './ledger/snapshots.js';
import type { ReadModelReader } from './read-models/read-models.js';
import type { SuppressedAttempts } from './http/ports.js';
import { Sweeping } from './vault/sweeping.js';
import { explainsItself } from './start-fault.js';
import type { BalancesReader } from './transparency/balances/balances-reader.js';
import type { PublishedLog } from './transparency/published-log.js';
import { signingKey, writeVkey } from './transparency/keys.js';
import { originOf } from './transparency/origin.js';
import { readWitnesses } from './transparency/witnesses/witness-policy.js';
import type { FeedThreadData } from './feed-thread.js';
import { VaultUnavailable, type Vault } from './vault/vault.js';

/** Everything that one running ledger holds open. */
export interface Instance {
  readonly clock: Clock;
  readonly store: EventStore;
  readonly vault: Vault;
  readonly sweeping: Sweeping;
  readonly ledger: Ledger;
  readonly feed: FeedHost;
  readonly readModels: ReadModelReader;
  readonly jobs: Jobs;
  /** Undefined: this process keeps none. */
  readonly transparency: PublishedLog | undefined;
  /** Undefined: this process signs none. */
  readonly balances: BalancesReader | undefined;
  /** The door that policies and jobs use, once the CommandBus is there: then they begin. */
  serveCommands(send: SendCommand): void;
  /** Stops the jobs and the feed, then closes the stores: nothing acknowledged is lost. */
  close(): Promise<void>;
}

export interface Surroundings {
  /** Told of every outcome: for metrics. */
  readonly onOutcome?: (command: string, outcome: Outcome) => void;
  /** How many requests have come to this process. Absent: it answers none. */
  readonly asked?: () => number;
  /** Nobody asks before its end: more is folded at once, and no file is mapped into memory. */
  readonly isBulk?: boolean;
}

/**
 * Without a processor to spare, V8's helpers that scavenge beside a thread take turns with the other ones: they cost
 * a few hundredths of the processor time of a command (docs/performance.md). Read at each scavenge, so that it may be set
 * while V8 runs.
 */
if (availableParallelism() <= THREADS) setFlagsFromString('--no-parallel-scavenge');

/** Events: twice what is folded at once where somebody asks meanwhile. A write costs less for each of them. */
const BULK_PAGE = 2_000;

/** The feed's thread is loaded by Node itself, from the build: tests, which run the source, name it there. */
const FEED_THREAD = new URL('./feed-thread.js', import.meta.url);

/**
 * Opens the stores and starts the feed.
 * @throws StoreOwned, ForeignFile, VaultLocked, NotThisLedger, BadEventStoreUrl, EventsMayVanish, StoreUnavailable,
 * ReadModelUnavailable, VaultUnavailable, ForeignDatabase, LogUnavailable: each says what to do
 */
export async function openInstance(
  configuration: Pick<
    Configuration,
    | keyof VaultPlace
    | 'redisUrl'
    | 'logKey'
    | 'witnesses'
    | 'environment'
    | 'logOrigin'
    | 'backdatingDays'
    | 'workingDays'
    | 'retention'
    | 'cacheBytes'
    | 'drainMs'
  >,
  logger: Logger,
  { onOutcome, asked, isBulk = false }: Surroundings = {},
  feedThread = FEED_THREAD,
): Promise<Instance> {
  const {
    data,
    vault: vaultDirectory,
    redisUrl,
    logKey,
    witnesses,
    environment,
    logOrigin,
    backdatingDays,
    workingDays,
    retention: retentionFile,
    cacheBytes,
    drainMs,
  } = configuration;
  const calendar = workingDays === undefined ? WEEKENDS_ONLY : readWorkingDays(workingDays);
  const retention = retentionFile === undefined ? LEGAL_RETENTION : readRetention(retentionFile);
  for (const directory of [data, vaultDirectory]) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  }
  const stores = storesOf(configuration);
  const clock = systemClock();
  const store = await openEventStore(stores);
  const vault = await openVault(configuration, (await store.head()).count === 0).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  await refuseLogAmongReadModels(stores);
  const version = programVersion(new URL('.', import.meta.url));
  const snapshots = new SnapshotFile(join(data, 'snapshots'), version, (message) => logger.warn(message));
  const ledger = await openLedger({
    store,
    snapshots,
    keepEvidence: (commitments, stream) => vault.keep(commitments, stream).catch(asUnavailable),
    catalogue,
    periods,
    clock,
    ruleSet: RULE_SET,
    backdatingDays,
    cacheBytes,
    environment,
    logOrigin,
    vaultOf: await vault.ledger(),
    ...(onOutcome !== undefined && { onOutcome }),
  });
  await vault.belongTo(ledger.id);
  const sweeping = new Sweeping(vault, evidenceNamedIn(store), (level, message) => logger[level](message));

  let open!: (send: SendCommand) => void;
  const door = new Promise<SendCommand>((resolve) => (open = resolve));
  const send: SendCommand = async (command, request) => (await door)(command, request);
  const feed = new FeedHost((level, message) => logger[level](message), store);
  const died = (error: Error): void => {
    if (explainsItself(error)) logger.fatal(`the feed ended, and the server with it: ${error.message}`);
    else logger.fatal({ err: error }, 'the feed died; restart the server');
    process.exitCode = 1;
    process.kill(process.pid, 'SIGTERM');
  };
  const seed = keepsLog(stores) ? loadLogKey(stores, logKey) : undefined;
  const origin = await originOf(store);
  const byPolicy = witnesses !== undefined && { witnesses };
  const vkey = seed && writeVkey(signingKey(origin, seed));
  const policy = vkey !== undefined && witnesses !== undefined ? readWitnesses(witnesses, vkey) : undefined;
  const toThread: FeedThreadData = {
    ...stores,
    ...(isBulk && { pageSize: BULK_PAGE }),
    ...(seed !== undefined && {
      transparency: { ledger: ledger.id, origin, leafKey: vault.leafKey(), seed, ...byPolicy },
    }),
  };
  const control = await startFeedThread(feedThread, toThread, send, feed, died);
  const transparency: PublishedLog | undefined =
    vkey === undefined
      ? undefined
      : { reader: await openLogReader(stores), vkey, ...(policy !== undefined && { witnesses: policy }) };
  const balances = seed && openBalancesToRead(stores);
  const readModels = await openReadModelReader(stores, isBulk ? 0 : undefined);
  const policyNames = policies.map(({ name }) => name);
  feed.attach(control, new StoredProgress(readModels, policyNames));
  const jobStores: JobStores = { data, ...(redisUrl !== undefined && { redisUrl }) };
  const log: JobDoors['log'] = (level, message) => logger[level](message);
  const erasures = erasuresUnder(store, retention, () => businessDateAt(clock.now()));
  const declared = jobsUnder(calendar, store, erasures, vault);
  const jobs = await openJobs(jobStores, ledger.id, declared, {
    clock,
    readModels,
    send,
    log,
    ...(asked !== undefined && { asked }),
  });

  return {
    clock,
    store,
    vault,
    sweeping,
    ledger,
    feed,
    readModels,
    jobs,
    transparency,
    balances,
    serveCommands(handler) {
      open(handler);
      jobs.start();
    },
    async close() {
      await jobs.close(drainMs);
      await feed.stop();
      await sweeping.stop();
      await transparency?.reader.close();
      balances?.close();
      await readModels.close();
      await store.close();
      snapshots.close();
      await vault.close();
    },
  };
}

function asUnavailable(error: unknown): never {
  if (!(error instanceof VaultUnavailable)) throw error;
  throw new LedgerUnavailable('the vault cannot be written now; try again', { cause: error });
}

/** Records, for each actor, how many refusals of an hour were answered 429 instead (DESIGN.md, Refusals). */
export async function recordSuppressed(ledger: Ledger, { from, to, counts }: SuppressedAttempts): Promise<void> {
  for (const { actor, count } of counts) {
    const data = { actor, count, from: instantAt(from), to: instantAt(to) };
    const stream = streamName('suppression', uuid5(NAMESPACE.aggregate, actor, from));
    const request = ownRequest('suppress', stream, data);
    await ledger.recordOwn(stream, { type: AttemptsSuppressed.type, data, refs: {} }, request);
  }
}
