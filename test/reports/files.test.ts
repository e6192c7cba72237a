import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { unzipSync } from 'fflate';
import { ageing } from '../../projections/reports/ageing.js';
import { isolated, runsOf } from '../../projections/reports/bidi.js';
import { headingOf } from '../../projections/reports/heading.js';
import { pdf } from '../../projections/reports/pdf.js';
import { xlsx } from '../../projections/reports/xlsx.js';
import type { Row } from '../../projections/report.js';

const CITY = 'party_11111111-1111-4111-8111-111111111111';
const row = (amount: string, age = '0-30', entity = CITY): Row => ({ entity, currency: 'SAR', age, debts: 3, amount });
const told = {
  report: ageing,
  values: { effectiveOn: '2026-01-31' },
  sequence: 41,
  digest: 'ab'.repeat(32),
  rows: 0,
};

describe('XLSX', () => {
  const file = (rows: readonly Row[], language: 'ar' | 'en') =>
    Buffer.concat([...xlsx({ columns: ageing.columns, rows }, headingOf(told, language), language)]);
  const sheet = (rows: readonly Row[], language: 'ar' | 'en' = 'en', number = 1): string =>
    Buffer.from(unzipSync(file(rows, language))[`xl/worksheets/sheet${number}.xml`] as Uint8Array).toString();
  const cell = (text: string) => `<c t="inlineStr"><is><t xml:space="preserve">${text}</t></is></c>`;

  test('is the same bytes each time, in any zone', () => {
    const rows = Array.from({ length: 5_000 }, (_, i) => row(`${i}.00`));
    const zone = process.env['TZ'];
    const one = file(rows, 'en');
    process.env['TZ'] = 'Pacific/Auckland';
    expect(file(rows, 'en').equals(one)).toBe(true);
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });
  test('an amount is a number where a double is exact, and else a text', () => {
    const text = sheet([row('9999999999999.99'), row('99999999999999.99'), row('-0.05')]);
    expect(text).toContain('<c s="2"><v>9999999999999.99</v></c>'); // 15 digits
    expect(text).toContain(cell('99999999999999.99')); // 16
    expect(text).toContain('<c s="2"><v>-0.05</v></c>');
  });
  test.each(['=1+1', '+966', '-x', '@SUM(A1)', '\t=1'])('%j stays a text', (age) => {
    const text = sheet([row('1.00', age)]);
    expect(text).toContain(cell(age));
    expect(text).not.toContain('<f>');
  });
  test('what XML cannot hold, or would read, is escaped', () => {
    expect(sheet([row('1.00', '<&">\u0001')])).toContain(cell('&lt;&amp;&quot;&gt;\ufffd'));
  });
  test('in Arabic it reads from right to left, with Arabic names', () => {
    const text = sheet([row('1.00')], 'ar');
    expect(text).toContain('rightToLeft="1"');
    expect(text).toContain(cell('من 0 إلى 30 يومًا'));
    expect(sheet([], 'ar', 2)).toContain('2026-01-31 م، 1447-08-12 هـ'); // what was asked
    expect(sheet([], 'en', 2)).toContain(told.digest);
  });
});

test('a line of two directions is drawn in the order of its runs', () => {
  const shown = (line: string, base: 'ltr' | 'rtl') => runsOf(line, base).map(({ text }) => text);
  expect(shown('من 0 إلى', 'rtl')).toEqual([' إلى', '0', 'من ']);
  expect(shown(`في ${isolated('2026-01-31')} م`, 'rtl')).toEqual([' م', '2026-01-31', 'في ']);
  expect(shown('-115.00', 'ltr')).toEqual(['-115.00']);
});

const hasPoppler = (() => {
  try {
    execFileSync('pdftotext', ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe('PDF', () => {
  const rows = Array.from({ length: 60 }, (_, i) => row(`${i}115.00`, i % 2 === 0 ? '0-30' : 'not-due'));
  const totals = [{ currency: 'SAR', debts: 180, amount: '987654.00' }];
  const print = (language: 'ar' | 'en', times = 1) =>
    buffer(
      pdf(
        { columns: ageing.columns, rows: Array.from({ length: times }, () => rows).flat(), totals },
        headingOf(told, language),
        language,
      ),
    );

  test('is the same bytes each time', async () => {
    expect((await print('ar')).equals(await print('ar'))).toBe(true);
  });

  /** As it is read, each page apart. */
  function pagesOf(file: Buffer): string[] {
    const place = mkdtempSync(join(tmpdir(), 'sijill-pdf-'));
    try {
      writeFileSync(join(place, 'a.pdf'), file);
      const text = execFileSync('pdftotext', ['-layout', join(place, 'a.pdf'), '-'], { encoding: 'utf8' });
      return text
        .replaceAll(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
        .split('\f')
        .slice(0, -1);
    } finally {
      rmSync(place, { recursive: true });
    }
  }
  const printed = hasPoppler ? test : test.skip;
  printed(
    'says on each page what it is, of which day, its columns, its number of how many and its digest (else skipped: poppler-utils)',
    async () => {
      const pages = pagesOf(await print('en'));
      expect(pages.length).toBeGreaterThan(1);
      for (const [i, page] of pages.entries()) {
        const parts = ['Debt ageing', '2026-01-31 (1447-08-12 AH)', 'Amount owed', 'Sequence 41', told.digest];
        for (const part of parts) expect(page).toContain(part);
        expect(page.trimEnd()).toMatch(new RegExp(`\\sPage ${i + 1} of +${pages.length}$`));
      }
      expect(pages.at(-1)).toMatch(/180 +987654\.00\n/); // what it comes to
      expect(pages[0]).toContain('As of: 2026-01-31 (1447-08-12 AH)');
      expect(pages.join().match(/115\.00/g)).toHaveLength(60);
    },
  );
  printed('in Arabic its words are whole, and days keep their order (else skipped: poppler-utils)', async () => {
    const [first = ''] = pagesOf(await print('ar'));
    for (const part of ['أعمار المديونيات', 'المبلغ المستحق', 'لم يحن موعدها', '2026-01-31', '1447-08-12', CITY]) {
      expect(first).toContain(part);
    }
    expect(first.trimEnd().split('\n').at(-1)).toMatch(/صفحة +1 ?من 3\b/);
  });
  printed('however many pages there are (else skipped: poppler-utils)', async () => {
    const pages = pagesOf(await print('ar', 30));
    expect(pages.length).toBeGreaterThan(40);
    const last = pages.at(-1)!.trimEnd().split('\n').at(-1);
    expect(last).toMatch(new RegExp(`صفحة +${pages.length} ?من ${pages.length}\\b`));
  });
});
