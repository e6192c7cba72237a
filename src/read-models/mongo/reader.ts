import type { Connection, mongo } from 'mongoose';
import { checkQuery, checkWhere, declarationOf, isText, valueAt } from '../declaration.js';
import {
  ModelNotOpen,
  type Checkpoint,
  type Condition,
  type Cursor,
  type Document,
  type JsonPage,
  type Model,
  type Query,
  type QueryPage,
  type ReadModelReader,
  type Versioned,
} from '../read-models.js';
import { answered, isGone, READING_MS } from './connection.js';
import { Generations, indexesOf, type Generation } from './generations.js';
import { countOf, findsOf, type Find } from './select.js';
import { documentOf, NOT_DELETED, versionedOf, type Stored } from './stored.js';

/** Most documents read in one request to the server. */
const CHUNK = 500;
/** The server gives up, too. */
const BOUNDED = { maxTimeMS: READING_MS } as const;
/** How often a read looks for the live generation again before it gives up. */
const MAX_LOOKS = 5;

/** Answers from one client. @see ReadModelReader */
export class MongoReadModelReader implements ReadModelReader {
  protected readonly generations: Generations;
  protected readonly policies: mongo.Collection<Checkpoint & { readonly _id: string }>;
  /** Which generation of a model was live when last looked. */
  readonly #live = new Map<string, Generation>();

  constructor(private readonly connection: Connection) {
    const db = connection.getClient().db();
    this.generations = new Generations(db);
    this.policies = db.collection('policies');
  }

  async get<D extends Document>(model: Model<D>, id: string): Promise<D | undefined> {
    if (!isText(id)) return undefined;
    const read = (live: Generation) => answered(this.generations.documents(live).findOne({ _id: id }, BOUNDED));
    const stored = await this.#look(model, read, (found) => found === null);
    return stored === null || stored._deleted ? undefined : documentOf(stored);
  }

  async getText(model: Model, id: string): Promise<string | undefined> {
    const document = await this.get(model, id);
    return document && JSON.stringify(document);
  }

  async query<D extends Document>(model: Model<D>, query: Query): Promise<QueryPage<D>> {
    const checked = checkQuery(model, query);
    const declaration = declarationOf(model);
    const found = await this.#look(
      model,
      (live) => this.#page(live, findsOf(declaration, indexesOf(live), checked), checked.limit + 1),
      (page) => page.length === 0,
    );
    const documents = found.slice(0, checked.limit).map((stored) => documentOf<D>(stored));
    if (found.length <= checked.limit) return { documents };
    const last = documents.at(-1)!;
    return { documents, next: { value: (valueAt(last, checked.sort.field) ?? null) as Cursor['value'], id: last.id } };
  }

  async queryJson(model: Model, query: Query): Promise<JsonPage> {
    const { documents, ...rest } = await this.query(model, query);
    return { json: Buffer.from(JSON.stringify({ items: documents })), ...rest };
  }

  async count(model: Model, where: readonly Condition[] = []): Promise<number> {
    checkWhere(model, where);
    const read = (live: Generation) => {
      const { filter, hint } = countOf(indexesOf(live), where);
      return answered(this.generations.documents(live).countDocuments(filter, { ...BOUNDED, ...hinted(hint) }));
    };
    return this.#look(model, read, (count) => count === 0);
  }

  async checkpoint(consumer: string): Promise<Checkpoint | undefined> {
    return (await this.checkpoints()).get(consumer);
  }

  async checkpoints(): Promise<ReadonlyMap<string, Checkpoint>> {
    const [entries, policies] = await Promise.all([this.generations.all(), answered(this.policies.find().toArray())]);
    return new Map([
      ...policies.map(({ _id, position, count }) => [_id, { position, count }] as const),
      ...entries.flatMap(({ live }) => Object.entries(live.checkpoints)),
    ]);
  }

  async *scan<D extends Document>(model: Model<D>): AsyncGenerator<Versioned<D>> {
    for (let after = ''; ;) {
      const documents = this.generations.documents(await this.findLive(model));
      const filter = { $and: [{ _id: { $gt: after } }, NOT_DELETED] };
      const page = await answered(documents.find(filter, { sort: { _id: 1 }, limit: CHUNK }).toArray());
      for (const stored of page) yield versionedOf<D>(stored);
      if (page.length < CHUNK) return;
      after = page.at(-1)!._id;
    }
  }

  async versions<D extends Document>(model: Model<D>, ids: readonly string[]): Promise<readonly Versioned<D>[]> {
    return this.versionsIn<D>(await this.findLive(model), ids);
  }

  async liveVersion(model: Model): Promise<number | undefined> {
    return (await this.generations.find(model))?.live.version;
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  protected async versionsIn<D extends Document>(live: Generation, ids: readonly string[]): Promise<Versioned<D>[]> {
    const found: Versioned<D>[] = [];
    for (const _id of chunks(ids.filter(isText))) {
      const stored = await answered(
        this.generations
          .documents(live)
          .find({ _id: { $in: _id } })
          .toArray(),
      );
      found.push(...stored.map((each) => versionedOf<D>(each)));
    }
    return found;
  }

  /** @throws ModelNotOpen */
  protected async findLive(model: Model): Promise<Generation> {
    const entry = await this.generations.find(model);
    if (!entry) throw new ModelNotOpen(`the read model ${model.name} has not been opened in this store`);
    return entry.live;
  }

  async #page(live: Generation, finds: readonly Find[], wanted: number): Promise<Stored[]> {
    const found: Stored[] = [];
    for (const { filter, sort, hint } of finds) {
      const limit = wanted - found.length;
      const options = { sort, limit, batchSize: limit, singleBatch: true, ...BOUNDED, ...hinted(hint) };
      found.push(...(await answered(this.generations.documents(live).find(filter, options).toArray())));
      if (found.length === wanted) break;
    }
    return found;
  }

  /**
   * Reads from the generation that was live when last looked: a swap drops it, and what is dropped answers with
   * nothing. So whoever finds something has found it in the live documents, and only who finds nothing looks again.
   */
  async #look<T>(model: Model, read: (live: Generation) => Promise<T>, isEmpty: (answer: T) => boolean): Promise<T> {
    let live = this.#live.get(model.name) ?? (await this.#refresh(model));
    for (let look = 1; ; look++) {
      let answer: { readonly of: T } | undefined;
      try {
        answer = { of: await read(live) };
      } catch (error) {
        if (look === MAX_LOOKS || !isGone(error)) throw error;
      }
      if (answer && !isEmpty(answer.of)) return answer.of;
      const now = await this.#refresh(model);
      if (answer && (now.name === live.name || look === MAX_LOOKS)) return answer.of;
      live = now;
    }
  }

  async #refresh(model: Model): Promise<Generation> {
    const live = await this.findLive(model);
    this.#live.set(model.name, live);
    return live;
  }
}

const hinted = (hint: string | undefined): { hint?: string } => (hint === undefined ? {} : { hint });

export function* chunks<T>(items: readonly T[], size = CHUNK): Generator<T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
