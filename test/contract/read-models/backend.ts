import { Schema } from 'mongoose';
import type {
  Checkpoint,
  Condition,
  Cursor,
  Document,
  Model,
  Query,
  ReadModelReader,
  ReadModels,
  Target,
  Versioned,
  Write,
} from '../../../src/read-models/read-models.js';

/** One store of read models; each test starts a fresh one. */
export interface Backend {
  /** A process that writes. Opened again without a close: what another process, or the one after a crash, finds. */
  open(): Promise<ReadModels>;
  /** What answers requests while another thread writes. */
  reader(): Promise<ReadModelReader>;
  /** Closes whatever is open and removes the data. */
  dispose(): Promise<void>;
}
export type StartBackend = () => Promise<Backend>;

export type Thing = Document & {
  readonly owner?: string | null;
  readonly state?: string | null;
  readonly size?: number | null;
  readonly open?: boolean | null;
  readonly day?: string | null;
  readonly total?: { readonly size?: number | null } | null;
};

const schema = new Schema(
  {
    _id: String,
    owner: String,
    state: String,
    size: Number,
    open: Boolean,
    day: String,
    total: { size: Number },
    note: String,
  },
  { versionKey: false },
);
schema.index({ owner: 1, state: 1, day: -1, _id: -1, size: 1, open: 1 });
schema.index({ owner: 1, day: -1 });
schema.index({ day: -1 });
schema.index({ size: 1 });
schema.index({ open: 1, day: 1 });
schema.index({ 'total.size': 1 });

export const things: Model<Thing> = { name: 'things', version: 1, schema };
export const live: Target = { model: things, generation: 'live' };
export const CONSUMER = 'thing-list';

export const at = (count: number): Checkpoint => ({ position: `p${count}`, count });

/** A write of a document that was not there, or was read at the sequence `previous`. */
export const write = (document: Thing, sequence = 1, previous: number | null = null): Write => ({
  model: things.name,
  id: document.id,
  document,
  sequence,
  previous,
});

export const bury = (id: string, sequence: number, previous: number | null): Write => ({
  model: things.name,
  id,
  document: null,
  sequence,
  previous,
});

export async function put(models: ReadModels, ...documents: readonly Thing[]): Promise<void> {
  const writes = documents.map((document) => write(document));
  await models.apply(live, CONSUMER, writes, at(writes.length));
}

export const where = (field: string, is: Condition['is'], value: Condition['value']): Condition => ({
  field,
  is,
  value,
});

export async function idsOf(reader: ReadModelReader, query: Query): Promise<readonly string[]> {
  return (await reader.query(things, query)).documents.map(({ id }) => id);
}

/** Walks every page. */
export async function walk(reader: ReadModelReader, query: Query): Promise<readonly Thing[]> {
  const found: Thing[] = [];
  let after: Cursor | undefined;
  do {
    const page = await reader.query(things, after ? { ...query, after } : query);
    found.push(...page.documents);
    after = page.next;
  } while (after);
  return found;
}

export async function scanned(models: ReadModels): Promise<readonly Versioned<Thing>[]> {
  const all: Versioned<Thing>[] = [];
  for await (const each of models.scan(things)) all.push(each);
  return all;
}
