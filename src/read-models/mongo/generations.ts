import { randomBytes } from 'node:crypto';
import mongoose, { type mongo } from 'mongoose';
import type { Declaration, Index } from '../declaration.js';
import { StaleWrite, type Checkpoint, type Model } from '../read-models.js';
import { answered, INDEXING_MS, WRITING_MS } from './connection.js';
import { indexNameOf, nameOf } from './select.js';
import type { Stored } from './stored.js';

/** One collection for each version of a model that is live or being filled; its name is never given twice. */
export interface Generation {
  readonly name: string;
  readonly version: number;
  /** Those that are built, each as its fields: `owner day id`. */
  readonly indexes: readonly string[];
  /** By consumer. They stand here so that a swap takes them along, and whoever still folds the old version notices. */
  readonly checkpoints: Readonly<Record<string, Checkpoint>>;
}

export const indexesOf = ({ indexes }: Generation): readonly Index[] => indexes.map((index) => index.split(' '));

/** What a model consists of: one small document, so that a swap is one write. */
export interface Entry {
  /** The model's name. */
  readonly _id: string;
  readonly live: Generation;
  readonly rebuild?: Generation;
  /** The largest token under which somebody took over: who holds a smaller one changes nothing here any more. */
  readonly token: number;
}

/** What the collection `models` says, and the collections that it speaks of. */
export class Generations {
  readonly #entries: mongo.Collection<Entry>;
  /** Of the lease under which this process changes entries; undefined: it has none, and nobody else may. */
  #token: number | undefined;

  constructor(private readonly db: mongo.Db) {
    this.#entries = db.collection<Entry>('models');
  }

  documents({ name }: Pick<Generation, 'name'>): mongo.Collection<Stored> {
    return this.db.collection<Stored>(name);
  }

  async find(model: Pick<Model, 'name'>): Promise<Entry | undefined> {
    return (await answered(this.#entries.findOne({ _id: model.name }))) ?? undefined;
  }

  all(): Promise<Entry[]> {
    return answered(this.#entries.find().toArray());
  }

  /** The entry of a new model; of two processes that do it, both get the first one's. */
  async create(model: Model): Promise<Entry> {
    const entry: Entry = { _id: model.name, live: newGeneration(model), token: 0 };
    try {
      await answered(this.#entries.insertOne(entry));
      return entry;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      return (await this.find(model)) as Entry;
    }
  }

  /** Makes the indexes of a generation those that the model declares now, which may have changed within a version. */
  async matchDeclaration(model: Model, at: 'live' | 'rebuild', generation: Generation, { indexes }: Declaration) {
    const documents = this.documents(generation);
    const built = indexesOf(generation).map(indexNameOf);
    const wanted = indexes.filter((index) => index.length > 1); // every collection has one by `_id`
    const missing = wanted.filter((index) => !built.includes(indexNameOf(index)));
    if (missing.length > 0) await answered(documents.createIndexes(missing.map(specification)), INDEXING_MS);
    const obsolete = built.filter((name) => !wanted.some((index) => indexNameOf(index) === name));
    if (missing.length === 0 && obsolete.length === 0) return;
    await this.#update(
      model,
      { [`${at}.name`]: generation.name },
      { $set: { [`${at}.indexes`]: wanted.map((index) => index.join(' ')) } },
    );
    for (const name of obsolete) await answered(documents.dropIndex(name), WRITING_MS);
  }

  /** @returns false where the generation is no longer that, or its checkpoint is further than this one */
  moveCheckpoint(
    model: Model,
    at: 'live' | 'rebuild',
    { name }: Generation,
    consumer: string,
    { position, count }: Checkpoint,
  ): Promise<boolean> {
    const place = `${at}.checkpoints.${consumer}`;
    const isNotBehind = { $or: [{ [place]: { $exists: false } }, { [`${place}.count`]: { $lte: count } }] };
    return this.#update(model, { [`${at}.name`]: name, ...isNotBehind }, { $set: { [place]: { position, count } } });
  }

  /** An empty one beside the live one; a rebuild that is unfinished ends. @throws StaleWrite */
  async begin(model: Model): Promise<Generation> {
    const rebuild = newGeneration(model);
    const { rebuild: unfinished } = (await this.find(model)) ?? (await this.create(model));
    if (!(await this.#update(model, {}, { $set: { rebuild } }))) throw overtaken();
    if (unfinished !== undefined) await this.#drop(unfinished);
    return rebuild;
  }

  /** Makes a rebuild the live generation, and drops the one before. @returns false where it is no longer the rebuild */
  async swap(model: Model, { live, rebuild }: Entry): Promise<boolean> {
    const name = rebuild!.name;
    const now = await this.find(model); // with its indexes
    if (now?.rebuild?.name !== name) return false;
    const swap = { $set: { live: now.rebuild }, $unset: { rebuild: true } };
    if (!(await this.#update(model, { 'rebuild.name': name, 'live.name': live.name }, swap))) return false;
    await this.#drop(live);
    return true;
  }

  /**
   * This process folds from now on, under the token of its lease, and no other. Drops what interrupted rebuilds left.
   * @throws StaleWrite: another has taken over under a larger token
   */
  async takeOver(token: number): Promise<void> {
    this.#token = token;
    for (const { _id } of await this.all()) {
      if (!(await this.#update({ name: _id }, {}, { $set: { token }, $unset: { rebuild: true } }))) throw overtaken();
    }
    await this.#dropLeftovers(await this.all());
  }

  async #dropLeftovers(entries: readonly Entry[]): Promise<void> {
    const models = new Set(entries.map(({ _id }) => _id));
    const live = new Set(entries.map((entry) => entry.live.name));
    const collections = await answered(this.db.listCollections({}, { nameOnly: true }).toArray());
    for (const { name } of collections) {
      const model = /^([A-Za-z]+)_[0-9a-f]{16}$/.exec(name)?.[1];
      if (model !== undefined && models.has(model) && !live.has(name)) await this.#drop({ name });
    }
  }

  async #drop(generation: Pick<Generation, 'name'>): Promise<void> {
    await answered(this.documents(generation).drop(), WRITING_MS);
  }

  /** @returns false where the condition does not hold, or another process has taken over */
  async #update(model: Pick<Model, 'name'>, condition: object, update: object): Promise<boolean> {
    const fence = this.#token === undefined ? {} : { token: { $not: { $gt: this.#token } } };
    const filter = { _id: model.name, ...condition, ...fence };
    const { matchedCount } = await answered(this.#entries.updateOne(filter, update));
    return matchedCount === 1;
  }
}

const overtaken = (): StaleWrite => new StaleWrite('another process has taken over');

const newGeneration = ({ name, version }: Model): Generation => ({
  name: `${name}_${randomBytes(8).toString('hex')}`,
  version,
  indexes: [],
  checkpoints: {},
});

const specification = (index: Index): mongo.IndexDescription => ({
  name: indexNameOf(index),
  key: new Map(index.map((field) => [nameOf(field), 1])),
});

export const isDuplicate = (error: unknown): boolean =>
  error instanceof mongoose.mongo.MongoServerError && error.code === 11_000;
