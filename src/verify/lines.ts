/* The lines of a file, however large it is. */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { prove } from './fault.js';

const [PIECE, MOST_LINE, NEWLINE] = [256 * 1024, 4 * 1024 * 1024, 10];

/**
 * Each without its end, and as it stands in memory until the next one is asked for. Not Node's readline: it also ends lines
 * at characters that JSON may hold.
 * @throws NotProved
 */
export function* linesOf(path: string): Generator<Buffer, undefined> {
  prove(existsSync(path), `there is no ${path}`);
  const file = openSync(path, 'r');
  try {
    let bytes = Buffer.allocUnsafe(PIECE);
    let begun = 0; // of a line whose end is not read yet
    for (;;) {
      const end = begun + readSync(file, bytes, begun, bytes.length - begun, null);
      if (end === begun) break;
      const read = bytes.subarray(0, end);
      let start = 0;
      for (let at = read.indexOf(NEWLINE, begun); at >= 0; at = read.indexOf(NEWLINE, start)) {
        yield read.subarray(start, at);
        start = at + 1;
      }
      begun = end - start;
      prove(begun <= MOST_LINE, `${path} has a line that is longer than any event`);
      if (begun === bytes.length) bytes = Buffer.allocUnsafe(2 * begun);
      read.copy(bytes, 0, start);
    }
    prove(begun === 0, `${path} is cut off in the middle of a line`);
  } finally {
    closeSync(file);
  }
}
