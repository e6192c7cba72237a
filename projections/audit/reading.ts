import type { EventReader, StoredEvent } from '../../src/event-store/event-store.js';
import type { StreamName } from '../../src/kernel/ids.js';

/** Where an event is stored. */
export interface Stored {
  readonly stream: StreamName;
  readonly revision: bigint;
}

/** Events that follow each other in one stream. */
interface Run {
  readonly stream: StreamName;
  first: bigint;
  /** Of each place, where it stands in the answer; the first revision first. */
  readonly at: number[];
}

/** Most events of one read. */
const MOST = 256n;

/** The events of some places, in their order; what stands together in a stream is one read. @throws Error: the log has them not */
export async function readPlaces(events: EventReader, places: readonly Stored[]): Promise<StoredEvent[]> {
  const found: StoredEvent[] = [];
  await Promise.all(
    runsOf(places).map(async ({ stream, first, at }) => {
      const stored = await events.readStream(stream, { from: first, limit: at.length });
      for (const [i, place] of at.entries()) {
        const each = stored[i];
        if (each === undefined) {
          throw new Error(`the index names event ${first + BigInt(i)} of ${stream}, which the log has not`);
        }
        found[place] = each;
      }
    }),
  );
  return found;
}

function runsOf(places: readonly Stored[]): Run[] {
  const order = places.map((_, at) => at);
  order.sort((a, b) => compare(places[a]!, places[b]!));
  const runs: Run[] = [];
  for (const at of order) {
    const { stream, revision } = places[at]!;
    const last = runs.at(-1);
    const next = last === undefined ? undefined : last.first + BigInt(last.at.length);
    if (last?.stream === stream && next === revision && next - last.first < MOST) last.at.push(at);
    else runs.push({ stream, first: revision, at: [at] });
  }
  return runs;
}

const compare = (a: Stored, b: Stored): number =>
  a.stream < b.stream ? -1 : a.stream > b.stream ? 1 : a.revision < b.revision ? -1 : a.revision > b.revision ? 1 : 0;
