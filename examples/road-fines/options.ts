import { parseArgs } from 'node:util';
import { parseBusinessDate } from '../../src/kernel/calendar.js';

export const HELP = `Sends thirteen years of a city's road fines through the ledger's commands.

Usage: npm run import:fines -- FILE [--to URL] [--until DATE] [--report FILE] [--acknowledged FILE]

  FILE           the fines as .csv or .csv.gz
  --to URL       a running development server, such as http://127.0.0.1:3000; without it the ledger of SIJILL_DATA is
                 opened in this process, configured by the same environment as the server (see the README)
  --until DATE   only the rows up to and including this day (YYYY-MM-DD); a later import goes on from there
  --report FILE  writes the report there too; it is always printed
  --acknowledged FILE
                 appends a line of JSON for each command that the ledger answered: its key, the event that records it
                 and, unless it was refused, the revision; each must be found in the ledger whatever happens
  --help         this text

Stop it at any time with Ctrl-C, even by force, and start it again: nothing is sent twice under two names, so nothing
doubles. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped.
`;

export interface Options {
  readonly file: string;
  readonly to?: string;
  readonly until?: string;
  readonly report?: string;
  readonly acknowledged?: string;
}

/** A command line that cannot be understood; the message says what would be. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
}

/** @returns undefined where help is asked for. @throws WrongUsage */
export function parseOptions(args: readonly string[]): Options | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        to: { type: 'string' },
        until: { type: 'string' },
        report: { type: 'string' },
        acknowledged: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) return undefined;
    const [file, ...more] = positionals;
    if (file === undefined) throw new WrongUsage('FILE is missing');
    if (more.length > 0) throw new WrongUsage(`one FILE is read at a time, not also ${more.join(', ')}`);
    if (values.until !== undefined) parseBusinessDate(values.until, '--until');
    if (values.to !== undefined && !/^https?:$/.test(URL.canParse(values.to) ? new URL(values.to).protocol : '')) {
      throw new WrongUsage(`--to must be a URL such as http://127.0.0.1:3000, not "${values.to}"`);
    }
    return {
      file,
      ...(values.to !== undefined && { to: values.to }),
      ...(values.until !== undefined && { until: values.until }),
      ...(values.report !== undefined && { report: values.report }),
      ...(values.acknowledged !== undefined && { acknowledged: values.acknowledged }),
    };
  } catch (error) {
    throw error instanceof WrongUsage ? error : new WrongUsage((error as Error).message, { cause: error });
  }
}
