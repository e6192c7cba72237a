/* `sijill verify`, and a program of its own: it needs Node and this folder, and asks nobody. */
import { readFile, stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { audit } from './audit.js';
import { proveBalances } from './balances.js';
import { proveGrowth } from './consistency.js';
import { NotProved } from './fault.js';
import { parsePolicy, trusting, type Policy } from './policy.js';
import { proveRecord } from './record.js';
import { saidOfAudit, saidOfBalances, saidOfGrowth, saidOfRecord, saying, type Said, type Say } from './said.js';

const help = `Verifies what a ledger says, without it: offline, with Node alone.

Usage: sijill verify record FILE --vkey VKEY             that an event is in the log
       sijill verify balance FILE --vkey VKEY            what a party held
       sijill verify consistency OLD NEW --vkey VKEY     that a later log holds all of an earlier one
       sijill verify audit DIR --vkey VKEY               a whole ledger, from its events: the root, the order, the money

  --vkey VKEY     the log's key, or a file that holds it. Take it from somebody else than the one you check.
  --policy FILE   in its place: logs, witnesses and how many of these must have cosigned (c2sp.org/tlog-policy)
  --json          what was found, for programs
  --lang LANGUAGE of what is said: ar or en, the default

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
  let say = saying('en');
  try {
    const { values, positionals } = parsed(args);
    say = sayingIn(values.lang);
    if (values.help === true) {
      process.stdout.write(help);
      return 0;
    }
    const [kind, ...files] = positionals;
    if (!isKind(kind)) throw new WrongUsage(`${kind ?? 'nothing'} is none of ${Object.keys(FILES).join(', ')}`);
    if (files.length !== FILES[kind]) throw new WrongUsage(`${kind} takes ${FILES[kind]} of them, not ${files.length}`);
    const said = await verified(kind, files, await policyOf(values), say);
    process.stdout.write(values.json === true ? `${JSON.stringify(said.facts)}\n` : textOf(said, say));
    return 0;
  } catch (error) {
    return failed(error as NodeJS.ErrnoException, say);
  }
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = { vkey: text, policy: text, lang: text, json: flag, help: { ...flag, short: 'h' } } as const;
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new WrongUsage((error as Error).message, { cause: error });
  }
}

function sayingIn(language = 'en'): Say {
  if (language !== 'en' && language !== 'ar') throw new WrongUsage('--lang is en or ar');
  return saying(language);
}

async function policyOf({ vkey, policy }: { readonly vkey?: string; readonly policy?: string }): Promise<Policy> {
  if (vkey !== undefined && policy !== undefined) throw new WrongUsage('--vkey and --policy say the same: give one');
  if (policy !== undefined) return parsePolicy(await readFile(policy, 'utf8'));
  if (vkey === undefined) throw new WrongUsage('whose log is it? Give its key with --vkey, or a --policy');
  const isFile = (await stat(vkey).catch(() => undefined))?.isFile() === true;
  return trusting(isFile ? await readFile(vkey, 'utf8') : vkey);
}

async function verified(kind: Kind, files: readonly string[], policy: Policy, say: Say): Promise<Said> {
  const [first = '', second = ''] = files;
  switch (kind) {
    case 'record':
      return saidOfRecord(proveRecord(await readFile(first, 'utf8'), policy), say);
    case 'balance':
      return saidOfBalances(proveBalances(await readFile(first, 'utf8'), policy), say);
    case 'consistency':
      return saidOfGrowth(proveGrowth(await readFile(first, 'utf8'), await readFile(second, 'utf8'), policy), say);
    case 'audit':
      return saidOfAudit(audit(first, policy, progress), say);
  }
}

/** On a terminal only. */
function progress(events: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${events} events`);
}

function textOf({ title, checked, shown, open }: Said, say: Say): string {
  const list = (sign: string, lines: readonly string[]) => lines.map((line) => `  ${sign} ${legible(line)}\n`).join('');
  const facts = shown.map((line) => `  ${legible(line)}\n`).join('');
  return `${say('proved')}: ${legible(title)}\n${facts}\n${say('checked')}:\n${list('✓', checked)}\n${say('open')}:\n${list('-', open)}`;
}

/** What stands in a file is shown, and steers no terminal. */
const legible = (text: string): string => text.replace(/\p{C}/gu, '�');

function failed(error: NodeJS.ErrnoException, say: Say): number {
  const write = (text: string, code: number): number => {
    process.stderr.write(`${legible(text)}\n`);
    return code;
  };
  if (error instanceof NotProved) return write(`${say('notProved')}: ${error.message}`, 3);
  if (error instanceof WrongUsage) return write(`sijill verify: ${error.message}. See sijill verify --help`, 2);
  if (error.code !== undefined) return write(`sijill verify: ${error.message}`, 1);
  throw error;
}
