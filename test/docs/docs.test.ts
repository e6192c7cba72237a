import { readFileSync, writeFileSync } from 'node:fs';
import { catalogue } from '../../src/composition.js';
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
