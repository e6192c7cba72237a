import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { isDeepStrictEqual } from 'node:util';
import { openReadModels } from '../../src/adapters.js';
import { projections } from '../../src/composition.js';
import type { ReadModels, Versioned } from '../../src/read-models/read-models.js';
import { configurationOf, openLedger } from './ledger.js';

/** The first document in which two stores differ; a model is named where one of them ends earlier. */
type Difference = readonly [model: string, live: Versioned | undefined, rebuilt: Versioned | undefined];

/** A document, and the model that it is of. */
type Line = readonly [model: string, document: Versioned];

/** What any fine leaves a document in. */
const OF_FINES: ReadonlySet<string> = new Set(['debtDetail', 'debtList', 'entityTotals', 'receipts']);

/**
 * Rebuilds every read model of a closed ledger, as an operator would, and compares all documents with those before.
 * @returns undefined where they are the same
 */
export async function differenceFromRebuild(folder: string): Promise<Difference | undefined> {
  const before = join(folder, 'before.jsonl');
  await withModels(folder, (models) => pipeline(textsOf(models), createWriteStream(before)));
  const target = await openLedger(folder);
  try {
    await target.instance.feed.rebuild(projections.map(({ name }) => name));
  } finally {
    await target.close();
  }
  return withModels(folder, (models) => firstDifference(before, models));
}

async function withModels<T>(folder: string, use: (models: ReadModels) => Promise<T>): Promise<T> {
  const models = await openReadModels(await configurationOf(join(folder, 'data')));
  try {
    return await use(models);
  } finally {
    await models.close();
  }
}

async function firstDifference(before: string, models: ReadModels): Promise<Difference | undefined> {
  const rebuilt = linesOf(models);
  for await (const text of createInterface(createReadStream(before))) {
    const [model, live] = JSON.parse(text) as Line;
    const [other, document] = (await rebuilt.next()).value ?? [];
    if (model !== other || !isDeepStrictEqual(live, document)) return [model, live, document];
  }
  const [model, document] = (await rebuilt.next()).value ?? [];
  return model === undefined ? undefined : [model, undefined, document];
}

async function* textsOf(models: ReadModels): AsyncGenerator<string> {
  for await (const line of linesOf(models)) yield `${JSON.stringify(line)}\n`;
}

/** Every document of every model, in the same order whenever it is asked. */
async function* linesOf(models: ReadModels): AsyncGenerator<Line, undefined> {
  for (const { model } of projections) {
    await models.open([model]);
    let documents = 0;
    for await (const each of models.scan(model)) {
      yield [model.name, each];
      documents++;
    }
    if (documents === 0 && OF_FINES.has(model.name)) throw new Error(`${model.name} is empty: nothing is compared`);
  }
  return undefined;
}
