import { stat } from 'node:fs/promises';
import type { Catalogue } from '../../event-store/catalogue.js';
import type { Envelope } from '../../kernel/envelope.js';
import { progressOf, type Output } from '../progress.js';
import { LogChecks } from './checks.js';
import { LogFile, type Summary } from './file.js';
import { DamagedLog } from '../../event-store/log-format.js';

/** Somebody ended it. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

const KIB = 1_024;

/**
 * Reads a file from its first line to its last without a store: what an import would refuse, it refuses.
 * @throws DamagedLog; Stopped; what the file system throws
 */
export async function checkFile(
  path: string,
  catalogue: Catalogue,
  signal: AbortSignal,
  output?: Output,
): Promise<Summary> {
  const { size } = await stat(path);
  const progress = progressOf(Math.ceil(size / KIB), 'KiB checked', output);
  let bytes = 0;
  const file = new LogFile(path, (count) => progress.update(Math.round((bytes += count) / KIB)));
  let checks: LogChecks | undefined;
  try {
    for await (const { text, line } of file.events()) {
      stopAt(signal);
      checks ??= new LogChecks(file.ledger, catalogue);
      checks.take(parsed(text, line), text);
    }
    return file.summary;
  } finally {
    progress.stop();
  }
}

function parsed(text: string, line: number): Envelope {
  try {
    return JSON.parse(text) as Envelope;
  } catch (error) {
    throw new DamagedLog(`line ${line} holds no JSON`, { cause: error });
  }
}

/** @throws Stopped */
export function stopAt(signal: AbortSignal): void {
  if (signal.aborted) throw new Stopped('stopped');
}
