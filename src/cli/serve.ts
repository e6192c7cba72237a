import { configurationHelp, readConfiguration } from '../config/configuration.js';
import { startFault } from '../start-fault.js';
import { say, type Command } from './command.js';
import { nothingElse, optionsOf } from './options.js';

const HELP = `Starts the server; SIGTERM or Ctrl-C stops it when what runs is finished.

Usage: sijill serve

Examples: sijill serve
          PORT=3001 SIJILL_DATA=/var/lib/sijill sijill serve

Exit codes: 0 stopped, 1 could not start or ended by itself, 2 wrong usage. The settings are environment variables:

${configurationHelp()}
`;

async function run(args: readonly string[]): Promise<number> {
  nothingElse(optionsOf(args, {}).positionals);
  const configuration = readConfiguration();
  const { serve } = await import('../serve.js'); // the other commands need not wait for all that it loads
  try {
    await serve(configuration);
    return 0;
  } catch (error) {
    say(`sijill: ${startFault(error, configuration)}`);
    process.exit(1); // threads may have begun
  }
}

export const serveCommand: Command = { help: HELP, run };
