import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { pipeline } from 'node:stream/promises';
import { readConfiguration } from '../config/configuration.js';
import { AUDIT_FILES } from '../transparency/auditing/audit-files.js';
import { verifyCommand as verifier } from '../verify/program.js';
import { clientOf, type Client } from './client/client.js';
import { say, STOPPED, stopSignal, type Command } from './command.js';
import { progressOf } from './progress.js';

const HELP = `${verifier.help}
In place of DIR the URL of a running server: what DIR holds is taken from there first (the token of an auditor in SIJILL_TOKEN; a
development ledger on this machine gives one by itself), and removed afterwards. With --policy it is the newest checkpoint
that enough witnesses have cosigned. Stopped it ends with 130.

  sijill verify audit https://ledger.example --vkey log.vkey
`;

const URL_OF_A_SERVER = /^https?:\/\//;
const TRUST = /^--(vkey|policy)(=|$)/;

/** The verifier asks nobody: what a server has is fetched for it. */
async function run(args: readonly string[]): Promise<number> {
  const at = args.findIndex((arg) => URL_OF_A_SERVER.test(arg));
  // Without a key nothing could be verified: it says so before anything is fetched.
  if (at < 0 || !args.includes('audit') || !args.some((arg) => TRUST.test(arg))) return verifier.run(args);
  const signal = stopSignal();
  const folder = await mkdtemp(join(tmpdir(), 'sijill-audit-'));
  try {
    const place = { ...readConfiguration(), url: new URL(args[at]!) };
    const client = await clientOf(place, 'auditor', 'en', signal);
    await fetchInto(folder, client, args.some((arg) => arg.startsWith('--policy')) ? 'witnessed' : 'checkpoint');
    return await verifier.run(args.with(at, folder));
  } catch (error) {
    if (!signal.aborted) throw error;
    say('stopped: nothing was kept');
    return STOPPED;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fetchInto(folder: string, client: Client, checkpoint: 'checkpoint' | 'witnessed'): Promise<void> {
  const note = await (await client.get(`/transparency/${checkpoint}`)).text();
  await writeFile(join(folder, 'checkpoint'), note);
  const [, size = ''] = note.split('\n');
  const progress = progressOf(Number(size), 'events fetched');
  try {
    for (const name of Object.keys(AUDIT_FILES)) {
      const { body } = await client.get(`/v1/audit-files/${name}?size=${encodeURIComponent(size)}`);
      let lines = 0;
      const counted = async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          if (name === 'events.jsonl') progress.update((lines += newlinesOf(chunk)));
          yield chunk;
        }
      };
      await pipeline(Readable.fromWeb(body as ReadableStream), counted, createWriteStream(join(folder, name)));
    }
  } finally {
    progress.stop();
  }
}

function newlinesOf(chunk: Uint8Array): number {
  let count = 0;
  for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count++;
  return count;
}

export const verifyCommand: Command = { help: HELP, run };
