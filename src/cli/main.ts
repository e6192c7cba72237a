#!/usr/bin/env node
/** `sijill`: what is done to a ledger from a command line. The server is `src/main.ts`. */
import { PoisonEvent } from '../feed/feed-page.js';
import { Unprintable } from '../journal/format.js';
import { startFault } from '../start-fault.js';
import { NotAsCopied } from '../vault/moving/move-vault.js';
import { say, WrongUsage, type Command } from './command.js';
import { exportCommand } from './export.js';
import { importCommand } from './import.js';
import { journalCommand } from './journal.js';
import { EmptyLog } from './log/export-log.js';
import { DamagedLog } from './log/format.js';
import { NotAsWritten, OtherEvents } from './log/import-log.js';
import { LedgerInUse } from './offline-rebuild.js';
import { rebuildCommand } from './rebuild.js';
import { vaultMoveCommand } from './vault-move.js';
import { NotComparable } from './verify/verify.js';

const COMMANDS: Readonly<Record<string, Command>> = {
  export: exportCommand,
  import: importCommand,
  journal: journalCommand,
  rebuild: rebuildCommand,
  'vault-move': vaultMoveCommand,
};

const HELP = `Sijill, a ledger of public fees, subscriptions and debts that anyone can check.

Usage: sijill COMMAND [--help]        (node dist/src/cli/main.js COMMAND, after npm run build)

${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`)
  .join('\n')}

The settings are the server's environment variables, which node dist/src/main.js --help lists; npm start starts it.
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped.
`;

const isHelp = (argument: string | undefined): boolean => argument === '--help' || argument === '-h';

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (isHelp(name)) {
    process.stdout.write(HELP);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name ?? '') ? COMMANDS[name as string] : undefined;
  if (command === undefined) {
    say(`sijill: ${name === undefined ? 'a command is missing' : `there is no command ${name}`}\n\n${HELP}`);
    return 2;
  }
  if (args.some(isHelp)) {
    process.stdout.write(command.help);
    return 0;
  }
  process.umask(0o077); // as the server does: what is written here is its owner's alone
  try {
    return await command.run(args);
  } catch (error) {
    say(`${name}: ${faultOf(error)}`);
    if (error instanceof WrongUsage) process.stderr.write(`\n${command.help}`);
    return error instanceof WrongUsage ? 2 : 1;
  }
}

/** Their messages say what to do. */
const SELF_EXPLAINING = [
  WrongUsage,
  LedgerInUse,
  EmptyLog,
  DamagedLog,
  OtherEvents,
  NotAsWritten,
  NotComparable,
  NotAsCopied,
  Unprintable,
];

function faultOf(error: unknown): string {
  if (error instanceof PoisonEvent) return `${error.message}. The live versions are as they were`;
  if (SELF_EXPLAINING.some((each) => error instanceof each)) return (error as Error).message;
  return isOfSystem(error) ? error.message : startFault(error);
}

/** `EEXIST: file already exists, open 'ledger.jsonl'` says what is wrong, and where; so does `write EPIPE`. */
const isOfSystem = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'syscall' in error;

process.exitCode = await main(process.argv.slice(2));
