/** The limit of a transparency log: every event read, canonicalised and hashed, and nothing done with it. */
import { openEventReader } from '../../src/adapters.js';
import { canonicalEvent, sha256 } from '../../src/event-store/canonical.js';
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
  for (const { event } of page.events) if (sha256(canonicalEvent(event)) !== '') events++;
  after = page.next;
  atEnd = page.atEnd;
}
const seconds = (performance.now() - began) / 1000;
await reader.close();
report({ perSecond: events / seconds });
