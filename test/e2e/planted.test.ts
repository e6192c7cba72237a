import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { planted, Planting, REFERENCE, VALUES } from './planting.js';
import { Server } from './server.js';

const { name, address } = VALUES;

/** A ZIP file of one entry, as far as its reader looks. */
function zipped(bytes: Buffer): Buffer {
  const header = Buffer.alloc(30);
  header.write('PK\u0003\u0004', 'latin1');
  header.writeUInt16LE(1, 26);
  return Buffer.concat([header, Buffer.from('a'), deflateRawSync(bytes)]);
}

describe('looking for what is planted', () => {
  const hidden = Buffer.from(`{"a":"ab${name}c"}`);
  test.each([
    ['as it is', hidden],
    ['in UTF-16', Buffer.from(hidden.toString(), 'utf16le')],
    ['in hex', Buffer.from(hidden.toString('hex'))],
    ['in Base64', Buffer.from(hidden.toString('base64'))],
    ['one place on', Buffer.from(Buffer.concat([Buffer.from('x'), hidden]).toString('base64url'))],
    ['two places on', Buffer.from(Buffer.concat([Buffer.from('xx'), hidden]).toString('base64'))],
    ['compressed', gzipSync(hidden)],
    ['in a sheet', zipped(hidden)],
    [
      'in a page',
      Buffer.concat([Buffer.from('%PDF-1.7\n<<>> stream\n'), deflateSync(hidden), Buffer.from('\nendstream')]),
    ],
    ['without its spaces', Buffer.from(name.replaceAll(' ', ''))],
    ['decomposed', Buffer.from(address.normalize('NFD'))],
    ['in other digits', Buffer.from('١٠٨٧٣٦٢٤٥٣')],
    ['in groups', Buffer.from('SA35 0500 0068 2038 4756 1029')],
    ['without its sign', Buffer.from('tel:00966598362714')],
    [
      'escaped',
      Buffer.from(
        String.raw`{"a":"\u0632\u0631\u0642\u0627\u0621 \u0628\u0646\u062a \u064a\u0645\u0627\u0645\u0629 \u0627\u0644\u0645\u063a\u0631\u0648\u0633\u0629"}`,
      ),
    ],
    ['in a URL', Buffer.from(`?q=${encodeURIComponent(name)}`)],
  ])('finds it %s', (_how, bytes) => {
    expect(planted.in('here', bytes)).not.toEqual([]);
  });
  test('finds nothing where there is nothing', () => {
    expect(planted.in('here', Buffer.from('زرقاء 108736245 SA03'))).toEqual([]);
  });
});

test('no personal value is anywhere but in the vault, encrypted, and in answers to who may read it', async () => {
  const server = new Server({ LOG_LEVEL: 'trace', SIJILL_DRAIN_SECONDS: '1' });
  const planting = new Planting(server);
  try {
    await server.start();
    await planting.run();
    // Files while it runs, exports, and files when it has stopped.
    planting.lookIn(server.data, REFERENCE);
    planting.writeFiles();
    await server.stop('SIGTERM');
    planting.lookIn(server.data, REFERENCE);
    planting.look('vault.db', readFileSync(join(server.data, 'vault.db')), planting.party);
    planting.lookAtLogs();
    planting.settle();
  } finally {
    planting.dispose();
    await server.dispose();
  }
});
