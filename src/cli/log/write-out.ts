import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/**
 * @param out a file that does not exist yet, gzipped where its name ends in `.gz`; or `-`, the standard output. A file
 * gets its name when it is whole and on the disk.
 * @throws AbortError where the signal ends it; what the file system throws; what the text throws
 */
export async function writeOut(
  text: AsyncIterable<string> | Iterable<string>,
  out: string,
  signal: AbortSignal,
): Promise<void> {
  if (out === '-') await pipeline(text, process.stdout, { end: false, signal });
  else await writeWhole(text, out, signal);
}

async function writeWhole(
  text: AsyncIterable<string> | Iterable<string>,
  out: string,
  signal: AbortSignal,
): Promise<void> {
  await (await open(out, 'wx')).close(); // what is there already stays, and nobody else begins it
  const part = `${out}.part`;
  try {
    const file = createWriteStream(part, { flush: true });
    await (out.endsWith('.gz') ? pipeline(text, createGzip(), file, { signal }) : pipeline(text, file, { signal }));
    await rename(part, out);
  } catch (error) {
    for (const path of [part, out]) await rm(path, { force: true });
    throw error;
  }
}
