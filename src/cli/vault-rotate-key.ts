import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ledgerFile } from '../adapters.js';
import { readConfiguration, type Configuration } from '../config/configuration.js';
import { own } from '../sqlite/ownership.js';
import { keyInFile, loadMasterKey, VAULT_FILE } from '../vault/master-key.js';
import { openMongoKeyRing } from '../vault/mongo/mongo-key-ring.js';
import { rotateKey, RotationStopped, type KeyRing } from '../vault/rotating/rotate-key.js';
import { openSqliteKeyRing } from '../vault/sqlite/sqlite-key-ring.js';
import { say, STOPPED, stopSignal, WrongUsage, type Command } from './command.js';
import { optionsOf } from './options.js';
import { duration, grouped, progressOf, type Progress } from './progress.js';

const HELP = `Wraps every key in the vault with a new master key, while no server runs.

Usage: sijill vault-rotate-key NEW_KEY_FILE

  NEW_KEY_FILE  32 bytes as base64 or hex, readable by its owner alone; it is generated where there is none
  --help        this text

Example: sijill vault-rotate-key /secrets/master-2027.key

The old key is the one that the server has: SIJILL_MASTER_KEY_FILE, SIJILL_MASTER_KEY, or master.key beside the vault.
Every person's key and the ledger's are wrapped anew and stay what they are: pseudonyms, salts and sealed values do not
change, and nothing is decrypted but keys. First all of them are opened, and nothing changes if one does not.
Stop every server first. None opens the vault before all is done; where it ended early, be it by Ctrl-C or a kill, run it
again, with both keys: it goes on. Then give the servers the new key. Back-ups from before need the old one: it goes when
they go.
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped.
`;

async function run(args: readonly string[]): Promise<number> {
  const { positionals } = optionsOf(args, {});
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) throw new WrongUsage('name one file: of the new master key');
  const configuration = readConfiguration();
  const { vault, vaultMongodbUri: uri, masterKey } = configuration;
  const signal = stopSignal();
  const disown = ownLedger(configuration);
  try {
    const ring = await (uri === undefined ? openSqliteKeyRing(join(vault, VAULT_FILE)) : openMongoKeyRing(uri));
    try {
      await rotate(ring, loadMasterKey(vault, masterKey), keyInFile(path, undefined), path, signal);
    } finally {
      await ring.close();
    }
    return 0;
  } catch (error) {
    if (!(error instanceof RotationStopped)) throw error;
    say('stopped; run it again to go on');
    return STOPPED;
  } finally {
    disown();
  }
}

/** So that no server has it, wherever its vault is. @throws StoreOwned */
function ownLedger(configuration: Configuration): () => void {
  const file = ledgerFile(configuration);
  return configuration.eventStoreUrl === undefined && existsSync(file) ? own(file) : () => undefined;
}

async function rotate(ring: KeyRing, old: Buffer, next: Buffer, path: string, signal: AbortSignal): Promise<void> {
  const began = performance.now();
  const count = await ring.count();
  let progress: Progress | undefined;
  let step = '';
  const show = (name: string) => (done: number) => {
    if (step !== name) {
      progress?.stop();
      progress = progressOf(count, name);
      step = name;
    }
    progress?.update(done);
  };
  const watch = { signal, checked: show('keys opened'), rewrapped: show('keys wrapped') };
  const keys = await rotateKey(ring, old, next, watch).finally(() => progress?.stop());
  const told =
    keys === 'before'
      ? `${ring.place} has this master key already`
      : `${grouped(keys)} keys and the ledger's in ${ring.place} are wrapped with the new master key, in ${duration((performance.now() - began) / 1_000)}`;
  say(`${told}; it is in ${path}: give it to every server, and keep the old one as long as back-ups that need it`);
}

export const vaultRotateKeyCommand: Command = { help: HELP, run };
