import type { EventId, PartyId } from '../../src/kernel/ids.js';
import type { ReadModelReader } from '../../src/read-models/read-models.js';
import { partiesModel } from './model.js';

/** At once: the others are found by the next look. */
const MOST = 64;

/** Erasures that were approved and wait for the clock. */
export async function dueErasures(
  readModels: ReadModelReader,
): Promise<{ party: PartyId; request: EventId; approvedAt: number; sequence: number }[]> {
  const { documents } = await readModels.query(partiesModel, {
    where: [{ field: 'waits', is: 'eq', value: 'clock' }],
    limit: MOST,
  });
  return documents.flatMap(({ id, erasure, approval }) =>
    erasure === null || approval === null
      ? []
      : [
          {
            party: id as PartyId,
            request: erasure.request as EventId,
            approvedAt: Date.parse(approval.at),
            sequence: approval.sequence,
          },
        ],
  );
}

/** Parties that were erased, in the order in which they were. @param from the first sequence */
export async function erasedParties(
  readModels: ReadModelReader,
  from: number,
): Promise<{ party: PartyId; erasedAt: number }[]> {
  const { documents } = await readModels.query(partiesModel, {
    where: [{ field: 'erasedAt', is: 'gte', value: from }],
    sort: { field: 'erasedAt', direction: 'asc' },
    limit: MOST,
  });
  return documents.map(({ id, erasedAt }) => ({ party: id as PartyId, erasedAt: erasedAt as number }));
}
