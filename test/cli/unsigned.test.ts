import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { folder, newLedger, place, sijill } from './moving.js';

afterAll(() => rmSync(place, { recursive: true, force: true }));

/** What is made of a checkpoint, where there is none. */
const commands = (out: string) =>
  [
    ['export', '--audit', out],
    ['transparency', 'export', out],
  ] as const;

test('a ledger whose server never ran has no checkpoint, and is told to run one first', async () => {
  const data = await newLedger();
  const out = join(folder(), 'out');
  for (const args of commands(out)) {
    const { code, err } = await sijill(args, { SIJILL_DATA: data });
    expect([code, err]).toEqual([
      1,
      `${args[0]}: no checkpoint was signed yet: run sijill serve until one covers the events, some seconds after it answers (GET /transparency/checkpoint), and ask again\n`,
    ]);
  }
  expect([out, join(data, 'transparency.db'), join(data, 'log.key')].filter(existsSync)).toEqual([]);
});

test('where processes share their read models and not a log, none is kept, and what to set is said', async () => {
  const settings = { SIJILL_DATA: folder(), MONGODB_URI: 'mongodb://127.0.0.1:9/none' };
  for (const args of commands(join(folder(), 'out'))) {
    const { code, err } = await sijill(args, settings);
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/LOG_MONGODB_URI is not: set it, as the servers have it\n$/),
    ]);
  }
});
