import { expectedFigures } from './expected.js';
const file = process.env['SIJILL_FINES'];
test('x', async () => {
  const t = Date.now();
  const m = await expectedFigures(file!, [...Array.from({ length: 13 }, (_, i) => `${2000 + i}-12-31`), '9999-12-31']);
  for (const [d, f] of m)
    console.log(
      d,
      JSON.stringify(f, (_, v) => (typeof v === 'bigint' ? Number(v) : v)),
    );
  console.log(Date.now() - t);
});
