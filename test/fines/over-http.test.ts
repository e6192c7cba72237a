import { join } from 'node:path';
import { HttpTarget } from '../../examples/road-fines/http-target.js';
import { runImport } from '../../examples/road-fines/run.js';
import { Server } from '../e2e/server.js';
import { expectedFigures } from './expected.js';
import { asExpected } from './figures.js';
import { importInto } from './ledger.js';
import { ODDITIES } from './oddities.js';
import { newFolder, rowsFile } from './rows.js';

test('an import that was begun in process goes on over HTTP, and back: the same commands, the same figures', async () => {
  const file = await rowsFile(ODDITIES, 'fines.csv.gz');
  const days = ['2001-01-31', '9999-12-31'];
  const expected = await expectedFigures(file, days);
  const folder = await newFolder();

  const { report: begun } = await importInto(folder, file, { until: days[0]! });
  expect(asExpected(begun!)).toEqual(expected.get(days[0]!));

  const server = new Server({}, join(folder, 'data'));
  await server.start();
  const target = new HttpTarget(server.url);
  try {
    // Its figures come from the lists and documents that the API shows, not from a document of sums.
    expect(asExpected((await runImport(file, target))!)).toEqual(expected.get(days[1]!));
    const again = await runImport(file, target);
    expect(asExpected(again!)).toEqual(expected.get(days[1]!));
  } finally {
    await server.stop('SIGTERM');
  }

  const { report, books } = await importInto(folder, file);
  expect(asExpected(report!)).toEqual(expected.get(days[1]!));
  const whole = await importInto(await newFolder(), file);
  expect(books.events).toBe(whole.books.events);
});
