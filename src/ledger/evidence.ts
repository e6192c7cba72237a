import type { EventReader } from '../event-store/event-store.js';
import { digestOf } from '../kernel/commitments.js';
import type { StreamName } from '../kernel/ids.js';

const PAGE = 256;

/** Whether an event of a stream names a commitment in its evidence, by its hash in hex. @returns a function that throws StoreUnavailable */
export const evidenceNamedIn =
  (reader: Pick<EventReader, 'readStream'>) =>
  async (stream: StreamName, digest: string): Promise<boolean> => {
    for (let from = 0n; ; from += BigInt(PAGE)) {
      const page = await reader.readStream(stream, { from, limit: PAGE });
      if (page.some(({ event }) => event.evidence.some((commitment) => digestOf(commitment) === digest))) return true;
      if (page.length < PAGE) return false;
    }
  };
