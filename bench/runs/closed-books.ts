/**
 * What a trial balance, and the opening of one of its cells, cost where many periods are closed, in a ledger that grows. A
 * folder that was filled by an earlier run is only asked.
 */
import 'reflect-metadata';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { bookLines } from '../../projections/books/lines.js';
import { bookSums } from '../../projections/books/sums.js';
import { trialBalance } from '../../projections/books/trial-balance.js';
import { Closings, type ClosingsOf } from '../../projections/closings-of.js';
import { closingsOf } from '../../projections/closings/closed.js';
import { closings } from '../../projections/closings/projection.js';
import { pageOfLines } from '../../projections/reports/explaining-lines.js';
import { openEventStore, openReadModelReader, openReadModels } from '../../src/adapters.js';
import type { Configuration } from '../../src/config/configuration.js';
import { addDays, parseBusinessDate, type BusinessDate } from '../../src/kernel/calendar.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { NAMESPACE, uuid5 } from '../../src/kernel/ids.js';
import { ENTITY, eventOf, folding, scattered } from './postings.js';
import { input, report } from './run.js';
import { configurationOf } from './world.js';

export interface ClosedBooksRun {
  readonly folder: string;
  /** Events, ascending: each is a ledger of its own, of the same twenty years. */
  readonly sizes: readonly number[];
  readonly samples: number;
}

/** Of each size, in milliseconds of processor time: a question is several turns of the event loop, which others may delay. */
export interface ClosedBooksFound {
  readonly trialBalance: readonly number[];
  /** The same question, were nothing closed. */
  readonly open: readonly number[];
  /** A page of what makes a cell, from its beginning. */
  readonly explain: readonly number[];
}

const FIRST_DAY = parseBusinessDate('2006-01-01');
const YEARS = 20;
const DAYS = 7_305;
/** So many events count in a month that was closed before them. */
const CORRECTIONS = 40;
const CORRECTED_DAYS = 100;
/** Questions before those that count. */
const WARM = 300;
/** Instruments of a page. */
const PAGE = 50;

const { folder, sizes, samples } = input<ClosedBooksRun>();
const found = { trialBalance: [] as number[], open: [] as number[], explain: [] as number[] };
for (const size of sizes) await ofSize(size);
report(found satisfies ClosedBooksFound);

async function ofSize(size: number): Promise<void> {
  const data = join(folder, String(size));
  const configuration = configurationOf(data);
  const isFilled = existsSync(data);
  mkdirSync(data, { recursive: true });
  const events = await openEventStore(configuration);
  if (!isFilled) await fill(configuration, size);
  const reader = await openReadModelReader(configuration);
  const { source } = trialBalance;
  if (!('reading' in source)) throw new Error('the trial balance is read from an index');
  const { reading } = source;
  const asked = (n: number) => ({
    values: { entity: ENTITY, from: FIRST_DAY, to: dayOf(scattered(n + samples, size), size), beforeClosing: 'false' },
    sequence: scattered(n, size),
  });
  const balance = (of: ClosingsOf) => async (n: number) => {
    const { values, sequence } = asked(n);
    for await (const _ of reading.read(values, { models: reader, events, closingsOf: of, sequence })) void _;
  };
  const explain = async (n: number) => {
    const { values, sequence } = asked(n);
    const eventsAt = () => Promise.reject(new Error('the page names its events, and reads none'));
    const sources = { models: reader, events, closingsOf: closingsOf(reader), sequence, eventsAt };
    const cell = { column: trialBalance.columns.find(({ name }) => name === 'closingDebit')!, key: ['1200', 'SAR'] };
    await pageOfLines(trialBalance, { ...values, to: dayOf(size, size) }, cell, sources, {
      after: undefined,
      limit: PAGE,
    });
  };
  found.trialBalance.push(await timed(balance(closingsOf(reader))));
  found.open.push(await timed(balance(async () => new Closings([]))));
  found.explain.push(await timed(explain));
  await Promise.all([reader.close(), events.close()]);
}

async function fill(configuration: Configuration, size: number): Promise<void> {
  const models = await openReadModels(configuration);
  await models.open([bookSums.model, bookLines.model, closings.model]);
  await folding(models, [bookSums, bookLines, closings], eventsOf(size))(size);
  await models.close();
}

function dayOf(n: number, size: number): BusinessDate {
  return addDays(FIRST_DAY, Math.floor((n / size) * (DAYS - 1)));
}

/** Postings by day, corrections among them, and each month and year closed some days after its end. */
function eventsOf(size: number): (n: number) => Envelope {
  const closed = new Map<number, Envelope>();
  for (let month = 0; month < YEARS * 12; month++) {
    const year = 2006 + Math.floor(month / 12);
    const next = new Date(Date.UTC(year, (month % 12) + 1, 1));
    const through = new Date(next.getTime() - 86_400_000).toISOString().slice(0, 10);
    const days = (next.getTime() - Date.parse(FIRST_DAY)) / 86_400_000 + 5;
    const at = Math.ceil((days / (DAYS - 1)) * size);
    const periods = [through.slice(0, 7), ...(month % 12 === 11 ? [String(year)] : [])];
    for (const [i, period] of periods.entries()) {
      closed.set(at + 2 * i, closingEvent('periods.ClosingRequested', period, through));
      closed.set(at + 2 * i + 1, closingEvent('periods.PeriodClosed', period, through));
    }
  }
  const step = Math.floor(size / CORRECTIONS);
  return (n) => {
    const day = dayOf(n, size);
    const isCorrection = n % step === step - 1 && n > step;
    return closed.get(n) ?? eventOf(n, isCorrection ? addDays(day, -CORRECTED_DAYS) : day);
  };
}

function closingEvent(type: string, period: string, through: string): Envelope {
  const request = uuid5(NAMESPACE.aggregate, 'bench closing', period);
  const of = { id: uuid5(NAMESPACE.aggregate, 'bench closing', type, period), type, effectiveOn: through, entries: [] };
  return {
    ...of,
    revision: 0,
    recordedAt: '2026-01-01T00:00:00.000Z',
    actor: { id: 'actor_bench' },
    refs: { request, entity: ENTITY },
    data: { request, period, through },
  } as unknown as Envelope;
}

async function timed(one: (n: number) => Promise<void>): Promise<number> {
  for (let n = 0; n < WARM; n++) await one(n);
  const began = process.cpuUsage();
  for (let n = 0; n < samples; n++) await one(WARM + n);
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1_000 / samples;
}
