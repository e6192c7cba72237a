import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { catalogue } from '../../src/composition.js';
import { canonicalEvent } from '../../src/event-store/canonical.js';
import type { EventReader, LogQuery } from '../../src/event-store/event-store.js';
import { exported, FORMATS, type Written } from '../../src/journal/journal.js';
import type { Format, Language, Selection } from '../../src/journal/format.js';
import { Unprintable } from '../../src/journal/format.js';
import { namesIn } from '../../src/journal/names.js';
import { lineSchema } from '../../src/journal/ndjson.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { Compile } from 'typebox/compile';
import { envelope, newStream } from '../event-store/envelopes.js';
import { id, party } from '../given.js';
import { legalEvent } from './legal-events.js';
import { complaints, hasAll, hasBeancount, hasHledger, hasLedger, HOW_TO_RUN } from './others.js';
import { parseBeancount, parseCsv, parseLedger, type Posting } from './parsing.js';

/** A log in memory, in pages of three. */
const logOf = (events: readonly Envelope[]): Pick<EventReader, 'readAll'> => ({
  readAll: ({ after }: LogQuery = {}) => {
    const from = after?.count ?? 0;
    const page = events.slice(from, from + 3).map((event, i) => ({ event, sequence: from + i }));
    return Promise.resolve({
      events: page,
      next: { position: '', count: from + page.length },
      atEnd: from + 3 >= events.length,
    }) as unknown as ReturnType<EventReader['readAll']>;
  },
});

async function textOf(
  events: readonly Envelope[],
  format: Format,
  selection: Partial<Selection> = {},
  language: Language = 'en',
): Promise<{ text: string; written: Written }> {
  let [text, written]: [string, Written | undefined] = ['', undefined];
  const whole = { sequence: events.length - 1, ...selection };
  const names = namesIn(language, catalogue.definitions);
  const pieces = exported(logOf(events), format, names, whole, { done: (found) => (written = found) });
  for await (const piece of pieces) text += piece;
  return { text, written: written! };
}

/** What the entries say, by the events alone. */
const postingsOf = (events: readonly Envelope[]): Posting[] =>
  events.flatMap(({ effectiveOn, entries }, sequence) =>
    entries.flatMap(({ debit, credit, amount, currency }) =>
      [debit, credit].map(({ account, dims: { entity, ...dims } }, side) => ({
        sequence,
        on: effectiveOn,
        account,
        entity,
        amount: side === 0 ? amount : `-${amount}`,
        currency,
        dims,
      })),
    ),
  );

const PARSED = [
  ['ledger', FORMATS.ledger, parseLedger],
  ['beancount', FORMATS.beancount, parseBeancount],
  ['csv', FORMATS.csv, parseCsv],
] as const;

describe.each(PARSED)('%s', (_, format, parse) => {
  test('whatever ids and codes an event has, its file says the same postings', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(legalEvent, { minLength: 1, maxLength: 5 }), async (events) => {
        const { text } = await textOf(events, format);
        expect(parse(text)).toEqual(postingsOf(events));
      }),
    );
  });
  test('the same in Arabic: only names differ', async () => {
    await fc.assert(
      fc.asyncProperty(legalEvent, async (event) => {
        expect(parse((await textOf([event], format, {}, 'ar')).text)).toEqual(postingsOf([event]));
      }),
    );
  });
});

const [CITY, PORT] = [party('city'), party('port')];
const receivable = (entity: string, account: '1200' | '4300', more: object = {}) =>
  ({ account, dims: { entity, party: party('sami'), sector: 'general', debt: id('debt'), ...more } }) as const;
const registered = (entity: string, amount: string, effectiveOn: string, more: object = {}): Envelope =>
  envelope(newStream(), 1, {
    type: 'debts.DebtRegistered',
    effectiveOn,
    entries: [
      {
        debit: receivable(entity, '1200'),
        credit: receivable(entity, '4300', { ground: 'fine' }),
        amount,
        currency: 'SAR',
      },
    ],
    ...more,
  } as unknown as Partial<Envelope>);

test('a transaction of hledger and Ledger', async () => {
  const event = registered(CITY, '115.00', '2026-01-15', {
    corrects: id('other'),
    refs: { correction: id('approval') },
  });
  expect(FORMATS.ledger.event({ event, sequence: 3 }, namesIn('en', catalogue.definitions))).toBe(`
2026-01-15=2026-03-01 (3) Debt registered
    ; event: ${event.id}
    ; stream: ${event.stream}
    ; corrects: ${id('other')}
    ; correction: ${id('approval')}
    assets:1200 Debts receivable:${CITY}  SAR 115.00
    ; party: ${party('sami')}
    ; sector: general
    ; debt: ${id('debt')}
    revenues:4300 Debts:${CITY}  SAR -115.00
    ; party: ${party('sami')}
    ; sector: general
    ; debt: ${id('debt')}
    ; ground: fine
`);
});

test('a transaction of Beancount', async () => {
  const event = registered(CITY, '115.00', '2026-01-15');
  const [ours, sami] = [CITY.replace('party_', 'Party-'), party('sami')];
  expect(FORMATS.beancount.event({ event, sequence: 3 }, namesIn('en', catalogue.definitions))).toBe(`
2026-01-15 * "Debt registered" ^${event.stream}
  sequence: 3
  recordedOn: 2026-03-01
  event: "${event.id}"
  Assets:1200-Debts-receivable:${ours}  115.00 SAR
    party: "${sami}"
    sector: "general"
    debt: "${id('debt')}"
  Income:4300-Debts:${ours}  -115.00 SAR
    party: "${sami}"
    sector: "general"
    debt: "${id('debt')}"
    ground: "fine"
`);
});

test('it was recorded on the day that it was in Riyadh', async () => {
  const event = registered(CITY, '1.00', '2026-01-15', { recordedAt: '2026-01-31T21:00:00.000Z' }); // midnight there
  const { text } = await textOf([event], FORMATS.ledger);
  expect(text).toContain('\n2026-01-15=2026-02-01 (0) ');
});

describe('what is chosen', () => {
  const events = [
    envelope(newStream(), 0), // no entries
    registered(CITY, '1.00', '2025-12-31'),
    registered(PORT, '2.00', '2026-01-01'),
    registered(CITY, '4.00', '2026-01-31'),
    registered(CITY, '8.00', '2026-02-01'),
  ];
  const amounts = async (selection: Partial<Selection>): Promise<string[]> =>
    parseCsv((await textOf(events, FORMATS.csv, selection)).text).map(({ amount }) => amount);
  test.each([
    [{}, ['1.00', '-1.00', '2.00', '-2.00', '4.00', '-4.00', '8.00', '-8.00']],
    [{ entity: CITY }, ['1.00', '-1.00', '4.00', '-4.00', '8.00', '-8.00']],
    [{ from: '2026-01-01', to: '2026-01-31' }, ['2.00', '-2.00', '4.00', '-4.00']],
    [{ sequence: 2 }, ['1.00', '-1.00', '2.00', '-2.00']],
    [{ entity: PORT, sequence: 1 }, []],
  ])('%j', async (selection, expected) => {
    expect(await amounts(selection as Partial<Selection>)).toEqual(expected);
  });
  test('of an event of two entities the one that is asked for', async () => {
    const both = { ...events[1]!, entries: [...events[1]!.entries, ...events[2]!.entries] };
    const { text } = await textOf([both], FORMATS.ledger, { entity: PORT });
    expect(parseLedger(text).map(({ entity, amount }) => [entity, amount])).toEqual([
      [PORT, '2.00'],
      [PORT, '-2.00'],
    ]);
  });
  test('its head says so, its tail how many there are, and its digest is that of the bytes', async () => {
    const { text, written } = await textOf(events, FORMATS.ledger, { entity: CITY, from: '2026-01-01' as never });
    expect(text).toContain(`\n; events 0 to 4, entity ${CITY}, from 2026-01-01\n`);
    expect(text.endsWith('\n; the end, after 2 transactions\n')).toBe(true);
    const digest = execFileSync('sha256sum', { input: text }).toString().slice(0, 64);
    expect(written).toEqual({ events: 2, digest });
  });
});

test('an event that counts on no day is told, and nothing made of it', async () => {
  await expect(textOf([registered(CITY, '1.00', '2026-02-30')], FORMATS.ledger)).rejects.toThrow(Unprintable);
});

describe('ndjson', () => {
  const check = Compile(lineSchema(catalogue.definitions) as never);
  const terms = { debtor: CITY, creditor: PORT, amount: '1.00', currency: 'SAR', ground: 'fine', sector: 'general' };
  test('has each event as it is stored, and its schema says so', async () => {
    const events = [envelope(newStream(), 0), registered(CITY, '1.00', '2026-01-15', { data: terms })];
    const { text } = await textOf(events, FORMATS.ndjson);
    const lines = text.split('\n');
    expect(lines).toEqual([...events.map((event, i) => `{"event":${canonicalEvent(event)},"sequence":${i}}`), '']);
    expect(lines.slice(0, 2).map((line) => check.Check(JSON.parse(line)))).toEqual([true, true]);
  });
  test.each([
    ['data of another shape', { data: { kind: 'notice', on: 'today' } }],
    ['a type that there is not', { type: 'debts.DebtForgotten' }],
    ['an amount that is a number', { entries: [{ ...registered(CITY, '1.00', '2026-01-15').entries[0], amount: 1 }] }],
  ])('the schema finds %s', (__, more) => {
    expect(check.Check({ event: envelope(newStream(), 0, more as never), sequence: 0 })).toBe(false);
  });
  test('of an older version the envelope is held to it', () => {
    const event = envelope(newStream(), 0, { type: 'billing.ReceiptMatched', data: { old: 1 } });
    expect(check.Check({ event, sequence: 0 })).toBe(true);
  });
});

/** Events with the most hostile texts, and all currencies and accounts among them. */
const HOSTILE = fc.sample(legalEvent, { numRuns: 400, seed: 7 });
const SKIPPED = `(${HOW_TO_RUN})`;

const posted = (code: string, account: string, amount: string, currency: string): string =>
  [code, account.split(':')[1]!.slice(0, 4), amount, currency].join(' ');

describe.each(['en', 'ar'] as const)('the programs that read it, in %s', (language) => {
  const folder = mkdtempSync(join(tmpdir(), 'sijill-journal-'));
  const file = { ledger: join(folder, 'journal.ledger'), beancount: join(folder, 'journal.beancount') };
  const env = { ...process.env, LC_ALL: 'C.UTF-8' };
  beforeAll(async () => {
    for (const name of ['ledger', 'beancount'] as const) {
      writeFileSync(file[name], (await textOf(HOSTILE, FORMATS[name], {}, language)).text);
    }
  });
  const expected = postingsOf(HOSTILE)
    .map(({ sequence, account, amount, currency }) => posted(String(sequence), `:${account}`, amount, currency))
    .sort();
  (hasAll ? test : test.skip)(`have nothing to say against it ${SKIPPED}`, async () => {
    expect(await complaints(file)).toEqual([]);
  });
  (hasHledger ? test : test.skip)(`hledger reads the same postings ${SKIPPED}`, () => {
    const args = ['-f', file.ledger, 'register', '-O', 'csv'];
    const lines = execFileSync('hledger', args, { env, maxBuffer: 2 ** 28 })
      .toString()
      .trim()
      .split('\n')
      .slice(1);
    const seen = lines.map((line) => {
      const [, , code, , account, amount] = line.slice(1).split('","');
      const [currency, figure] = amount!.split(' ');
      return posted(code!, account!, figure!, currency!);
    });
    expect(seen.sort()).toEqual(expected);
  });
  (hasLedger ? test : test.skip)(`Ledger reads the same postings ${SKIPPED}`, () => {
    const args = ['-f', file.ledger, 'register', '--format', '%(code)\\t%(account)\\t%(amount)\\n'];
    const lines = execFileSync('ledger', args, { env, maxBuffer: 2 ** 28 })
      .toString()
      .trim()
      .split('\n');
    const seen = lines.map((line) => {
      const [code, account, amount] = line.split('\t');
      const [currency, figure] = amount!.split(' ');
      return posted(code!, account!, figure!, currency!);
    });
    expect(seen.sort()).toEqual(expected);
  });
  (hasBeancount ? test : test.skip)(`Beancount reads the same postings ${SKIPPED}`, () => {
    const query = 'SELECT entry_meta("sequence") AS code, account, str(number) AS number, currency';
    const out = execFileSync('bean-query', ['-f', 'csv', file.beancount, query], {
      env,
      maxBuffer: 2 ** 28,
    }).toString();
    const seen = out
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => {
        const [code, account, amount, currency] = line.split(',').map((cell) => cell.trim());
        return posted(code!, account!, /-?[\d.]+/.exec(amount!)![0], currency!); // Decimal('-115.00')
      });
    expect(seen.sort()).toEqual(expected);
  });
});
