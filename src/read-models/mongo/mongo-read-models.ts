import mongoose from 'mongoose';
import { declarationOf } from '../declaration.js';
import {
  StaleWrite,
  UnknownTarget,
  type Batch,
  type Checkpoint,
  type Model,
  type ReadModels,
  type Target,
  type Versioned,
  type Write,
} from '../read-models.js';
import { answered, connect, WRITING_MS } from './connection.js';
import { isDuplicate, type Entry, type Generation } from './generations.js';
import { chunks, MongoReadModelReader } from './reader.js';
import { operationsOf, type Operation } from './stored.js';

const { MongoBulkWriteError } = mongoose.mongo;

/**
 * Writes sent at once. FerretDB holds one of its hundred connections for each update of a bulk until the bulk is done:
 * with more of them, or several bulks at a time, they wait for each other for ever.
 */
const MOST_UPDATES = 32;

/**
 * Opens a database of read models for the process that folds, which has taken over, and for those that may. For answers
 * there is `openMongoReadModelReader`.
 * @param uri of a database that holds nothing but read models, of one ledger, and their leases
 * @throws ReadModelUnavailable
 */
export const openMongoReadModels = async (uri: string): Promise<ReadModels> => new MongoReadModels(await connect(uri));

/** For the threads and processes that answer requests. @throws ReadModelUnavailable */
export const openMongoReadModelReader = async (uri: string): Promise<MongoReadModelReader> =>
  new MongoReadModelReader(await connect(uri));

/** Where a target is, when last looked. */
interface Place {
  readonly at: 'live' | 'rebuild';
  readonly entry: Entry;
  readonly generation: Generation;
}

class MongoReadModels extends MongoReadModelReader implements ReadModels {
  takeOver(token: number): Promise<void> {
    return this.generations.takeOver(token);
  }

  async open(models: readonly Model[]): Promise<void> {
    for (const model of models) {
      const declaration = declarationOf(model);
      const { live } = (await this.generations.find(model)) ?? (await this.generations.create(model));
      // Of an older version is kept as it is: reads go on from it until the rebuild is finished.
      if (live.version === model.version) await this.generations.matchDeclaration(model, 'live', live, declaration);
    }
  }

  async load(target: Target, ids: readonly string[]): Promise<readonly Versioned[]> {
    const { generation } = await this.#place(target);
    return this.versionsIn(generation, ids);
  }

  async apply(target: Target, consumer: string, writes: readonly Write[], checkpoint: Checkpoint): Promise<void> {
    const { model } = target;
    const first = writes.filter(({ once }) => once);
    const rest = writes.filter(({ once }) => !once);
    const [sealed, others] = [operationsOf(model, first), operationsOf(model, rest)];
    const { at, generation } = await this.#place(target);
    // Of these, what is there already stays: it is the same.
    for (const chunk of chunks(sealed, MOST_UPDATES)) await this.#write(generation, chunk);
    for (const chunk of chunks(others, MOST_UPDATES)) {
      const stale = await this.#write(generation, chunk);
      if (stale === 0) continue;
      throw new StaleWrite(`${stale} of ${model.name} are no longer as they were read: start from the checkpoint`);
    }

    if (!(await this.generations.moveCheckpoint(model, at, generation, consumer, checkpoint))) {
      throw new StaleWrite(`${consumer} has come further, or elsewhere: start from the checkpoint`);
    }
  }

  /** One after the other: see MOST_UPDATES. */
  async applyEach(batches: readonly Batch[]): Promise<readonly unknown[]> {
    const refusals: unknown[] = [];
    for (const { target, consumer, writes, checkpoint } of batches) {
      refusals.push(
        await this.apply(target, consumer, writes, checkpoint).then(
          () => undefined,
          (error: unknown) => error,
        ),
      );
    }
    return refusals;
  }

  async saveCheckpoint(consumer: string, { position, count }: Checkpoint): Promise<void> {
    const { policies } = this;
    const filter = { _id: consumer, count: { $lte: count } };
    if ((await answered(policies.replaceOne(filter, { position, count }))).matchedCount === 1) return;
    try {
      await answered(policies.insertOne({ _id: consumer, position, count }));
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      throw new StaleWrite(`${consumer} has come further than ${count} events: start from the checkpoint`);
    }
  }

  async beginRebuild(model: Model): Promise<Target> {
    declarationOf(model);
    return { model, generation: (await this.generations.begin(model)).name };
  }

  async finishRebuild(target: Target): Promise<void> {
    const { model } = target;
    const { at, entry, generation } = await this.#place(target);
    if (at === 'live')
      throw new UnknownTarget(`the live documents of ${model.name} are not a rebuild: begin one first`);
    await this.generations.matchDeclaration(model, at, generation, declarationOf(model));
    if (!(await this.generations.swap(model, entry))) throw lost(target);
  }

  /** All of a chunk is tried, in any order, also when one of it is stale. @returns how many are */
  async #write(generation: Generation, operations: readonly Operation[]): Promise<number> {
    let done: number;
    try {
      const documents = this.generations.documents(generation);
      const result = await answered(documents.bulkWrite(operations, { ordered: false }), WRITING_MS);
      done = result.insertedCount + result.matchedCount;
    } catch (error) {
      if (!(error instanceof MongoBulkWriteError) || !isOnlyStale(error)) throw error;
      done = error.insertedCount + error.matchedCount;
    }
    return operations.length - done;
  }

  /** Looked up each time: another process may have swapped it. @throws UnknownTarget */
  async #place(target: Target): Promise<Place> {
    const { model, generation: name } = target;
    const entry = await this.generations.find(model);
    if (entry && name === 'live') {
      if (entry.live.version === model.version) return { at: 'live', entry, generation: entry.live };
      throw new UnknownTarget(`${model.name} is live in version ${entry.live.version}, not ${model.version}`);
    }
    if (entry?.rebuild?.name !== name) throw lost(target);
    return { at: 'rebuild', entry, generation: entry.rebuild };
  }
}

const lost = ({ model, generation }: Target): UnknownTarget =>
  new UnknownTarget(`rebuild ${generation} of ${model.name} was finished or dropped`);

/** Documents that were new, but are there; and nothing else went wrong, such as a majority that did not answer. */
function isOnlyStale({ writeErrors, result }: InstanceType<typeof MongoBulkWriteError>): boolean {
  const errors = [writeErrors].flat();
  return errors.length > 0 && errors.every(({ code }) => code === 11_000) && !result.getWriteConcernError();
}
