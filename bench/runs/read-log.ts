/** The limit of a rebuild: every event read in order and parsed, and nothing done with it. */
import { openEventReader } from '../../src/adapters.js';
import type { Place } from '../../src/event-store/event-store.js';
import type { RebuildRun } from './rebuild.js';
import { input, report } from './run.js';
import { configurationOf } from './world.js';

const { folder } = input<RebuildRun>();
const reader = await openEventReader(configurationOf(folder));
let events = 0;
let after: Place | undefined;
const began = performance.now();
for (let atEnd = false; !atEnd;) {
  const page = await reader.readAll({ limit: 1_000, ...(after !== undefined && { after }) });
  events += page.events.length;
  after = page.next;
  atEnd = page.atEnd;
}
const seconds = (performance.now() - began) / 1000;
await reader.close();
report({ perSecond: events / seconds });
