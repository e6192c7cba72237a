import { Closings, type ClosingsOf } from '../../projections/closings-of.js';
import { make, type Made } from '../../projections/reports/making.js';
import type { Places } from '../../projections/reports/replaying.js';
import { valuesOf } from '../../projections/reports/question.js';
import type { Report, Row } from '../../projections/report.js';
import type { EventReader, LogQuery } from '../../src/event-store/event-store.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import type { ReadModelReader } from '../../src/read-models/read-models.js';

export const nothingClosed: ClosingsOf = () => Promise.resolve(new Closings([]));

export interface Asked {
  readonly [parameter: string]: string;
}

/** A report over a log, as the server makes it: only the types that it wants, pages of a hundred events. */
export function makeOf(
  report: Report,
  log: readonly Envelope[],
  asked: Asked = {},
  sequence = log.length - 1,
  today = '2199-12-31',
  upcast?: (event: Envelope) => Envelope,
): Promise<Made> {
  return make(report, valuesOf(report, asked, today as BusinessDate), sequence, placesOf(log, upcast), () => {});
}

/** A log, as reports read it. */
export function placesOf(log: readonly Envelope[], upcast = (event: Envelope): Envelope => event): Places {
  const page = 100;
  const readAll = ({ after, filter }: LogQuery = {}) => {
    const from = after?.count ?? 0;
    const events = log
      .slice(from, from + page)
      .map((event, index) => ({ event, sequence: from + index }))
      .filter(({ event }) => filter?.types?.includes(event.type) ?? true);
    return Promise.resolve({ events, next: { count: from + page }, atEnd: from + page >= log.length });
  };
  return {
    events: { readAll } as unknown as EventReader,
    models: {} as ReadModelReader,
    closingsOf: nothingClosed,
    upcast,
  };
}

export const rowsOf = async (...question: Parameters<typeof makeOf>): Promise<readonly Row[]> =>
  (await makeOf(...question)).rows;

/** Some columns of each row. */
export const shown = (rows: readonly Row[], ...columns: string[]): unknown[][] =>
  rows.map((row) => columns.map((column) => row[column]));
