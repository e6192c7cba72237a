import type { EventReader } from '../event-store/event-store.js';
import type { ReadModels } from '../read-models/read-models.js';

/** Under this name, which is no consumer's, read models say whose they are. */
const OWNER = '_ledger';

/** The documents of one ledger would pass for another's, and its events would be left out. */
export class OtherLedger extends Error {
  override readonly name = 'OtherLedger';
  constructor(owner: string, ledger: string) {
    super(
      `the read models are of ledger ${owner}, the events of ledger ${ledger}: give MONGODB_URI a database of its own, ` +
        'or remove the read models (read-models.db*, or drop the database), they are made again',
    );
  }
}

/** Read models belong to the ledger that they were first opened with. @throws OtherLedger */
export async function holdToOneLedger(reader: EventReader, readModels: ReadModels): Promise<void> {
  const [first] = (await reader.readAll({ limit: 1 })).events;
  if (first === undefined) return;
  const { ledger } = first.event;
  const owner = await readModels.checkpoint(OWNER);
  if (owner === undefined) await readModels.saveCheckpoint(OWNER, { position: ledger, count: 0 });
  else if (owner.position !== ledger) throw new OtherLedger(owner.position, ledger);
}
