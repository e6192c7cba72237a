import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteReadModelReader, openSqliteReadModels } from '../../src/read-models/sqlite/sqlite-read-models.js';
import type { ReadModelReader } from '../../src/read-models/read-models.js';
import type { Backend } from '../contract/read-models.contract.js';

export interface SqliteBackend extends Backend {
  readonly path: string;
}

export async function startSqlite(): Promise<SqliteBackend> {
  const folder = mkdtempSync(join(tmpdir(), 'sijill-read-models-'));
  const path = join(folder, 'read-models.db');
  const opened = new Set<ReadModelReader>();
  const keep = <R extends ReadModelReader>(reader: R): R => {
    opened.add(reader);
    return reader;
  };
  return {
    path,
    open: async () => keep(openSqliteReadModels(path)),
    reader: async () => keep(openSqliteReadModelReader(path)),
    async dispose() {
      for (const each of opened) await each.close();
      rmSync(folder, { recursive: true });
    },
  };
}
