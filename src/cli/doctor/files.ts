import { existsSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '../../sqlite/database.js';
import { grouped } from '../progress.js';
import { error, note, ok, warning, type Found } from './findings.js';

const MIB = 1024 * 1024;
/** Less than this and a busy day may fill it; less than a tenth of it and the next may not be written. */
const ENOUGH_MIB = 2_048;
const LITTLE_MIB = 200;

/** @param free bytes that this user may still write */
export function diskFindings(directory: string, free: number): readonly Found[] {
  const mib = Math.floor(free / MIB);
  const said = `${grouped(mib)} MiB are free for ${directory}`;
  const todo = 'make room, or move SIJILL_DATA to a larger disk: a full one refuses every command';
  if (mib < LITTLE_MIB) return [error(said, todo)];
  return [mib < ENOUGH_MIB ? warning(said, todo) : ok(said)];
}

export function freeIn(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

/** What nobody but the owner may read, because it opens the vault or makes tokens. */
const SECRETS = ['master.key', 'log.key', 'development-token-key.json'];
const STORES = ['ledger.db', 'read-models.db', 'vault.db', 'jobs.db', 'transparency.db', 'balances.db'];

const modeOf = (path: string): number => statSync(path).mode & 0o777;
const octal = (mode: number): string => mode.toString(8).padStart(4, '0');

export function permissionFindings(directories: readonly string[]): readonly Found[] {
  const found: Found[] = [];
  for (const directory of directories) {
    const isOpen = (modeOf(directory) & 0o077) !== 0;
    if (isOpen) {
      const said = `others can look into ${directory} (mode ${octal(modeOf(directory))})`;
      found.push(warning(said, `run chmod 700 ${directory}`));
    }
    for (const name of [...SECRETS, ...STORES]) {
      const path = join(directory, name);
      if (!existsSync(path) || (modeOf(path) & 0o077) === 0) continue;
      const said = `others can use ${path} (mode ${octal(modeOf(path))})`;
      const todo = `run chmod 600 ${path}`;
      found.push(SECRETS.includes(name) ? error(said, `${todo}, and see who may have read it`) : warning(said, todo));
    }
  }
  return found.length > 0 ? found : [ok('only its owner can read what is kept here')];
}

/** A file of SQLite with the application id that it carries. */
export type SqliteFile = readonly [path: string, applicationId: number];

/** Reads each file whole (`PRAGMA quick_check`); a server may go on meanwhile. */
export function integrityFindings(files: readonly SqliteFile[]): readonly Found[] {
  return files.map(([path, applicationId]) => {
    if (!existsSync(path)) return note(`${path} is not there yet`);
    const todo = `stop the server, keep a copy of ${path}*, and restore it from a back-up (docs/operations.md)`;
    let database: Database | undefined;
    try {
      database = Database.openReadOnly(path, applicationId);
      const said = database
        .prepare('PRAGMA quick_check(3)')
        .all()
        .map(([text]) => String(text));
      return said[0] === 'ok' ? ok(`${path} is sound`) : error(`${path} is damaged: ${said.join('; ')}`, todo);
    } catch (thrown) {
      return error(`${path}: ${(thrown as Error).message}`, todo);
    } finally {
      database?.close();
    }
  });
}
