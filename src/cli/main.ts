#!/usr/bin/env node
/** `sijill`: what is done to a ledger from a command line. Each command is loaded when it is asked for. */
import { say, STOPPED, WrongUsage, type Command } from './command.js';

interface Entry {
  /** One line. */
  readonly summary: string;
  load(): Promise<Command>;
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  serve: { summary: 'starts the server', load: async () => (await import('./serve.js')).serveCommand },
  report: {
    summary: 'prints a report of a running server',
    load: async () => (await import('./report.js')).reportCommand,
  },
  explain: {
    summary: 'explains a figure of a running server by the instruments that made it',
    load: async () => (await import('./explain.js')).explainCommand,
  },
  trace: {
    summary: 'shows what caused an event, and what it caused',
    load: async () => (await import('./trace.js')).traceCommand,
  },
  jobs: {
    summary: 'lists what time does by itself, and what failed',
    load: async () => (await import('./jobs.js')).jobsCommand,
  },
  rebuild: {
    summary: "folds the ledger's events anew into its read models, or verifies these",
    load: async () => (await import('./rebuild.js')).rebuildCommand,
  },
  replay: {
    summary: 'builds a second instance from a bundle, and proves it equal',
    load: async () => (await import('./replay.js')).replayCommand,
  },
  export: {
    summary: 'writes a ledger as a bundle, or its log as a file',
    load: async () => (await import('./export.js')).exportCommand,
  },
  import: {
    summary: 'writes an exported log into an empty store',
    load: async () => (await import('./import.js')).importCommand,
  },
  journal: {
    summary: 'writes the journal for hledger, Ledger, Beancount, spreadsheets and programs',
    load: async () => (await import('./journal.js')).journalCommand,
  },
  verify: {
    summary: 'verifies proofs of record, checkpoints and ledgers, offline',
    load: async () => (await import('./verify.js')).verifyCommand,
  },
  transparency: {
    summary: 'writes the transparency log as files, for any static host',
    load: async () => (await import('./transparency.js')).transparencyCommand,
  },
  'vault-move': {
    summary: 'moves the vault from SQLite to MongoDB, or back',
    load: async () => (await import('./vault-move.js')).vaultMoveCommand,
  },
  'vault-rotate-key': {
    summary: 'wraps the keys of the vault with a new master key',
    load: async () => (await import('./vault-rotate-key.js')).vaultRotateKeyCommand,
  },
  token: {
    summary: 'makes a token of a development ledger',
    load: async () => (await import('./token.js')).tokenCommand,
  },
  doctor: {
    summary: 'looks over a ledger, and says what to do',
    load: async () => (await import('./doctor.js')).doctorCommand,
  },
};

const HELP = `Sijill, a ledger of public fees, subscriptions and debts that anyone can check.

Usage: sijill COMMAND [--help]        (node dist/src/cli/main.js COMMAND, after npm run build)

${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(16)} ${summary}`)
  .join('\n')}

Each says with --help how it is used. The settings are the server's environment variables, which sijill serve --help lists.
Where a figure can be read by a program, --json prints it so; progress is shown on a terminal only.
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done, and what was looked at is not as it should be (4: doctor found an error), 130 stopped.
`;

/** The second paragraph of what `--help` says. */
const usageOf = ({ help }: Command): string => help.split('\n\n')[1] ?? '';

const isHelp = (argument: string | undefined): boolean => argument === '--help' || argument === '-h';

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (isHelp(name) || name === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  const entry = Object.hasOwn(COMMANDS, name ?? '') ? COMMANDS[name as string] : undefined;
  if (entry === undefined) {
    if (name === undefined) say(`sijill: a command is missing\n\n${HELP}`);
    else say(`sijill: there is no command ${name}; sijill --help lists them`);
    return 2;
  }
  const command = await entry.load();
  if (args.some(isHelp)) {
    process.stdout.write(command.help);
    return 0;
  }
  process.umask(0o077); // as the server does: what is written here is its owner's alone
  try {
    return await command.run(args);
  } catch (error) {
    if ((error as Error).name === 'AbortError') return STOPPED;
    const { faultOf } = await import('./faults.js');
    say(`${name}: ${faultOf(error)}`);
    if (error instanceof WrongUsage) say(`\n${usageOf(command)}\n\nsijill ${name} --help says more.`);
    return error instanceof WrongUsage ? 2 : 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
