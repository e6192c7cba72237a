import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sijill } from '../cli/moving.js';
import { Server, until } from '../e2e/server.js';
import { manyEvents } from './many-events.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const go = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  spawnSync('go', args, { cwd: HERE, encoding: 'utf8', env: { ...process.env, ...env } });
const HOW_TO_RUN = 'need Go 1.25.8 or later and, the first time, a module proxy';
const isAtHand = go(['mod', 'download']).status === 0;

/** More than eleven tiles: the last one of each level is partial. */
const MANY = 3_000;

const place = mkdtempSync(join(tmpdir(), 'sijill-interop-'));
const server = new Server({ SIJILL_LOG_ORIGIN: 'log.example.sa/ledger' }, join(place, 'data'));
const published = async (path: string): Promise<string> => (await fetch(`${server.url}/transparency/${path}`)).text();
const checkpointOf = (size: number): Promise<string> =>
  until(
    () => published('checkpoint'),
    (text) => Number(text.split('\n')[1]) >= size,
  );
const write = (name: string, text: string): void => writeFileSync(join(place, 'log', name), text);

(isAtHand ? describe : describe.skip)(`Tools of other logs (they ${HOW_TO_RUN})`, () => {
  let output: string;

  beforeAll(async () => {
    mkdirSync(join(place, 'log', 'proofs'), { recursive: true });
    await server.start();
    write('kept', await checkpointOf(1));
    await server.stop('SIGTERM');
    await manyEvents(server.data, MANY);
    await server.start();
    const size = Number((await checkpointOf(1 + MANY)).split('\n')[1]);

    const settings = { SIJILL_DATA: server.data };
    expect(await sijill(['transparency', 'export', join(place, 'log', 'site')], settings)).toMatchObject({ code: 0 });
    write('grown', await published('consistency?from=1'));
    for (const index of [0, 1, 255, 256, 257, 2_047, 2_048, size - 2, size - 1])
      write(`proofs/${index}`, await published(`proof?seq=${index}`));
    const env = { LOG: join(place, 'log'), URL: `${server.url}/transparency/` };
    // The first time it builds what is imported: some 40 s of a processor.
    const { stdout, stderr } = go(['test', '-count=1', '-v', './others'], env);
    output = stdout + stderr;
  });
  afterAll(async () => {
    await server.dispose();
    rmSync(place, { recursive: true });
  });

  test.each([
    ['Tessera’s fsck checks what is exported', 'TestFsckOfTheExport'],
    ['Tessera’s fsck checks what is served', 'TestFsckOfTheServer'],
    ['Tessera’s fsck finds a flipped byte, whatever file it is in', 'TestFsckFindsAFlippedByte'],
    ['sigstore’s clients verify entries by their proofs', 'TestSigstoreOnInclusion'],
    ['sigstore’s clients find what was changed in a proof', 'TestSigstoreFindsAFlippedByteInAProof'],
    ['sigstore’s clients verify that a log grew, and find what was changed', 'TestSigstoreOnConsistency'],
  ])('%s', (_, name) => {
    if (!output.includes(`--- PASS: ${name} (`)) throw new Error(output);
  });
});
