import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { projections } from '../../src/composition.js';
import type { Model, ReadModels, Versioned } from '../../src/read-models/read-models.js';
import { openSqliteReadModels } from '../../src/read-models/sqlite/sqlite-read-models.js';
import { openLedger } from './ledger.js';

/** What any fine leaves a document in. */
const FILLED = ['debtDetail', 'debtList', 'entityTotals', 'receipts'];

/** How many documents each model has, and the first in which two stores differ. */
type Difference = readonly [model: string, live: Versioned | undefined, rebuilt: Versioned | undefined];

/**
 * Rebuilds every read model of a closed ledger, as an operator would, and compares all documents with those before.
 * @returns undefined where they are the same
 */
export async function differenceFromRebuild(folder: string): Promise<Difference | undefined> {
  const [before, after] = [join(folder, 'before'), join(folder, 'data')];
  // With what lies beside it: a closed file may still have a write-ahead log.
  await cp(after, before, { recursive: true, filter: (path) => !/(ledger|vault)\.db/.test(path) });
  const target = await openLedger(folder);
  try {
    await target.instance.feed.rebuild(projections.map(({ name }) => name));
  } finally {
    await target.close();
  }
  const stores = [before, after].map((data) => openSqliteReadModels(join(data, 'read-models.db')));
  try {
    for (const { model } of projections) {
      const difference = await firstDifference(model, stores[0]!, stores[1]!);
      if (difference !== undefined) return difference;
    }
    return undefined;
  } finally {
    for (const store of stores) await store.close();
  }
}

async function firstDifference(model: Model, live: ReadModels, rebuilt: ReadModels): Promise<Difference | undefined> {
  for (const store of [live, rebuilt]) await store.open([model]);
  const others = rebuilt.scan(model)[Symbol.asyncIterator]();
  let documents = 0;
  for await (const one of live.scan(model)) {
    const other = (await others.next()).value as Versioned | undefined;
    if (!isDeepStrictEqual(one, other)) return [model.name, one, other];
    documents++;
  }
  const more = (await others.next()).value as Versioned | undefined;
  if (more !== undefined) return [model.name, undefined, more];
  if (documents === 0 && FILLED.includes(model.name)) throw new Error(`${model.name} is empty: nothing was compared`);
  return undefined;
}
