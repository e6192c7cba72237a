/** The limit of an audit: every line of a file read and parsed, and nothing done with it. */
import { linesOf } from '../../src/cli/log/lines.js';
import { input } from './run.js';

let lines = 0;
for await (const line of linesOf(input<{ file: string }>().file, () => undefined))
  if (JSON.parse(line) !== null) lines++;
if (lines < 3) throw new Error('there is nothing in it');
