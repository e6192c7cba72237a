import { parseArgs } from 'node:util';

export interface Options {
  readonly quick: boolean;
  /** The names of the rows to measure; empty: all. */
  readonly only: readonly string[];
  /** Where to write the figures as JSON. */
  readonly json: string | undefined;
  /** The last day of the fines that are taken; default: as many as the time is good for. */
  readonly until: string | undefined;
  /** Where CPU profiles of the server are left. */
  readonly profile: string | undefined;
  /** Whether the ledgers keep everything on servers. */
  readonly servers: boolean;
  readonly help: boolean;
}

export class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
}

export const usage = (rows: readonly string[]): string => `npm run bench [-- OPTIONS]

Measures Sijill against a limit or a peer, in turns, and prints a table of medians.

  --quick       small and short: shows that it works; a missed target is said, and no error
  --only ROW    this row, again for more: ${rows.join(', ')}
  --json FILE   the figures of every round as JSON
  --until DATE  the fines up to this day; default 2000-12-31, a thirteenth of them; under --quick 2000-01-15
  --profile DIR leave CPU profiles of the rows over HTTP there; best of one row; dist/bench/shares.js sums one up
  --servers     the same with EventStoreDB and MongoDB: the ones that ESDB_TEST_URL (with ESDB_TEST_RESET, a command that
                leaves it empty) and MONGODB_TEST_URI name, else the tests' stand-ins; the targets do not count then
  --help

SIJILL_FINES names the file of the fines (examples/road-fines/README.md): import, rebuild, journal and hledger need it.
Ends with 1 where a row broke or a target was missed; under --quick a missed target is no error.
`;

/** @throws WrongUsage */
export function parseOptions(args: readonly string[], rows: readonly string[]): Options {
  const { quick, only, json, until, profile, servers, help } = parsed(args);
  const unknown = only.find((name) => !rows.includes(name));
  if (unknown !== undefined) throw new WrongUsage(`there is no row ${unknown}: there are ${rows.join(', ')}`);
  return { quick, only, json, until, profile, servers, help };
}

function parsed(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string', multiple: true, default: [] },
        json: { type: 'string' },
        until: { type: 'string' },
        profile: { type: 'string' },
        servers: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    return { ...values, json: values.json, until: values.until, profile: values.profile };
  } catch (error) {
    throw new WrongUsage((error as Error).message);
  }
}
