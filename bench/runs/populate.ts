/** Fills a data directory for the runs over HTTP: debts of many creditors, over eight years, one in five a draft. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { openInstance } from '../../src/instance.js';
import type { Uuid } from '../../src/kernel/ids.js';
import { CREDITORS } from '../cast.js';
import { input, report } from './run.js';
import { accept, draftOf, inParallel, openWorld, registrationOf, configurationOf } from './world.js';

export interface PopulateRun {
  readonly folder: string;
  readonly debts: number;
}

export interface PopulateFound {
  /** Of the registered debts of the first creditor. */
  readonly registered: readonly Uuid[];
  /** Of every tenth debt. */
  readonly some: readonly Uuid[];
}

const CALLERS = 64;
const { folder, debts } = input<PopulateRun>();
// Lays out the directory. The server finds no read models when it starts, and builds them in one go.
await (await openInstance(configurationOf(folder), pino({ level: 'silent' }))).close();
for (const file of readdirSync(folder)) if (file.startsWith('read-models.db')) rmSync(join(folder, file));

const world = await openWorld(folder);
const registered: Uuid[] = [];
const some: Uuid[] = [];
await inParallel(CALLERS, debts, async (n) => {
  const draft = draftOf(n);
  await accept(world, draft);
  if (n % 10 === 0) some.push(draft.target);
  if (n % 5 === 0) return;
  await accept(world, registrationOf(n, draft.target));
  if (n % CREDITORS.length === 0) registered.push(draft.target);
});
await world.close();
report({ registered, some } satisfies PopulateFound);
