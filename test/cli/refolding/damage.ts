import { join } from 'node:path';
import { openEventReader, openReadModelReader, openReadModels, type Stores } from '../../../src/adapters.js';
import { verify, type Verification } from '../../../src/cli/refolding/verify-models.js';
import { catalogue, projections } from '../../../src/composition.js';
import type { Projection } from '../../../src/feed/consumers.js';
import type { Document, Versioned } from '../../../src/read-models/read-models.js';
import { Database } from '../../../src/sqlite/database.js';
import { goesOn, quiet } from '../moving.js';

export const verified = async (stores: Stores, chosen: readonly Projection[] = projections): Promise<Verification> => {
  const reader = await openEventReader(stores);
  const live = await openReadModelReader(stores);
  try {
    return await verify({ reader, catalogue }, live, chosen, { signal: goesOn, output: quiet });
  } finally {
    await live.close();
    await reader.close();
  }
};

export async function documentsOf(stores: Stores, { model }: Projection): Promise<readonly Versioned[]> {
  const models = await openReadModels(stores);
  try {
    const all: Versioned[] = [];
    for await (const each of models.scan(model)) all.push(each);
    return all;
  } finally {
    await models.close();
  }
}

/** Writes a document as a fault of a program would. */
export async function overwrite(
  stores: Stores,
  { model, name }: Projection,
  { id, sequence }: Pick<Versioned, 'id' | 'sequence'>,
  document: Document | null,
  isNew = false,
): Promise<void> {
  const models = await openReadModels(stores);
  try {
    await models.takeOver(1_000_000);
    const at = (await models.checkpoint(name))!;
    const write = { model: model.name, id, document, sequence, previous: isNew ? null : sequence };
    await models.apply({ model, generation: 'live' }, name, [write], at);
  } finally {
    await models.close();
  }
}

/** What somebody does with a tool of the database's. */
export function byHand(data: string, sql: (table: (projection: Projection) => string) => string): number {
  const database = Database.open(join(data, 'read-models.db'), 0x534a524d);
  try {
    const table = ({ model }: Projection): string => {
      const [number] = database.prepare('SELECT number FROM generations WHERE model = ? AND live = 1').get(model.name)!;
      return `${model.name}_${number}`;
    };
    return database.prepare(sql(table)).run();
  } finally {
    database.close();
  }
}
