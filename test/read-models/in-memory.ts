import { checkQuery, checkWhere, declaredValues, valueAt } from '../../src/read-models/declaration.js';
import {
  InvalidDocument,
  ModelNotOpen,
  StaleWrite,
  UnknownTarget,
  type Batch,
  type Checkpoint,
  type Condition,
  type Document,
  type JsonPage,
  type Model,
  type Query,
  type QueryPage,
  type ReadModels,
  type Scalar,
  type Target,
  type Versioned,
  type Write,
} from '../../src/read-models/read-models.js';

interface Generation {
  readonly version: number;
  readonly rows: Map<string, Stored>;
  readonly checkpoints: Map<string, Checkpoint>;
}

/** The document as text, so that nobody can change what is stored; null: a tombstone. */
interface Stored {
  readonly sequence: number;
  readonly text: string | null;
}

/** What outlives a process: give the same to several `InMemoryReadModels` to have several processes over one store. */
export class InMemoryStore {
  readonly live = new Map<string, Generation>();
  readonly rebuilds = new Map<string, Generation & { readonly model: string }>();
  readonly checkpoints = new Map<string, Checkpoint>();
  lastRebuild = 0;
  /** Of who took over last. */
  token = 0;
}

/** The port in the plainest way there is: every query looks at every document. */
export class InMemoryReadModels implements ReadModels {
  readonly #store: InMemoryStore;
  #token = Infinity;

  constructor(store = new InMemoryStore()) {
    this.#store = store;
  }

  async takeOver(token: number): Promise<void> {
    this.#token = token;
    this.#assertNotOvertaken();
    this.#store.token = token;
    this.#store.rebuilds.clear();
  }

  async open(models: readonly Model[]): Promise<void> {
    for (const { name, version } of models) {
      if (!this.#store.live.has(name)) {
        this.#store.live.set(name, { version, rows: new Map(), checkpoints: this.#store.checkpoints });
      }
    }
  }

  async get<D extends Document>(model: Model<D>, id: string): Promise<D | undefined> {
    const text = await this.getText(model, id);
    return text === undefined ? undefined : JSON.parse(text);
  }

  async getText(model: Model, id: string): Promise<string | undefined> {
    return this.#liveOf(model).rows.get(id)?.text ?? undefined;
  }

  async query<D extends Document>(model: Model<D>, query: Query): Promise<QueryPage<D>> {
    const { where, sort, limit, after } = checkQuery(model, query);
    const sign = sort.direction === 'asc' ? 1 : -1;
    const key = (document: Document) => (valueAt(document, sort.field) ?? null) as Scalar | null;
    const order = (a: Scalar | null, aId: string, b: Scalar | null, bId: string) =>
      sign * (compare(a, b) || compare(aId, bId));
    const found = this.#documents<D>(model)
      .filter((document) => matches(document, where))
      .filter((document) => !after || order(key(document), document.id, after.value, after.id) > 0)
      .sort((a, b) => order(key(a), a.id, key(b), b.id));
    const documents = found.slice(0, limit);
    const last = documents.at(-1);
    return last && found.length > limit ? { documents, next: { value: key(last), id: last.id } } : { documents };
  }

  async queryJson(model: Model, query: Query): Promise<JsonPage> {
    const { documents, ...rest } = await this.query(model, query);
    return { json: Buffer.from(JSON.stringify({ items: documents })), ...rest };
  }

  async count(model: Model, where: readonly Condition[] = []): Promise<number> {
    checkWhere(model, where);
    return this.#documents(model).filter((document) => matches(document, where)).length;
  }

  async checkpoint(consumer: string): Promise<Checkpoint | undefined> {
    return this.#store.checkpoints.get(consumer);
  }

  async checkpoints(): Promise<ReadonlyMap<string, Checkpoint>> {
    return new Map(this.#store.checkpoints);
  }

  async load(target: Target, ids: readonly string[]): Promise<readonly Versioned[]> {
    const { rows } = this.#generation(target);
    return ids.flatMap((id) => {
      const row = rows.get(id);
      return row ? [versioned(id, row)] : [];
    });
  }

  async apply(target: Target, consumer: string, writes: readonly Write[], checkpoint: Checkpoint): Promise<void> {
    const generation = this.#generation(target);
    const rows = new Map(generation.rows);
    for (const { model, id, document, sequence, previous, once } of writes) {
      if (model !== target.model.name)
        throw new InvalidDocument(`a write of ${model} cannot go to ${target.model.name}`);
      declaredValues(target.model, id, document);
      if (once && rows.has(id)) continue;
      if ((rows.get(id)?.sequence ?? null) !== previous) throw new StaleWrite(`${model} ${id} is not at ${previous}`);
      rows.set(id, { sequence, text: document && JSON.stringify(document) });
    }
    if ((generation.checkpoints.get(consumer)?.count ?? 0) > checkpoint.count) {
      throw new StaleWrite(`${consumer} has come further than ${checkpoint.count} events`);
    }
    for (const { id } of writes) generation.rows.set(id, rows.get(id)!);
    this.#assertNotOvertaken();
    generation.checkpoints.set(consumer, checkpoint);
  }

  async applyEach(batches: readonly Batch[]): Promise<readonly unknown[]> {
    const refusals: unknown[] = [];
    for (const { target, consumer, writes, checkpoint } of batches) {
      refusals.push(await this.apply(target, consumer, writes, checkpoint).catch((error: unknown) => error));
    }
    return refusals;
  }

  async saveCheckpoint(consumer: string, checkpoint: Checkpoint): Promise<void> {
    if ((this.#store.checkpoints.get(consumer)?.count ?? 0) > checkpoint.count) {
      throw new StaleWrite(`${consumer} has come further than ${checkpoint.count} events`);
    }
    this.#store.checkpoints.set(consumer, checkpoint);
  }

  async beginRebuild(model: Model): Promise<Target> {
    this.#assertNotOvertaken();
    for (const [name, rebuild] of this.#store.rebuilds) {
      if (rebuild.model === model.name) this.#store.rebuilds.delete(name);
    }
    const generation = String((this.#store.lastRebuild += 1));
    const empty = { model: model.name, version: model.version, rows: new Map(), checkpoints: new Map() };
    this.#store.rebuilds.set(generation, empty);
    return { model, generation };
  }

  async finishRebuild(target: Target, consumer: string): Promise<void> {
    if (target.generation === 'live') throw new UnknownTarget('the live documents are not a rebuild');
    this.#assertNotOvertaken();
    const { version, rows, checkpoints } = this.#generation(target);
    this.#store.rebuilds.delete(target.generation);
    this.#store.live.set(target.model.name, { version, rows, checkpoints: this.#store.checkpoints });
    const checkpoint = checkpoints.get(consumer);
    if (checkpoint) this.#store.checkpoints.set(consumer, checkpoint);
    else this.#store.checkpoints.delete(consumer);
  }

  async *scan<D extends Document>(model: Model<D>): AsyncGenerator<Versioned<D>> {
    const rows = [...this.#liveOf(model).rows].filter(([, { text }]) => text !== null);
    for (const [id, row] of rows.sort(([a], [b]) => compare(a, b))) yield versioned<D>(id, row);
  }

  async versions<D extends Document>(model: Model<D>, ids: readonly string[]): Promise<readonly Versioned<D>[]> {
    const { rows } = this.#liveOf(model);
    return ids.flatMap((id) => (rows.has(id) ? [versioned<D>(id, rows.get(id)!)] : []));
  }

  async liveVersion(model: Model): Promise<number | undefined> {
    return this.#store.live.get(model.name)?.version;
  }

  async close(): Promise<void> {}

  #assertNotOvertaken(): void {
    if (this.#token < this.#store.token) throw new StaleWrite('another process has taken over');
  }

  #liveOf(model: Model): Generation {
    const live = this.#store.live.get(model.name);
    if (!live) throw new ModelNotOpen(`${model.name} has not been opened`);
    return live;
  }

  #documents<D extends Document>(model: Model<D>): D[] {
    return [...this.#liveOf(model).rows.values()].flatMap(({ text }) => (text === null ? [] : [JSON.parse(text) as D]));
  }

  #generation({ model, generation: name }: Target): Generation {
    const generation = name === 'live' ? this.#store.live.get(model.name) : this.#store.rebuilds.get(name);
    if (generation?.version === model.version) return generation;
    throw new UnknownTarget(`${model.name} has no ${name} generation of version ${model.version}`);
  }
}

const versioned = <D extends Document>(id: string, { sequence, text }: Stored): Versioned<D> => ({
  id,
  sequence,
  document: text === null ? null : JSON.parse(text),
});

function matches(document: Document, where: readonly Condition[]): boolean {
  return where.every(({ field, is, value }) => {
    const found = valueAt(document, field) ?? null;
    if (found === null) return false;
    const order = compare(found as Scalar, value);
    return { eq: order === 0, gt: order > 0, gte: order >= 0, lt: order < 0, lte: order <= 0 }[is];
  });
}

/** Null first, texts by code point (which the bytes of UTF-8 keep and UTF-16 does not), false before true. */
function compare(a: Scalar | null, b: Scalar | null): number {
  if (a === null || b === null) return Number(b === null) - Number(a === null);
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return Number(a) - Number(b);
}
