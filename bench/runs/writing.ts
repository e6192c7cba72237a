/** Durable commands as a server takes them, with all that follows in the thread of the feed: 64 callers record proceedings. */
import { pino } from 'pino';
import { openInstance } from '../../src/instance.js';
import type { Uuid } from '../../src/kernel/ids.js';
import { input, report } from './run.js';
import { accept, configurationOf, draftOf, inParallel, proceedingOf, registrationOf } from './world.js';

export interface WritingRun {
  readonly folder: string;
  readonly debts: number;
  readonly commands: number;
  /** Whether the events are hashed and signed meanwhile. */
  readonly keepsLog: boolean;
}

export interface WritingFound {
  readonly perSecond: number;
  readonly events: number;
  /** Events that were signed when the last command was acknowledged. */
  readonly signed: number;
}

const CALLERS = 64;

const { folder, debts, commands, keepsLog } = input<WritingRun>();
const thread = new URL(keepsLog ? '../../src/feed-thread.js' : './feed-thread-without-log.js', import.meta.url);
const instance = await openInstance(configurationOf(folder), pino({ level: 'silent' }), undefined, thread);
const world = { store: instance.store, ledger: instance.ledger, close: () => instance.close() };
const ids: Uuid[] = [];
await inParallel(CALLERS, debts, async (n) => {
  const draft = draftOf(n);
  ids[n] = draft.target;
  await accept(world, draft);
  await accept(world, registrationOf(n, draft.target));
});

const began = performance.now();
await inParallel(CALLERS, commands, (index) => {
  const n = (index * 7919) % debts;
  return accept(world, proceedingOf(n, ids[n] as Uuid, index));
});
const seconds = (performance.now() - began) / 1000;
const signed = (await instance.transparency?.reader.signed())?.size ?? 0;
const { count: events } = await world.store.head();
await world.close();
report({ perSecond: commands / seconds, events, signed } satisfies WritingFound);
