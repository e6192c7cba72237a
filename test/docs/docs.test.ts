import { readFileSync, writeFileSync } from 'node:fs';
import { catalogue } from '../../src/composition.js';
import { configurationTable } from '../../src/config/configuration.js';
import { catalogueMarkdown } from '../../src/event-store/catalogue-docs.js';
import { accessMarkdown } from '../../src/http/access-docs.js';

/** `SIJILL_WRITE_DOCS=1 npm test -- test/docs` writes them anew. */
test.each([
  ['docs/events.md', () => catalogueMarkdown(catalogue)],
  ['docs/access.md', accessMarkdown],
])('%s says what the code says', (file, text) => {
  if (process.env['SIJILL_WRITE_DOCS'] === '1') writeFileSync(file, text());
  expect(readFileSync(file, 'utf8')).toBe(text());
});

test('the README’s table of variables says what the code says', () => {
  const cells = (table: string): string[][] => table.split('\n').map((row) => row.split(/ *\| */).slice(1, -1));
  const printed = /^\| Variable .*?(?=\n\n)/ms.exec(readFileSync('README.md', 'utf8'))?.[0] ?? '';
  const [head, , ...rows] = cells(printed); // the second row only draws a line
  const [codeHead, , ...codeRows] = cells(configurationTable());
  expect([head, ...rows]).toEqual([codeHead, ...codeRows]);
});
