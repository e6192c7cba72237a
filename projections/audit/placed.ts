import type { EventReader } from '../../src/event-store/event-store.js';
import type { ReadModelReader } from '../../src/read-models/read-models.js';
import type { EventsAt } from '../events-at.js';
import { auditModel } from './model.js';
import { placeIn, rowsIn } from './rows.js';
import { blockId, SHAPE } from './spans.js';

/** By the index: a block for each 128 of them, and a read from its stream for each. */
export const eventsAt =
  (models: ReadModelReader, events: EventReader): EventsAt =>
  async (sequences) => {
    const { block: size } = SHAPE;
    const wanted = [...new Set(sequences.map((sequence) => Math.floor(sequence / size)))];
    const blocks = await Promise.all(wanted.map((block) => models.get(auditModel, blockId(block))));
    const rows = new Map(wanted.map((block, i) => [block, rowsIn(blocks[i]?.rows ?? '')]));
    return Promise.all(
      sequences.map(async (sequence) => {
        const row = rows.get(Math.floor(sequence / size))?.[sequence % size];
        if (row === undefined) throw new Error(`the index has no event ${sequence}`);
        const { stream, revision } = placeIn(row);
        const [stored] = await events.readStream(stream, { from: revision, limit: 1 });
        if (stored === undefined)
          throw new Error(`the index names event ${revision} of ${stream}, which the log has not`);
        return { ...stored, sequence };
      }),
    );
  };
