/**
 * A process that appends until it is killed, or until an append fails: `node appending-process.js PATH WRITERS BYTES`.
 * It says what it tries (`?`) before, and what was acknowledged (`!`) after, each at once: stream, revision and the id
 * of each event.
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
    const length = 1 + number * 4;
    for (let revision = 0, count = 1; revision < length; revision += count) {
      count = 1 + (revision % 3);
      const ids = Array.from({ length: count }, () => randomUUID());
      say('?', stream, revision, ...ids);
      const outcome = await writer.append(
        stream,
        revision - 1,
        ids.flatMap((id, i) => [id, TYPE, textOf(stream, revision + i, id)]),
      );
      if (outcome.kind !== 'appended') {
        say('-', outcome.kind, 'message' in outcome ? outcome.message : outcome.revision);
        return;
      }
      say('!', stream, revision, ...ids);
    }
  }
}

/**
 * Canonical as it stands: whoever was told of the attempt can make the same bytes.
 * @param {string} stream
 * @param {number} revision
 * @param {string} id
 */
const textOf = (stream, revision, id) =>
  JSON.stringify({ id, pad: 'x'.repeat(Number(bytes)), revision, stream, type: TYPE });

await Promise.all(Array.from({ length: Number(writers) }, (_, number) => write(number)));
const late = await writer.append('debt-late', -1, ['late', TYPE, 'x'.repeat(1_000_000)]);
say('-', late.kind, 'message' in late ? late.message : '');
process.exit(0);
