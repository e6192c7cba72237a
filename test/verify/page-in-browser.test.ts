import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CHROMIUM, Page } from './browser.js';
import { file, log } from './forged.js';
import { log as balancesLog, PROOF } from './forged-balances.js';

const inBrowser = CHROMIUM === undefined ? describe.skip : describe;
inBrowser('the page in a browser (skipped: apt-get install chromium-headless-shell)', () => {
  let folder: string;
  let page: Page;
  let files = 0;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sijill-page-'));
    page = await Page.open(CHROMIUM!, pathToFileURL(resolve('src/verify/page.html')).href);
  });
  afterAll(async () => {
    await page?.close();
    rmSync(folder, { recursive: true });
  });

  /** What it says of the file. */
  async function said(of: string): Promise<{ text: string; sign: string; dir: string }> {
    const path = join(folder, `${++files}.txt`); // the same one chosen again is no change
    writeFileSync(path, of);
    await page.run(`document.getElementById('result').replaceChildren()`);
    await page.choose('#file', path);
    return page.run(`(async () => {
      const result = document.getElementById('result');
      while (result.textContent === '') await new Promise((done) => setTimeout(done, 10));
      return { text: result.innerText, sign: result.className, dir: document.documentElement.dir };
    })()`);
  }

  test('says in English and Arabic what is proved', async () => {
    await page.run(`document.getElementById('key').value = ${JSON.stringify(log.vkey)}`);
    const english = await said(file);
    expect(english).toMatchObject({ sign: 'proved', dir: 'ltr' });
    expect(english.text).toMatch(/^Proved: the event is in the log\./);
    expect(english.text).toContain('7.50 SAR: debit 1200, credit 4300');
    await page.run(`document.getElementById('language').click()`);
    const arabic = await said(file);
    expect(arabic).toMatchObject({ sign: 'proved', dir: 'rtl' });
    expect(arabic.text).toMatch(/^ثبت: الحدث مقيّد في السجل\./);
    await page.run(`document.getElementById('language').click()`);
  });

  test('takes a proof of balances, too, and says what was checked and what it cannot prove', async () => {
    await page.run(`document.getElementById('key').value = ${JSON.stringify(balancesLog.vkey)}`);
    const english = await said(PROOF);
    expect(english).toMatchObject({ sign: 'proved', dir: 'ltr' });
    expect(english.text).toMatch(/^Proved: the party held this\./);
    expect(english.text).toContain('account 2300: -7.50 SAR, debits less credits');
    expect(english.text).toContain('Each line with its salt is under the signed root');
    expect(english.text).toContain('That the party holds nothing else: a line that is not shown cannot be missed.');
    await page.run(`document.getElementById('language').click()`);
    const arabic = await said(PROOF);
    expect(arabic).toMatchObject({ sign: 'proved', dir: 'rtl' });
    expect(arabic.text).toMatch(/^ثبت: هذا ما كان للطرف أو عليه\./);
    expect(arabic.text).toContain('أن الطرف ليس له غير ذلك');
    await page.run(`document.getElementById('language').click()`);
    expect(await said(PROOF.replace('115.00', '215.00'))).toMatchObject({
      sign: 'refused',
      text: expect.stringContaining('A line is not under the signed root'),
    });
    await page.run(`document.getElementById('key').value = ${JSON.stringify(log.vkey)}`);
  });

  test('says what is not', async () => {
    expect(await said(file.replace('7.50', '8.50'))).toMatchObject({
      sign: 'refused',
      text: expect.stringContaining('The event is not in the log at this place'),
    });
  });
});
