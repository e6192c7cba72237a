import 'reflect-metadata';
import { writeFile } from 'node:fs/promises';
import { pino } from 'pino';
import { readConfiguration } from '../../src/config/configuration.js';
import { createLogger } from '../../src/http/logger.js';
import { HttpTarget } from './http-target.js';
import { InProcessTarget } from './in-process-target.js';
import { HELP, parseOptions, WrongUsage, type Options } from './options.js';
import { runImport } from './run.js';

const say = (line: string): boolean => process.stderr.write(`${line}\n`);

/** Standard output is the report's alone. */
function openHere(): Promise<InProcessTarget> {
  const configuration = readConfiguration();
  return InProcessTarget.open(configuration, createLogger(configuration.logLevel, pino.destination(2)));
}

/** @returns the exit code */
async function main(options: Options): Promise<number> {
  const stop = new AbortController();
  process.once('SIGINT', () => {
    say('stopping: what is under way is finished first (Ctrl-C again: at once)');
    stop.abort(); // the second Ctrl-C finds no listener and ends the process
  });
  const target = options.to === undefined ? await openHere() : new HttpTarget(options.to);
  try {
    const until = options.until === undefined ? {} : { until: options.until };
    const report = await runImport(options.file, target, { ...until, signal: stop.signal, say });
    if (report === undefined) {
      say('stopped; the same command goes on from here');
      return 130;
    }
    const text = JSON.stringify(report, undefined, 2) + '\n';
    if (options.report !== undefined) await writeFile(options.report, text);
    process.stdout.write(text);
    return 0;
  } finally {
    await target.close();
  }
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === undefined) process.stdout.write(HELP);
  else process.exitCode = await main(options);
} catch (error) {
  say(`import:fines: ${(error as Error).message}`);
  if (error instanceof WrongUsage) process.stderr.write(`\n${HELP}`);
  process.exitCode = error instanceof WrongUsage ? 2 : 1;
}
