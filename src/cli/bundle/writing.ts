import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { join } from 'node:path';
import { sha256 } from '../../event-store/canonical.js';
import type { FileFacts } from './format.js';

/**
 * A directory that does not exist yet; it gets its name when it is whole and on the disk, and goes where it fails.
 * @param write into the directory that it is given
 * @throws what `write` and the file system throw
 */
export async function wholeDirectory<T>(out: string, write: (part: string) => Promise<T>): Promise<T> {
  await mkdir(out); // what is there already stays, and nobody else begins it
  const part = `${out}.part`;
  try {
    await mkdir(part);
    const written = await write(part);
    await rename(part, out);
    return written;
  } catch (error) {
    for (const path of [part, out]) await rm(path, { recursive: true, force: true });
    throw error;
  }
}

/** UTF-16 units that are handed on at once. */
const PIECE = 64 * 1024;

/** A file of a bundle, of any length; no more is held than is on its way. */
export class FileWriter {
  readonly #file: WriteStream;
  readonly #hash = createHash('sha256');
  #bytes = 0;
  #piece = '';

  constructor(
    bundle: string,
    readonly name: string,
  ) {
    this.#file = createWriteStream(join(bundle, name), { flags: 'wx', flush: true });
  }

  async write(text: string): Promise<void> {
    this.#piece += text;
    if (this.#piece.length >= PIECE) await this.#handOn();
  }

  async end(): Promise<FileFacts> {
    await this.#handOn();
    this.#file.end();
    await finished(this.#file);
    return { name: this.name, bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }

  async #handOn(): Promise<void> {
    const bytes = Buffer.from(this.#piece);
    this.#piece = '';
    this.#bytes += bytes.length;
    this.#hash.update(bytes);
    if (!this.#file.write(bytes)) await once(this.#file, 'drain');
  }
}

export async function writeText(bundle: string, name: string, text: string): Promise<FileFacts> {
  await writeFile(join(bundle, name), text, { flag: 'wx', flush: true });
  return { name, bytes: Buffer.byteLength(text), sha256: sha256(text) };
}
