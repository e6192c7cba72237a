import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { stopAt } from '../log/check-file.js';
import { progressOf, type Output } from '../progress.js';
import { DamagedBundle, MANIFEST, type FileFacts, type Manifest } from './format.js';

const KIB = 1_024;

/** Of a file as it is now. */
export async function factsOf(
  bundle: string,
  name: string,
  onBytes: (count: number) => void = () => undefined,
): Promise<FileFacts> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(join(bundle, name), { highWaterMark: 256 * KIB })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    onBytes((chunk as Buffer).length);
  }
  return { name, bytes, sha256: hash.digest('hex') };
}

/**
 * Holds every file of a bundle against its manifest.
 * @throws DamagedBundle naming the first that is missing, cut off, changed, or none of the bundle's; Stopped
 */
export async function checkFiles(
  bundle: string,
  { files, models }: Manifest,
  signal: AbortSignal,
  output?: Output,
): Promise<void> {
  const named = new Set(files.map(({ name }) => name));
  const found = await readdir(bundle, { recursive: true, withFileTypes: true });
  for (const entry of found) {
    const name = join(entry.parentPath, entry.name).slice(bundle.replace(/\/+$/, '').length + 1);
    const isOurs = entry.isDirectory()
      ? name === 'documents'
      : entry.isFile() && (named.has(name) || name === MANIFEST);
    if (!isOurs) throw new DamagedBundle(`${name} is no part of the bundle: take it away`);
  }
  for (const { projection } of models) {
    const name = `documents/${projection}.jsonl`;
    if (!named.has(name)) throw new DamagedBundle(`${MANIFEST} names no ${name}`);
  }
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const progress = progressOf(Math.ceil(total / KIB), 'KiB checked', output);
  let seen = 0;
  try {
    for (const { name, bytes, sha256 } of files) {
      stopAt(signal);
      const now = await stat(join(bundle, name)).catch(() => undefined);
      if (now === undefined) throw new DamagedBundle(`${name} is missing from the bundle`);
      if (now.size < bytes) throw new DamagedBundle(`${name} is cut off: it has ${now.size} bytes of ${bytes}`);
      if (now.size > bytes) throw new DamagedBundle(`${name} has ${now.size} bytes, and was exported with ${bytes}`);
      const facts = await factsOf(bundle, name, (count) => progress.update(Math.round((seen += count) / KIB)));
      if (facts.sha256 !== sha256) {
        throw new DamagedBundle(`${name} was changed: its digest is ${facts.sha256}, and was ${sha256}`);
      }
    }
  } finally {
    progress.stop();
  }
}
