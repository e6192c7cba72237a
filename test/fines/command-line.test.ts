import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onEventStoreDb } from '../servers/event-store.js';
import { CommandLine } from './command-line.js';
import { openLedger } from './ledger.js';
import { oddities, ODDITIES, ODDITIES_SUMS } from './oddities.js';
import { rowsFile } from './rows.js';

/* The import as a user starts it (`npm run import:fines` builds it and starts the same program). */

test('the report has the shape that the issue names, on standard output and in a file', async () => {
  const here = await CommandLine.inNewFolder();
  const path = join(here.folder, 'report.json');
  const { code, stdout, stderr } = await here.run([await rowsFile(ODDITIES), '--report', path]);
  expect([code, stderr]).toEqual([0, 'left out, line 28: a payment of nothing\n']);
  expect(await readFile(path, 'utf8')).toBe(stdout);
  const report = JSON.parse(stdout) as { seconds: number; peakMemoryMiB: number };
  expect(report).toEqual({
    rows: 28,
    commands: expect.any(Number) as number,
    refused: { CLOSED: 2, DRAFT: 2 },
    leftOut: 1,
    states: { draft: 1, outstanding: 1, settled: 3, cancelled: 1 },
    sums: {
      EUR: ODDITIES_SUMS,
    },
    seconds: expect.any(Number) as number,
    peakMemoryMiB: expect.any(Number) as number,
  });
  expect(report.peakMemoryMiB).toBeLessThanOrEqual(512);
});

test('Ctrl-C ends it between rows with 130, and the same command goes on', async () => {
  const here = await CommandLine.inNewFolder();
  const file = await rowsFile(oddities(40));
  const stopped = await here.run([file], { signal: 'SIGINT', acknowledged: 300, milliseconds: 0 });
  expect([stopped.code, stopped.stdout]).toEqual([130, '']);
  expect(stopped.stderr).toMatch(/^stopping: .*\nstopped; the same command goes on from here\n$/);
  const before = here.acknowledgements().length;
  const { code, stdout } = await here.run([file]);
  const { commands } = JSON.parse(stdout) as { commands: number };
  expect([code, here.acknowledgements().length - before]).toEqual([0, commands]);
  expect(before).toBeLessThan(commands);
});

(onEventStoreDb ? test.skip : test)('a ledger that a server has is named, with what to do', async () => {
  const here = await CommandLine.inNewFolder();
  const server = await openLedger(here.folder);
  try {
    const { code, stdout, stderr } = await here.run([await rowsFile(ODDITIES)]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      `import:fines: a running server or import has the ledger in ${here.data}: ` +
        'import into it with --to URL (its address), or stop it first\n',
    );
  } finally {
    await server.close();
  }
});

test('a wrong argument is wrong usage, with the help', async () => {
  const { code, stderr } = await (await CommandLine.inNewFolder()).run(['--since', '2001-01-01']);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^import:fines: Unknown option '--since'[^]*Usage: /)]);
});
