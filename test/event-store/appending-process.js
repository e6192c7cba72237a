/**
 * A process that appends until it is killed, or until an append fails: `node appending-process.js PATH WRITERS BYTES`.
 * It says what it tries (`?`) before, and what was acknowledged (`!`) after, each at once: stream, revision, id.
 */
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { Writer } from '../../src/event-store/sqlite/writer.js';

const [, , path = '', writers = '16', bytes = '200'] = process.argv;
const TYPE = 'debts.ProceedingRecorded';
const say = (/** @type {(string | number)[]} */ ...words) => writeSync(1, `${words.join(' ')}\n`);
const writer = await Writer.start(path);

/** @param {number} number */
async function write(number) {
  for (;;) {
    // Some streams stay short, others are long: a writer keeps one for a while.
    const stream = `${number % 8 === 7 ? '_own' : 'debt'}-${randomUUID()}`;
    for (let revision = 0; revision < 1 + number * 4; revision++) {
      const id = randomUUID();
      say('?', stream, revision, id);
      // Canonical as it stands: whoever was told of the attempt can make the same bytes.
      const text = JSON.stringify({ id, pad: 'x'.repeat(Number(bytes)), revision, stream, type: TYPE });
      const outcome = await writer.append(stream, revision - 1, [id, TYPE, text]);
      if (outcome.kind !== 'appended') {
        say('-', outcome.kind, 'message' in outcome ? outcome.message : outcome.revision);
        return;
      }
      say('!', stream, revision, id);
    }
  }
}

await Promise.all(Array.from({ length: Number(writers) }, (_, number) => write(number)));
const late = await writer.append('debt-late', -1, ['late', TYPE, 'x'.repeat(100_000)]);
say('-', late.kind, 'message' in late ? late.message : '');
process.exit(0);
