/** How many events of each type a log holds, and in how many streams. */
import { openEventReader } from '../../src/adapters.js';
import type { Place } from '../../src/event-store/event-store.js';
import { input, report } from './run.js';
import { configurationOf } from './world.js';

export interface CountRun {
  readonly folder: string;
  readonly type: string;
}

export interface CountFound {
  readonly events: number;
  readonly streams: number;
}

const { folder, type } = input<CountRun>();
const reader = await openEventReader(configurationOf(folder));
const streams = new Set<string>();
let events = 0;
let after: Place | undefined;
for (let atEnd = false; !atEnd;) {
  const page = await reader.readAll({ limit: 1_000, ...(after !== undefined && { after }) });
  for (const { event } of page.events) {
    if (event.type !== type) continue;
    events++;
    streams.add(event.stream);
  }
  after = page.next;
  atEnd = page.atEnd;
}
await reader.close();
report({ events, streams: streams.size } satisfies CountFound);
