import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ledgerFile, type Stores } from '../adapters.js';
import { readConfiguration } from '../config/configuration.js';
import { own } from '../sqlite/ownership.js';
import { VAULT_FILE } from '../vault/master-key.js';
import { openMongoSource, openMongoTarget } from '../vault/mongo/mongo-records.js';
import { moveVault, MoveStopped, type Watch } from '../vault/moving/move-vault.js';
import type { VaultRecords, VaultTarget } from '../vault/moving/vault-records.js';
import { openSqliteSource, openSqliteTarget } from '../vault/sqlite/sqlite-records.js';
import { say, STOPPED, stopSignal, WrongUsage, type Command } from './command.js';
import { optionsOf } from './options.js';
import { duration, grouped, progressOf, type Progress } from './progress.js';

const HELP = `Copies the vault into another store, and compares both, while no server runs.

Usage: sijill vault-move mongodb|sqlite [--directory DIRECTORY]

  mongodb      from the file vault.db into the database VAULT_MONGODB_URI
  sqlite       from that database into a new file vault.db
  --directory  where vault.db is, or is going to be (default: SIJILL_DATA)
  --help       this text

Examples: sijill vault-move mongodb --directory vault
          sijill vault-move sqlite --directory restored

Persons, their keys and sealed values are copied as they are stored: nothing is opened, and keys stay wrapped. The key is
the server's, SIJILL_MASTER_KEY_FILE or SIJILL_MASTER_KEY, and stays the same. Stop every server first: one that has
the file or the ledger in SIJILL_DATA is found out, others are not.
The target must be empty. Servers open it only when all of it is there and equal; where a move ended early, be it by
Ctrl-C or a kill, run it again: it goes on. The source stays as it is: remove it once you have seen the servers run
on the target, for it has the keys of everyone.
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped.
`;

async function run(args: readonly string[]): Promise<number> {
  const { into, directory } = parse(args);
  const configuration = readConfiguration();
  const { data, vaultMongodbUri: uri, masterKey } = configuration;
  if (uri === undefined || masterKey === undefined) {
    throw new WrongUsage('set VAULT_MONGODB_URI to the database of the vault, to which or from which it moves');
  }
  const file = join(directory ?? data, VAULT_FILE);
  const signal = stopSignal();
  const disown = ownLedger(configuration);
  const closing: VaultRecords[] = [];
  try {
    const source = await (into === 'mongodb' ? openSqliteSource(file, masterKey) : openMongoSource(uri, masterKey));
    closing.push(source);
    if (into === 'sqlite') mkdirSync(directory ?? data, { recursive: true, mode: 0o700 });
    const target = await (into === 'mongodb'
      ? openMongoTarget(uri, source.identity)
      : openSqliteTarget(file, source.identity));
    closing.push(target);
    await move(source, target, signal);
    return 0;
  } catch (error) {
    if (!(error instanceof MoveStopped)) throw error;
    say('stopped; run it again to go on');
    return STOPPED;
  } finally {
    for (const records of closing) await records.close();
    disown();
  }
}

/** So that no server has it, wherever its vault is. @throws StoreOwned */
function ownLedger(stores: Stores): () => void {
  const file = ledgerFile(stores);
  return stores.eventStoreUrl === undefined && existsSync(file) ? own(file) : () => undefined;
}

async function move(source: VaultRecords, target: VaultTarget, signal: AbortSignal): Promise<void> {
  const began = performance.now();
  const count = await source.count();
  let progress: Progress | undefined = target.isFinished ? undefined : progressOf(count, 'records');
  let isComparing = false;
  const watch: Watch = {
    signal,
    copied: (done) => progress?.update(done),
    compared(done) {
      if (!isComparing) {
        progress?.stop();
        progress = progressOf(2 * count, 'records compared');
        isComparing = true;
      }
      progress?.update(done);
    },
  };
  const { persons, sealed, waiting, erased, digest } = await moveVault(source, target, watch).finally(() =>
    progress?.stop(),
  );
  const held = `${grouped(persons)} persons, ${grouped(sealed)} sealed values, ${grouped(waiting)} waiting and ${grouped(erased)} erased persons`;
  const how = target.isFinished ? 'were moved before' : `moved in ${duration((performance.now() - began) / 1_000)}`;
  say(`${held} ${how}\nfrom ${source.place} to ${target.place}, and are equal there\ndigest ${digest}`);
}

function parse(args: readonly string[]): { into: 'mongodb' | 'sqlite'; directory: string | undefined } {
  const { positionals, values } = optionsOf(args, { directory: { type: 'string' } });
  const [into, ...more] = positionals;
  if ((into !== 'mongodb' && into !== 'sqlite') || more.length > 0) {
    throw new WrongUsage('say where the vault moves to: mongodb or sqlite');
  }
  return { into, directory: values.directory };
}

export const vaultMoveCommand: Command = { help: HELP, run };
