import { readdir, readFile, writeFile } from 'node:fs/promises';
import { readFines } from '../../examples/road-fines/rows.js';
import { sortByTime } from '../../examples/road-fines/sort.js';
import { all, csvFile, csvLine, nameOf, newFolder, rowsFile } from './rows.js';

const THREE_FINES = [
  'A1/0 Create Fine 2001-03-01 amount=35.0',
  'A1/1 Send Fine 2001-05-01 expense=11.0',
  'B1/0 Create Fine 2001-02-01 amount=35.0',
  'B1/1 Payment 2001-05-01 payment=35.0',
  'C1/0 Create Fine 2001-01-01 amount=35.0',
  'C1/1 Payment 2001-04-01 payment=35.0',
];
const names = async (file: string, until?: string, runRows?: number) => {
  const sorted = await sortByTime(file, until, runRows);
  const rows = await all(sorted.rows);
  await sorted.dispose();
  expect(rows).toHaveLength(sorted.count);
  return rows.map(nameOf);
};
const IN_ORDER = ['C1/0', 'B1/0', 'A1/0', 'C1/1', 'A1/1', 'B1/1'];

test.each([1, 2, 3, 4, 50_000])('rows come by time, then as in the file, in runs of %i', async (runRows) => {
  expect(await names(await rowsFile(THREE_FINES), undefined, runRows)).toEqual(IN_ORDER);
});

test('a packed file reads the same', async () => {
  expect(await names(await rowsFile(THREE_FINES, 'fines.csv.gz'))).toEqual(IN_ORDER);
});

test('--until takes the day itself, and the last row stays the last of the whole file', async () => {
  const file = await rowsFile(THREE_FINES);
  expect(await names(file, '2001-04-01')).toEqual(['C1/0', 'B1/0', 'A1/0', 'C1/1']);
  const sorted = await sortByTime(file, '2001-04-01');
  const last = (await all(sorted.rows)).filter((row) => row.last).map(nameOf);
  await sorted.dispose();
  expect(last).toEqual(['C1/1']);
});

test('a moment counts, not its text: two offsets compare as times, the business date stays the local one', async () => {
  const at = (name: string, time: string) => csvLine(`${name} Payment 2001-01-01`).replace(/2001-01-01T[^,]*/, time);
  const file = await csvFile([
    at('A1/0', '2001-03-25T00:30:00+02:00'),
    at('B1/0', '2001-03-25T00:00:00+01:00'),
    at('C1/0', '2001-03-24T22:15:00Z'),
  ]);
  const sorted = await sortByTime(file);
  const rows = await all(sorted.rows);
  await sorted.dispose();
  expect(rows.map((row) => [nameOf(row), row.date])).toEqual([
    ['C1/0', '2001-03-24'],
    ['A1/0', '2001-03-25'],
    ['B1/0', '2001-03-25'],
  ]);
});

test("a fine's rows that are not in the order of time are put so, and the last of them is marked", async () => {
  const [fine] = await all(
    readFines(
      await rowsFile([
        'A1/0 Create Fine 2001-01-01 amount=1.0',
        'A1/1 Payment 2001-03-01',
        'A1/2 Send Fine 2001-02-01',
      ]),
    ),
  );
  expect(fine!.map((row) => [row.index, row.line, row.last])).toEqual([
    ['0', 2, false],
    ['2', 4, false],
    ['1', 3, true],
  ]);
});

test('an empty file has no rows', async () => {
  expect(await names(await rowsFile([]))).toEqual([]);
});

test.each([
  [
    'a fine in two places',
    ['A1/0 Payment 2001-01-01', 'B1/0 Payment 2001-01-01', 'A1/1 Payment 2001-01-02'].map(csvLine),
    'line 4: the rows of fine A1 must stand together',
  ],
  [
    'a time without an offset',
    [csvLine('A1/0 Payment 2001-01-01').replace('+02:00', '')],
    'line 2: "2001-01-01T00:00:00" is not a time',
  ],
  ['a day that is none', [csvLine('A1/0 Payment 2001-13-01')], 'line 2: "2001-13-01T00:00:00+02:00" is not a time'],
  ['a row cut short', [csvLine('A1/0 Payment 2001-01-01'), 'A1,1,Payment'], 'line 3 has 3 columns, the header has 17'],
  ['a row of no fine', [csvLine('A1/0 Payment 2001-01-01').replace('A1', '')], 'line 2: the row names no fine'],
])('%s is an error that names its line', async (_, lines, message) => {
  const file = await csvFile(lines);
  await expect(sortByTime(file)).rejects.toThrow(message);
});

test('a file that is something else says which column is missing; one that is not there says so', async () => {
  const other = await csvFile([]);
  await writeFile(other, 'name,age\nDaffy,24\n');
  await expect(sortByTime(other)).rejects.toThrow('the column "time:timestamp" is missing');
  await expect(sortByTime('/nowhere/fines.csv.gz')).rejects.toThrow('ENOENT');
});

test('a damaged archive is an error, not an end', async () => {
  const file = await rowsFile(THREE_FINES, 'fines.csv.gz');
  const bytes = await readFile(file);
  await writeFile(file, bytes.subarray(0, bytes.length - 12));
  await expect(sortByTime(file)).rejects.toThrow('unexpected end of file');
});

test('temporary files are removed after use, and after an error', async () => {
  const parent = await newFolder(); // the system's own holds those of whoever else imports
  const sorted = await sortByTime(await rowsFile(THREE_FINES), undefined, 1, parent);
  expect(await readdir(parent)).toHaveLength(1);
  expect((await all(sorted.rows)).map(nameOf)).toEqual(IN_ORDER);
  await sorted.dispose();
  expect(await readdir(parent)).toEqual([]);

  const broken = await csvFile([...THREE_FINES.map(csvLine), 'A1,1,Payment']);
  await expect(sortByTime(broken, undefined, 1, parent)).rejects.toThrow();
  expect(await readdir(parent)).toEqual([]);
});
