import { parseArgs, type ParseArgsConfig } from 'node:util';
import { WrongUsage } from './command.js';

/**
 * A command's options and what else it is given.
 * @throws WrongUsage for what it does not know
 */
export function optionsOf<const T extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: T,
) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, strict: true, options });
  } catch (error) {
    throw new WrongUsage((error as Error).message, { cause: error });
  }
}

/** @throws WrongUsage where something is given that no one asked for */
export function nothingElse(positionals: readonly string[]): void {
  if (positionals.length > 0) throw new WrongUsage(`${positionals.join(' ')} is not understood`);
}

/** `PARAMETER=VALUE` as a query. @throws WrongUsage */
export function parametersOf(given: readonly string[]): URLSearchParams {
  const query = new URLSearchParams();
  for (const text of given) {
    const at = text.indexOf('=');
    if (at < 1) throw new WrongUsage(`${text} must be PARAMETER=VALUE, such as effectiveOn=2026-12-31`);
    query.append(text.slice(0, at), text.slice(at + 1));
  }
  return query;
}

/** @throws WrongUsage */
export function languageOf(text: string): 'en' | 'ar' {
  if (text !== 'en' && text !== 'ar') throw new WrongUsage('--lang is en or ar');
  return text;
}

export const LANG = { lang: { type: 'string', default: 'en' } } as const;

/** Writes to the standard output, no faster than it is taken. */
export function print(text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error == null ? resolve() : reject(error)));
  });
}

export const SERVER_HELP = `The server is asked over HTTP: where SIJILL_URL says, else where one with this environment listens (HOST, PORT). The token
is in SIJILL_TOKEN; a development ledger on this machine gives one by itself.
`;

export const EXIT_CODES = 'Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped.';
