/* `sijill verify`, and a program of its own: it needs Node and this folder, and asks nobody. */
import { readFile, stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { audit } from './audit.js';
import { proveBalances } from './balances.js';
import { proveGrowth } from './consistency.js';
import { NotProved } from './fault.js';
import { parsePolicy, trusting, type Policy } from './policy.js';
import { proveRecord } from './record.js';
import { saidOfAudit, saidOfBalances, saidOfGrowth, saidOfRecord, type Said } from './said.js';

const help = `Verifies what a ledger says, without it: offline, with Node alone.

Usage: sijill verify record FILE --vkey VKEY             that an event is in the log
       sijill verify balance FILE --vkey VKEY            what a party held
       sijill verify consistency OLD NEW --vkey VKEY     that a later log holds all of an earlier one
       sijill verify audit DIR --vkey VKEY               a whole ledger, from its events: the root, the order, the money

  --vkey VKEY     the log's key, or a file that holds it. Take it from somebody else than the one you check.
  --policy FILE   in its place: logs, witnesses and how many of these must have cosigned (c2sp.org/tlog-policy)
  --json          what was found, for programs

FILE is a proof of record, or of balances; OLD a checkpoint; NEW what /transparency/consistency gives: a later one with its proof; DIR what
sijill export --audit writes.
Exit codes: 0 proved, 1 could not be read, 2 wrong usage, 3 not proved.

Examples:
  sijill verify record receipt.txt --vkey log.vkey
  sijill verify consistency kept-in-march.txt now.txt --vkey log.vkey
  sijill verify audit ledger-2026 --policy policy.txt
`;

class WrongUsage extends Error {}

const FILES = { record: 1, balance: 1, consistency: 2, audit: 1 } as const;
type Kind = keyof typeof FILES;

const isKind = (text: string | undefined): text is Kind => text !== undefined && text in FILES;

/** As `sijill` has its commands. */
export const verifyCommand = { help, run };

/** @returns the exit code */
export async function run(args: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parsed(args);
    if (values.help === true) {
      process.stdout.write(help);
      return 0;
    }
    const [kind, ...files] = positionals;
    if (!isKind(kind)) throw new WrongUsage(`${kind ?? 'nothing'} is none of ${Object.keys(FILES).join(', ')}`);
    if (files.length !== FILES[kind]) throw new WrongUsage(`${kind} takes ${FILES[kind]} of them, not ${files.length}`);
    const said = await verified(kind, files, await policyOf(values));
    process.stdout.write(values.json === true ? `${JSON.stringify(said.facts)}\n` : textOf(said));
    return 0;
  } catch (error) {
    return failed(error as NodeJS.ErrnoException);
  }
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = { vkey: text, policy: text, json: flag, help: { ...flag, short: 'h' } } as const;
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new WrongUsage((error as Error).message, { cause: error });
  }
}

async function policyOf({ vkey, policy }: { readonly vkey?: string; readonly policy?: string }): Promise<Policy> {
  if (vkey !== undefined && policy !== undefined) throw new WrongUsage('--vkey and --policy say the same: give one');
  if (policy !== undefined) return parsePolicy(await readFile(policy, 'utf8'));
  if (vkey === undefined) throw new WrongUsage('whose log is it? Give its key with --vkey, or a --policy');
  const isFile = (await stat(vkey).catch(() => undefined))?.isFile() === true;
  return trusting(isFile ? await readFile(vkey, 'utf8') : vkey);
}

async function verified(kind: Kind, [first = '', second = '']: readonly string[], policy: Policy): Promise<Said> {
  switch (kind) {
    case 'record':
      return saidOfRecord(proveRecord(await readFile(first, 'utf8'), policy));
    case 'balance':
      return saidOfBalances(proveBalances(await readFile(first, 'utf8'), policy));
    case 'consistency':
      return saidOfGrowth(proveGrowth(await readFile(first, 'utf8'), await readFile(second, 'utf8'), policy));
    case 'audit':
      return saidOfAudit(audit(first, policy, progress));
  }
}

/** On a terminal only. */
function progress(events: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${events} events`);
}

function textOf({ title, checked, shown, open }: Said): string {
  const list = (sign: string, lines: readonly string[]) => lines.map((line) => `  ${sign} ${legible(line)}\n`).join('');
  const facts = shown.map((line) => `  ${legible(line)}\n`).join('');
  return `PROVED: ${legible(title)}\n${facts}\nChecked:\n${list('✓', checked)}\nNot proved by this:\n${list('-', open)}`;
}

/** What stands in a file is shown, and steers no terminal. */
const legible = (text: string): string => text.replace(/\p{C}/gu, '�');

function failed(error: NodeJS.ErrnoException): number {
  const say = (text: string, code: number): number => {
    process.stderr.write(`${legible(text)}\n`);
    return code;
  };
  if (error instanceof NotProved) return say(`NOT PROVED: ${error.message}`, 3);
  if (error instanceof WrongUsage) return say(`sijill verify: ${error.message}. See sijill verify --help`, 2);
  if (error.code !== undefined) return say(`sijill verify: ${error.message}`, 1);
  throw error;
}
