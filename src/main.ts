import 'reflect-metadata';
import {
  configurationHelp,
  ConfigurationError,
  readConfiguration,
  type Configuration,
} from './config/configuration.js';
import { serve } from './serve.js';
import { startFault } from './start-fault.js';

const HELP = `Sijill, a ledger of public fees, subscriptions and debts that anyone can check.

  npm start                 builds, then starts the server
  node dist/src/main.js     starts the server as it was built

The settings are environment variables:

${configurationHelp()}
`;

let configuration: Configuration | undefined;
try {
  const [argument] = process.argv.slice(2);
  if (argument === '--help' || argument === '-h') {
    process.stdout.write(HELP);
  } else if (argument !== undefined) {
    throw new ConfigurationError([`there is no argument ${argument}: set variables (PORT=3001), --help lists them`]);
  } else {
    configuration = readConfiguration();
    await serve(configuration);
  }
} catch (error) {
  process.stderr.write(`sijill: ${startFault(error, configuration)}\n`);
  process.exit(1);
}
