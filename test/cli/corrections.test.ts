import { correctionsOf, type Correction } from '../../src/cli/client/corrections.js';
import { joined, type Page } from '../../src/cli/client/pages.js';

/* A report of several pages as one JSON value: no page's corrections are lost, and none is told twice. */

async function* pages(...all: readonly Page[]): AsyncGenerator<Page> {
  yield* all;
}
const whole = async (...all: readonly Page[]): Promise<unknown> => {
  let text = '';
  for await (const part of joined(pages(...all))) text += part;
  return JSON.parse(text);
};
const correction = (sequence: number, ...lines: readonly number[]): Correction => ({
  sequence,
  event: `event ${sequence}`,
  type: 'debts.DebtRegistered',
  effectiveOn: '2026-01-01',
  recordedAt: '2026-02-01T00:00:00.000Z',
  rows: lines.map((line) => ({ line })),
});

test('a ledger’s pages each tell the corrections of their own rows: the whole tells all', async () => {
  const said = { report: 'general-ledger', sequence: 9 };
  const told = await whole(
    { ...said, items: [{ line: 1 }], corrections: [correction(7, 1)] },
    { ...said, items: [{ line: 2 }], corrections: [correction(5, 2), correction(7, 2)] },
  );
  const corrections = [correction(5, 2), correction(7, 1, 2)];
  expect(told).toEqual({ ...said, items: [{ line: 1 }, { line: 2 }], corrections });
});

test('the pages of a replayed report each tell all corrections: the whole tells each once', async () => {
  const all = { report: 'debt-ageing', corrections: [correction(5, 1, 2)] };
  expect(await whole({ ...all, items: [{ line: 1 }] }, { ...all, items: [{ line: 2 }] })).toEqual({
    ...all,
    items: [{ line: 1 }, { line: 2 }],
  });
});

test('a list that knows no corrections has none, however many pages it has', async () => {
  expect(await whole({ items: [{ id: 1 }] }, { items: [{ id: 2 }] })).toEqual({ items: [{ id: 1 }, { id: 2 }] });
  expect(await whole({ figure: 'owed', items: [] })).toEqual({ figure: 'owed', items: [] });
  expect(await whole()).toEqual({ items: [] });
  expect(correctionsOf({ items: [] })).toEqual([]);
});
