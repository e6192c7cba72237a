import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreOwned } from '../../src/sqlite/ownership.js';
import { openSqliteLogReader, openSqliteLogStorage } from '../../src/transparency/sqlite/sqlite-log-storage.js';
import type { LogStorage } from '../../src/transparency/log-storage.js';
import { logStorageContract } from '../contract/log-storage.contract.js';

const started = () => {
  const directory = mkdtempSync(join(tmpdir(), 'sijill-tiles-'));
  const path = join(directory, 'transparency.db');
  let open: LogStorage | undefined;
  return {
    path,
    async open(): Promise<LogStorage> {
      await open?.close();
      return (open = openSqliteLogStorage(path));
    },
    async dispose(): Promise<void> {
      await open?.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

logStorageContract('a file of SQLite', async () => started());

describe('the file of a transparency log', () => {
  test('has one owner, readers beside it, and is its owner’s alone', async () => {
    const backend = started();
    const storage = await backend.open();
    expect(() => openSqliteLogStorage(backend.path)).toThrow(StoreOwned);
    const reader = openSqliteLogReader(backend.path);
    const tile = { level: 0, index: 0, width: 1, bytes: Buffer.alloc(32, 7) };
    await storage.write([tile]);
    expect(await reader.read(tile)).toEqual(tile);
    expect(statSync(backend.path).mode & 0o777).toBe(0o600);
    await reader.close();
    await backend.dispose();
  });

  test('is not begun by who only reads', () => {
    expect(() => openSqliteLogReader(join(tmpdir(), 'sijill-no-such-log.db'))).toThrow('does not exist');
  });
});
