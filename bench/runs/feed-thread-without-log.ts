/** The feed's thread as it is, but for the transparency log, which it does not build: what that costs shows beside it. */
import { workerData } from 'node:worker_threads';
import { openBalances, openLogStorage } from '../../src/adapters.js';
import type { FeedThreadData } from '../../src/feed-thread.js';

const data = workerData as { -readonly [K in keyof FeedThreadData]: FeedThreadData[K] };
// Who publishes them opens what is there.
await (await openLogStorage(data)).close();
openBalances(data)?.close();
delete data.transparency;
await import('../../src/feed-thread.js');
