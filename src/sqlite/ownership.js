/**
 * One process owns a file (DESIGN.md, SQLite). The lock is an exclusive transaction on a side file: on the file itself
 * it would shut out our own readers. The operating system frees it when the process ends, however it ends.
 */
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

const Libsql = createRequire(import.meta.url)('libsql');

/** Another store, in this process or another one, owns the file. Close it first; readers may go on. */
export class StoreOwned extends Error {
  /** @override */
  name = 'StoreOwned';
}

/**
 * @param {string} path of the file to own; its directory must exist
 * @returns {() => void} gives the ownership up
 * @throws {StoreOwned}
 */
export const own = (path) =>
  locked(path, 'BEGIN EXCLUSIVE', `${path} is in use by another writer; stop that one first, or only read`);

/**
 * As `own`, with others that share the file; nobody owns it meanwhile.
 * @param {string} path
 * @returns {() => void} gives the share up
 * @throws {StoreOwned}
 */
export const share = (path) =>
  locked(path, 'BEGIN; SELECT count(*) FROM sqlite_schema', `${path} has an owner at the moment; wait for its end`);

/**
 * @param {string} path
 * @param {string} begin
 * @param {string} refusal
 */
function locked(path, begin, refusal) {
  const lock = new Libsql(`${realPath(path)}.lock`);
  try {
    lock.exec('PRAGMA journal_mode = MEMORY');
    lock.exec(begin);
  } catch (error) {
    lock.close();
    if (error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY') throw new StoreOwned(refusal);
    throw error;
  }
  return () => lock.close();
}

/**
 * One name for a file, whichever link it was reached by.
 * @param {string} path
 */
export function realPath(path) {
  try {
    return realpathSync(path);
  } catch {
    return join(realpathSync(dirname(path)), basename(path));
  }
}
