import type { EventReader } from '../../src/event-store/event-store.js';
import type { ReadModelReader } from '../../src/read-models/read-models.js';
import type { EventsAt } from '../events-at.js';
import { auditModel } from './model.js';
import { readPlaces } from './reading.js';
import { placeIn, rowsIn } from './rows.js';
import { blockId, SHAPE } from './spans.js';

/** By the index: a block for each 128 of them, and a read for each run of them that stands together in a stream. */
export const eventsAt =
  (models: ReadModelReader, events: EventReader): EventsAt =>
  async (sequences) => {
    const { block: size } = SHAPE;
    const wanted = [...new Set(sequences.map((sequence) => Math.floor(sequence / size)))];
    const blocks = await Promise.all(wanted.map((block) => models.get(auditModel, blockId(block))));
    const rows = new Map(wanted.map((block, i) => [block, rowsIn(blocks[i]?.rows ?? '')]));
    const places = sequences.map((sequence) => {
      const row = rows.get(Math.floor(sequence / size))?.[sequence % size];
      if (row === undefined) throw new Error(`the index has no event ${sequence}`);
      return placeIn(row);
    });
    const found = await readPlaces(events, places);
    return found.map((stored, i) => ({ ...stored, sequence: sequences[i]! }));
  };
