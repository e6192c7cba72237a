import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { KEY_BYTES, newKey } from './encryption.js';
import { VaultLocked } from './vault.js';

/** Names inside the data directory. */
export const VAULT_FILE = 'vault.db';
export const KEY_FILE = 'master.key';

/**
 * The key that wraps every other key of the vault: the configured one, else the one in `<directory>/master.key`,
 * which is generated where there is no vault yet.
 * @param configured `SIJILL_MASTER_KEY`: 32 bytes, base64 or hex, or read already
 * @throws VaultLocked saying what to do
 */
export function loadMasterKey(directory: string, configured?: string | Buffer): Buffer {
  if (typeof configured === 'object') return configured;
  if (configured !== undefined && configured !== '') return parseMasterKey(configured, 'SIJILL_MASTER_KEY');
  const path = join(directory, KEY_FILE);
  const vault = join(directory, VAULT_FILE);
  const lost = `${vault} exists, but its key does not: restore ${path} from its backup, or set SIJILL_MASTER_KEY`;
  return keyInFile(path, existsSync(vault) ? lost : undefined);
}

/**
 * The key in a file that only its owner reads; it is generated where there is none yet.
 * @param lost what to say where there was one
 * @throws VaultLocked saying what to do
 */
export function keyInFile(path: string, lost: string | undefined): Buffer {
  if (existsSync(path)) return readKeyFile(path);
  if (lost !== undefined) throw new VaultLocked('KEY_FILE_MISSING', lost);
  generateKeyFile(path);
  return readKeyFile(path);
}

/** @throws VaultLocked `MASTER_KEY_MALFORMED` for anything but 32 bytes as base64 (also URL-safe) or hex */
export function parseMasterKey(text: string, source: string): Buffer {
  const trimmed = text.trim();
  if (/^[0-9a-fA-F]{64}$/.test(trimmed)) return Buffer.from(trimmed, 'hex');
  const key = Buffer.from(trimmed, 'base64');
  const canonical = key.toString('base64url');
  const given = trimmed.replaceAll('+', '-').replaceAll('/', '_').replace(/=$/, '');
  if (key.length === KEY_BYTES && canonical === given) return key;
  throw new VaultLocked(
    'MASTER_KEY_MALFORMED',
    `${source} must be ${KEY_BYTES} bytes as base64 or hex, such as the output of: openssl rand -base64 ${KEY_BYTES}`,
  );
}

function readKeyFile(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const mode = fstatSync(file).mode & 0o777;
    if ((mode & 0o077) !== 0) {
      throw new VaultLocked(
        'KEY_FILE_PERMISSIONS',
        `${path} can be used by others (mode ${mode.toString(8).padStart(4, '0')}): run chmod 600 ${path}`,
      );
    }
    return parseMasterKey(readFileSync(file, 'utf8'), path);
  } finally {
    closeSync(file);
  }
}

/** Under its name there is the whole key or nothing, also after a crash; of two processes at once one wins. */
function generateKeyFile(path: string): void {
  const directory = dirname(path);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, `${newKey().toString('base64')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
  const parent = openSync(directory, 'r');
  try {
    fsyncSync(parent);
  } finally {
    closeSync(parent);
  }
}
