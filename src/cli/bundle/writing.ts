import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { join } from 'node:path';
import { sha256 } from '../../event-store/canonical.js';
import type { FileFacts } from './format.js';

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
