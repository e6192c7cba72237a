import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { catalogue } from '../../src/composition.js';
import type { EventReader } from '../../src/event-store/event-store.js';
import { wholeHead } from '../../src/event-store/whole-head.js';
import { exported, FORMATS } from '../../src/journal/journal.js';
import { namesIn } from '../../src/journal/names.js';
import { readLog } from '../fines/ledger.js';
import { Fold } from './fold.js';
import { beancountBalances, complaints, hledgerBalances, ledgerBalances } from './others.js';

/** Exports the whole journal; the other programs take it, and at the end of each year each account has the same balance. */
export async function expectOthersToAgree(
  reader: EventReader,
  folder: string,
  years: readonly number[],
): Promise<void> {
  const { count } = await wholeHead(reader);
  const names = namesIn('en', catalogue.definitions);
  const files = { ledger: join(folder, 'journal.ledger'), beancount: join(folder, 'journal.beancount') };
  for (const name of ['ledger', 'beancount'] as const) {
    const text = exported(reader, FORMATS[name], names, { sequence: count - 1 });
    await pipeline(text, createWriteStream(files[name]));
  }
  const fold = new Fold(years);
  for await (const { event } of readLog(reader)) fold.post(event);
  const ours = fold.balances;
  expect(Object.keys(ours.at(-1)!).length).toBeGreaterThan(2);
  expect(await complaints(files)).toEqual([]);
  const [hledger, ledger, beancount] = await Promise.all([
    hledgerBalances(files.ledger, years),
    ledgerBalances(files.ledger, years),
    beancountBalances(files.beancount, years),
  ]);
  expect(['hledger', hledger]).toEqual(['hledger', ours]);
  expect(['Ledger', ledger]).toEqual(['Ledger', ours]);
  expect(['Beancount', beancount]).toEqual(['Beancount', ours]);
}
