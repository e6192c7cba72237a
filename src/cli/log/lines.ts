import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DamagedLog, MAX_LINE_BYTES } from '../../event-store/log-format.js';

const NEWLINE = 0x0a;

/**
 * The lines of a file, gzipped or not, however large it is. Not Node's `readline`: it also ends lines at characters that
 * a JSON text may hold (U+2028).
 * @param onBytes told how many bytes of the file were read since the last time
 * @param mostBytes of a line: a longer one is damage
 * @throws DamagedLog where the file ends within a line, or cannot be unpacked; what the file system throws
 */
export async function* linesOf(
  path: string,
  onBytes: (count: number) => void,
  mostBytes = MAX_LINE_BYTES,
): AsyncGenerator<string, void> {
  const gzipped = await isGzip(path);
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  file.on('data', (chunk) => onBytes(chunk.length));
  // The pipeline hands errors on, and closes the file when the reader leaves.
  const source = gzipped ? pipeline(file, createGunzip(), () => undefined) : file;
  let begun: Buffer = Buffer.alloc(0);
  let count = 0;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      const bytes = begun.length === 0 ? chunk : Buffer.concat([begun, chunk]);
      let at = 0;
      for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, at)) {
        count++;
        yield bytes.toString('utf8', at, end);
        at = end + 1;
      }
      begun = bytes.subarray(at);
      if (begun.length > mostBytes) throw new DamagedLog(`line ${count + 1} is longer than any line of an export`);
    }
  } catch (error) {
    throw isUnpacking(error) ? unpackingFault(error, count) : error;
  }
  if (begun.length > 0) throw new DamagedLog(`the file is cut off: it ends in the middle of line ${count + 1}`);
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.readUInt16BE() === 0x1f8b;
  } finally {
    await file.close();
  }
}

const isUnpacking = (error: unknown): error is NodeJS.ErrnoException =>
  String((error as NodeJS.ErrnoException).code).startsWith('Z_');

const unpackingFault = (error: NodeJS.ErrnoException, lines: number): DamagedLog =>
  new DamagedLog(
    error.code === 'Z_BUF_ERROR'
      ? `the file is cut off: its compressed part ends after line ${lines}`
      : `the file is damaged: it cannot be unpacked after line ${lines} (${error.message})`,
    { cause: error },
  );
