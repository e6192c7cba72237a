import { Database, ForeignFile, type Statement } from '../../sqlite/database.js';
import { declarationOf, isText } from '../declaration.js';
import {
  StaleWrite,
  UnknownTarget,
  type Batch,
  type Checkpoint,
  type Document,
  type Model,
  type ReadModels,
  type Target,
  type Versioned,
  type Write,
} from '../read-models.js';
import { SqliteReadModelReader } from './reader.js';
import {
  APPLICATION_ID,
  createGeneration,
  dropGeneration,
  generationOf,
  LAYOUT,
  matchDeclaration,
  REGISTRY,
  SELECT_REBUILD,
  tableOf,
  type Generation,
} from './tables.js';
import { prepareStatements, rowOf, writeRow, type Row, type Statements } from './writes.js';

/** Most of the file that a server's reader maps into memory; what lies behind is read as it is asked for. */
const MAPPED_BYTES = 2 ** 31 - 2 ** 16;

/**
 * Opens a file of read models for writing, creating it where it is missing. One process writes; others read through
 * `openSqliteReadModelReader`.
 * @throws ForeignFile, the file being left untouched
 */
export function openSqliteReadModels(path: string): ReadModels {
  const database = Database.open(path, APPLICATION_ID);
  try {
    assertLayout(database, path);
    // NORMAL: a power cut may lose the last batches, never consistency, and the feed folds them again.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    // Documents and index entries are met at random: 32 MiB of pages spare a fold a third of its time.
    database.exec('PRAGMA wal_autocheckpoint = 20000; PRAGMA cache_size = -32768');
    database.transaction(() => database.exec(`${REGISTRY} PRAGMA user_version = ${LAYOUT}`));
    return new SqliteReadModels(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Opens a second connection that only reads, for the thread that answers requests.
 * @param mappedBytes most of the file that is mapped into memory: what was read of it counts as this process's
 * @throws ForeignFile
 */
export function openSqliteReadModelReader(path: string, mappedBytes = MAPPED_BYTES): SqliteReadModelReader {
  const database = Database.openReadOnly(path, APPLICATION_ID);
  try {
    // A page cache of its own would be emptied by every commit of the writer; the system's is not.
    database.exec(`PRAGMA mmap_size = ${mappedBytes}`);
    return new SqliteReadModelReader(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

class SqliteReadModels extends SqliteReadModelReader implements ReadModels {
  readonly #statements = new Map<string, Statements>();
  readonly #selectRebuild: Statement;
  readonly #moveCheckpoint: Statement;

  constructor(database: Database) {
    super(database);
    this.#selectRebuild = database.prepare(SELECT_REBUILD);
    this.#moveCheckpoint = database.prepare(
      'INSERT INTO checkpoints VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE ' +
        'SET position = excluded.position, count = excluded.count WHERE excluded.count >= count',
    );
  }

  async open(models: readonly Model[]): Promise<void> {
    for (const model of models) {
      const declaration = declarationOf(model);
      this.database.transaction(() => {
        const live =
          this.findLive(model) ??
          createGeneration(this.database, { model: model.name, version: model.version, live: true }, declaration);
        // Of an older version is kept as it is: reads go on from it until the rebuild is finished.
        if (live.version === model.version) matchDeclaration(this.database, live, declaration);
      });
    }
    this.#statements.clear();
  }

  /** The file has one owner, so nobody has to be refused. */
  async takeOver(): Promise<void> {
    this.database.transaction(() => {
      const leftovers = this.database
        .prepare('SELECT number, model, version, live, fields, indexes FROM generations WHERE live = 0')
        .all();
      for (const leftover of leftovers) dropGeneration(this.database, generationOf(leftover));
    });
    this.#statements.clear();
  }

  async load(target: Target, ids: readonly string[]): Promise<readonly Versioned[]> {
    const { select } = this.#statementsOf(this.#generation(target), target.model);
    // In one text: handing over a row costs more than finding it.
    const [joined] = select.get(JSON.stringify(ids.filter(isText)))!;
    const found = joined === null ? [] : (JSON.parse(`[${joined}]`) as [string, number, Document | null][]);
    return found.map(([id, sequence, document]) => ({ id, sequence, document }));
  }

  async apply(target: Target, consumer: string, writes: readonly Write[], checkpoint: Checkpoint): Promise<void> {
    const prepared = prepare({ target, consumer, writes, checkpoint });
    this.database.transaction(() => this.#write(prepared));
  }

  async applyEach(batches: readonly Batch[]): Promise<readonly unknown[]> {
    const refusals: unknown[] = batches.map(() => undefined);
    const attempt = (index: number, work: () => void): void => {
      try {
        work();
      } catch (error) {
        refusals[index] = error;
      }
    };
    try {
      this.database.transaction(() => {
        for (const [index, batch] of batches.entries()) {
          let prepared: Prepared | undefined;
          attempt(index, () => (prepared = prepare(batch)));
          if (prepared !== undefined) this.#write(prepared);
        }
      });
    } catch {
      // Whichever of them it was, nothing is written yet: each in a transaction of its own finds out.
      for (const [index, batch] of batches.entries()) {
        attempt(index, () => this.database.transaction(() => this.#write(prepare(batch))));
      }
    }
    return refusals;
  }

  async saveCheckpoint(consumer: string, checkpoint: Checkpoint): Promise<void> {
    this.#move(consumer, 0, checkpoint);
  }

  async beginRebuild(model: Model): Promise<Target> {
    const declaration = declarationOf(model);
    return this.database.transaction(() => {
      const unfinished = this.database
        .prepare('SELECT number, model, version, live, fields, indexes FROM generations WHERE model = ? AND live = 0')
        .all(model.name);
      for (const row of unfinished) dropGeneration(this.database, generationOf(row));
      const row = { model: model.name, version: model.version, live: false };
      return { model, generation: String(createGeneration(this.database, row, declaration).number) };
    });
  }

  async finishRebuild(target: Target, consumer: string): Promise<void> {
    const { model } = target;
    const { number, live } = this.#generation(target);
    if (live) throw new UnknownTarget(`the live documents of ${model.name} are not a rebuild: begin one first`);
    this.database.transaction(() => matchDeclaration(this.database, this.#generation(target), declarationOf(model)));
    this.database.transaction(() => {
      const old = this.findLive(model);
      if (old) dropGeneration(this.database, old);
      this.database.prepare('UPDATE generations SET live = 1 WHERE number = ?').run(number);
      this.database.prepare('DELETE FROM checkpoints WHERE consumer = ? AND generation = 0').run(consumer);
      this.database
        .prepare('UPDATE checkpoints SET generation = 0 WHERE consumer = ? AND generation = ?')
        .run(consumer, number);
    });
    this.#statements.clear();
  }

  /** Within a transaction. @throws StaleWrite, UnknownTarget */
  #write({ target, consumer, rows, checkpoint }: Prepared): void {
    const { model } = target;
    // Looked up in each transaction: another process may have swapped the table.
    const generation = this.#generation(target);
    const statements = this.#statementsOf(generation, model);
    for (const row of rows) {
      if (writeRow(statements, row)) continue;
      const expected = row.previous === null ? 'new' : `at sequence ${row.previous}`;
      throw new StaleWrite(`${model.name} ${row.id} is no longer ${expected}: start from the checkpoint`);
    }
    this.#move(consumer, generation.live ? 0 : generation.number, checkpoint);
  }

  /** @throws StaleWrite */
  #move(consumer: string, generation: number, { position, count }: Checkpoint): void {
    if (this.#moveCheckpoint.run(consumer, generation, position, count) === 1) return;
    throw new StaleWrite(`${consumer} has come further than ${count} events: start from the checkpoint`);
  }

  #generation({ model, generation }: Target): Generation {
    if (generation === 'live') {
      const live = this.findLive(model);
      if (live?.version === model.version) return live;
      throw new UnknownTarget(`${model.name} is live in version ${live?.version ?? 'none'}, not ${model.version}`);
    }
    const row = this.#selectRebuild.get(Number(generation), model.name);
    if (!row) throw new UnknownTarget(`rebuild ${generation} of ${model.name} was finished or dropped`);
    return generationOf(row);
  }

  #statementsOf(generation: Generation, model: Model): Statements {
    const table = tableOf(generation);
    let statements = this.#statements.get(table);
    if (!statements) this.#statements.set(table, (statements = prepareStatements(this.database, generation, model)));
    return statements;
  }
}

/** A batch whose documents are checked, and ready to be bound. */
interface Prepared extends Omit<Batch, 'writes'> {
  readonly rows: readonly Row[];
}

/** @throws InvalidDocument */
const prepare = ({ writes, ...batch }: Batch): Prepared => ({
  ...batch,
  rows: writes.map((write) => rowOf(batch.target.model, write)),
});

function assertLayout(database: Database, path: string): void {
  const [layout] = database.prepare('PRAGMA user_version').get()!;
  if (layout !== 0 && layout !== LAYOUT) {
    throw new ForeignFile(
      `${path} holds read models in layout ${layout}, this program writes ${LAYOUT}: delete the file, it will be rebuilt`,
    );
  }
}
