import { keepPeriods, SETTLING_MS, type DueClosing } from '../../src/contexts/periods/periods.jobs.js';
import { Results } from '../../src/contexts/periods/results.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { Command } from '../../src/kernel/decider.js';
import type { Entry } from '../../src/kernel/entries.js';
import { periodsId, type EventId } from '../../src/kernel/ids.js';
import { id, party } from '../given.js';

const ENTITY = party('ministry');
const END = '2025-12-31' as BusinessDate;
const dims = { entity: ENTITY, party: 'p', sector: 's', debt: 'd', ground: 'fine' };
const line = (debit: string, credit: string, amount: string, currency = 'SAR', entity: string = ENTITY): Entry =>
  ({
    debit: { account: debit, dims: { ...dims, entity } },
    credit: { account: credit, dims: { ...dims, entity } },
    amount,
    currency,
  }) as unknown as Entry;
const on = (day: string, ...entries: Entry[]) => ({ effectiveOn: day as BusinessDate, entries });
const resultsOf = (...events: ReturnType<typeof on>[]) => {
  const results = new Results(ENTITY, END);
  for (const event of events) results.take(event);
  return results.list();
};

test('a year’s result: what 4xxx and 5xxx hold on its last day, by account and currency, on its side', () => {
  expect(
    resultsOf(
      on('2025-02-01', line('1200', '4300', '100.00'), line('1200', '4300', '7.00', 'EUR')),
      on('2025-12-31', line('5100', '1200', '15.00')),
      on('2024-06-01', line('2100', '4100', '8.00')), // nobody closed 2024
      on('2026-01-01', line('1200', '4300', '1.00')), // the next year’s
      on('2025-03-01', line('1200', '4300', '50.00', 'SAR', party('another entity'))),
    ),
  ).toEqual([
    { account: '4100', currency: 'SAR', side: 'credit', amount: '8.00' },
    { account: '4300', currency: 'EUR', side: 'credit', amount: '7.00' },
    { account: '4300', currency: 'SAR', side: 'credit', amount: '100.00' },
    { account: '5100', currency: 'SAR', side: 'debit', amount: '15.00' },
  ]);
});

test('revenue of which more was taken back than there was stands on the other side; what is zero is left out', () => {
  expect(
    resultsOf(
      on('2025-02-01', line('4300', '1200', '3.00'), line('5100', '1200', '1.00'), line('1200', '5100', '1.00')),
    ),
  ).toEqual([{ account: '4300', currency: 'SAR', side: 'debit', amount: '3.00' }]);
});

test('after the closing is posted the year’s 4xxx and 5xxx are zero', () => {
  const year = on('2025-05-05', line('1200', '4300', '100.00'), line('5100', '1200', '15.00'));
  const closing = on(END, line('4300', '3000', '100.00'), line('3000', '5100', '15.00'));
  expect(resultsOf(year, closing)).toEqual([]);
});

describe('the clock of the closings', () => {
  const REQUEST = id('request') as string as EventId;
  const approvedAt = Date.parse('2026-01-02T09:00:00Z');
  const due: DueClosing = { request: REQUEST, entity: ENTITY, through: END, approvedAt, closedAt: null };

  const pageOf = async (...events: object[]) => ({ events: events as never, atEnd: true });

  async function sentBy(closing: DueClosing, at: number, readAll: () => Promise<object> = pageOf) {
    const sent: (readonly [Command, unknown])[] = [];
    const run = {
      at,
      readModels: {},
      signal: new AbortController().signal,
      send: async (command: Command, options: unknown) => void sent.push([command, options]),
    };
    await keepPeriods(async () => [closing], { readAll } as never).handle(run as never);
    return sent;
  }

  test('a period is closed when every process has had time to know, and not before', async () => {
    expect(await sentBy(due, approvedAt + SETTLING_MS - 1)).toEqual([]);
    const close = { type: 'ClosePeriod', target: periodsId(ENTITY), data: { request: REQUEST } };
    expect(await sentBy(due, approvedAt + SETTLING_MS)).toEqual([[close, { once: REQUEST }]]);
  });

  const event = (stream: string, amount: string) => ({
    event: { stream, ...on('2025-05-05', line('1200', '4300', amount)) },
  });

  test('between two pages of the log the thread does something else', async () => {
    let [turns, pages] = [0, 0];
    const more = async () => ({ ...(await pageOf(event('debt-1', '1.00'))), atEnd: ++pages === 20, next: {} });
    const count = (): void => void (++turns < 1_000 && setImmediate(count));
    setImmediate(count);
    const [[command]] = (await sentBy({ ...due, closedAt: 1_000 }, approvedAt, more)) as never as [[Command]];
    expect(command.data).toMatchObject({ results: [{ amount: '20.00' }] });
    expect(turns).toBeGreaterThan(15);
    turns = 1_000; // no more
  });

  test('a year’s result is what the log says up to the sequence of its PeriodClosed; bookkeeping does not count', async () => {
    const page = pageOf(
      event('debt-1', '1.00'),
      event('_own-1', '50.00'),
      event('debt-2', '2.00'),
      event('debt-3', '9.00'),
    );
    const [[command, options]] = (await sentBy({ ...due, closedAt: 1 }, approvedAt, () => page)) as never as [
      [Command, object],
    ];
    expect(command.data).toEqual({
      request: REQUEST,
      results: [{ account: '4300', currency: 'SAR', side: 'credit', amount: '3.00' }],
    });
    expect(options).toEqual({ effectiveOn: END, once: REQUEST });
  });
});
