import { setImmediate as turn } from 'node:timers/promises';
import type { StoredEvent } from '../../src/event-store/event-store.js';
import type { StreamName } from '../../src/kernel/ids.js';
import type { Cut } from './cut.js';
import type { Log } from './opening.js';

/** Events read at once: other requests are answered in between. */
const PAGE = 256;

/** A stream from its beginning, as far as it is known, each event in its type's current version. */
export async function* streamOf({ events, upcast }: Log, stream: StreamName, cut?: Cut): AsyncGenerator<StoredEvent> {
  for (let from = 0n; ;) {
    const page = await events.readStream(stream, { from, limit: PAGE });
    for (const stored of page) {
      if (cut?.includes(stored) === false) return;
      yield { ...stored, event: upcast(stored.event) };
    }
    if (page.length < PAGE) return;
    from += BigInt(PAGE);
    await turn();
  }
}
