import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { formatMinor, type Currency } from '../../src/kernel/money.js';

/*
 * The programs that others read a journal with, as they are installed, and what they make of a file. Where they are
 * missing a test says so: Debian has all of them (apt-get install hledger ledger beancount).
 */
const run = promisify(execFile);

/** Names in the file are UTF-8, whatever the machine is set to. */
const SURROUNDINGS = { env: { ...process.env, LC_ALL: 'C.UTF-8' }, maxBuffer: 2 ** 30 };

const has = (program: string, ...args: string[]): boolean => spawnSync(program, args).status === 0;

export const hasHledger = has('hledger', '--version');
export const hasLedger = has('ledger', '--version');
export const hasBeancount = has('bean-check', '--version') && has('bean-query', '--version');
export const hasAll = hasHledger && hasLedger && hasBeancount;
export const HOW_TO_RUN = 'apt-get install hledger ledger beancount';

/** `1200 party_… EUR` → decimal text; accounts at zero are left out. */
export type Balances = Readonly<Record<string, string>>;

/** All that they have to say against a file; nothing where they take it. */
export async function complaints(files: { readonly ledger: string; readonly beancount: string }): Promise<string[]> {
  const checks: [string, string[]][] = [
    ['hledger', ['-f', files.ledger, 'check', '--strict', 'payees']],
    ['ledger', ['-f', files.ledger, '--strict', '--pedantic', '--check-payees', 'balance']],
    ['bean-check', [files.beancount]],
  ];
  const said = checks.map(async ([program, args]) => {
    try {
      const { stderr } = await run(program, args, SURROUNDINGS);
      return stderr.trim() === '' ? [] : [`${program}: ${stderr}`];
    } catch (error) {
      return [`${program}: ${String((error as { stderr?: string }).stderr)}`];
    }
  });
  return (await Promise.all(said)).flat();
}

/** @param years whose ends are asked for, ascending */
export async function hledgerBalances(file: string, years: readonly number[]): Promise<Balances[]> {
  const span = ['--begin', `${years[0]}`, '--end', `${years.at(-1)! + 1}`, '--yearly', '--historical'];
  const args = ['-f', file, 'balance', ...span, '--flat', '--no-total', '--empty', '--layout', 'bare'];
  const { stdout } = await run('hledger', [...args, '-O', 'csv'], SURROUNDINGS);
  const [heads = [], ...lines] = stdout.trim().split('\n').map(cells);
  return years.map((year) => {
    const at = heads.indexOf(`${year}`);
    return balances(lines.map((line) => [line[0]!, line[1]!, line[at]!]));
  });
}

export const ledgerBalances = (file: string, years: readonly number[]): Promise<Balances[]> =>
  eachOf(years, async (year) => {
    const format = '%(account)\\t%(scrub(display_total))\\n';
    const args = ['-f', file, 'balance', '--flat', '--no-total', '--end', `${year + 1}-01-01`, '--format', format];
    const { stdout } = await run('ledger', args, SURROUNDINGS);
    let account = '';
    return balances(
      stdout
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line) => {
          const [first, second] = line.split('\t');
          if (second !== undefined) account = first!;
          const [currency, amount] = (second ?? first!).trim().split(' ');
          return [account, currency!, amount!];
        }),
    );
  });

/** What moved in each year, added up here: reading the file is what takes long, and it is read once. */
export async function beancountBalances(file: string, years: readonly number[]): Promise<Balances[]> {
  const query = 'SELECT account, currency, year, str(sum(number)) AS sum GROUP BY account, currency, year';
  const { stdout } = await run('bean-query', ['-f', 'csv', file, query], SURROUNDINGS);
  const lines = stdout.trim().split('\n').slice(1).map(cells);
  return years.map((until) => {
    const sums = new Map<string, bigint>();
    for (const [account, currency, year, sum] of lines) {
      if (Number(year) > until) continue;
      const key = `${account} ${currency}`;
      const minor = BigInt(/-?[\d.]+/.exec(sum!)![0].replace('.', '')); // Decimal('-115.00'), with all of its decimals
      sums.set(key, (sums.get(key) ?? 0n) + minor);
    }
    return balances(
      [...sums].map(([key, minor]) => {
        const [account, currency] = key.split(' ') as [string, Currency];
        return [account, currency, formatMinor(minor, currency)];
      }),
    );
  });
}

async function eachOf<T, R>(list: readonly T[], work: (each: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const each of list) results.push(await work(each));
  return results;
}

/** Neither an account nor a currency holds a comma or a quote. */
const cells = (line: string): string[] => line.split(',').map((cell) => cell.replaceAll('"', '').trim());

function balances(lines: readonly (readonly [account: string, currency: string, amount: string])[]): Balances {
  const found: Record<string, string> = {};
  for (const [account, currency, amount] of lines) {
    const [, code, entity] = /^\w+:(\d{4})[^:]*:(.*)$/.exec(account) ?? [];
    if (code === undefined) throw new Error(`"${account}" is no account of the chart`);
    if (!/^-?0(\.0*)?$/.test(amount)) found[`${code} ${entity!.replace('Party-', 'party_')} ${currency}`] = amount;
  }
  return found;
}
