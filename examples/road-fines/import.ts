import 'reflect-metadata';
import { openSync, writeSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { pino } from 'pino';
import { readConfiguration } from '../../src/config/configuration.js';
import { createLogger } from '../../src/http/logger.js';
import { HttpTarget } from './http-target.js';
import { InProcessTarget } from './in-process-target.js';
import { HELP, parseOptions, WrongUsage, type Options } from './options.js';
import { MOST_CACHE_BYTES, runImport } from './run.js';
import type { Answer, Step } from './target.js';

const say = (line: string): boolean => process.stderr.write(`${line}\n`);

/** Standard output is the report's alone. */
function openHere(): Promise<InProcessTarget> {
  const { cacheBytes, ...configuration } = readConfiguration();
  const own = { ...configuration, cacheBytes: Math.min(cacheBytes, MOST_CACHE_BYTES) };
  return InProcessTarget.open(own, createLogger(own.logLevel, pino.destination(2)));
}

/** Each answer is with the operating system before anything follows from it: a kill cannot take it back. */
function recorder(path: string): (step: Step, answer: Answer) => void {
  const file = openSync(path, 'a');
  return ({ key }, answer) => {
    const { event } = answer;
    const line = answer.kind === 'accepted' ? { key, event, revision: answer.revision } : { key, event };
    writeSync(file, `${JSON.stringify(line)}\n`);
  };
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
    const report = await runImport(options.file, target, {
      signal: stop.signal,
      say,
      ...(options.until !== undefined && { until: options.until }),
      ...(options.acknowledged !== undefined && { onAnswer: recorder(options.acknowledged) }),
    });
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
