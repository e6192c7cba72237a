/**
 * Builds the server of the MongoDB tests into a cache outside the repository: `node test/servers/mongodb/build.js`.
 * Needs Go 1.24 or later and, the first time, a module proxy; an unchanged server is not built again.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('.', import.meta.url));
const CACHE = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'sijill');

const hash = createHash('sha256');
for (const name of ['main.go', 'go.mod', 'go.sum']) hash.update(readFileSync(join(SOURCE, name)));

/** The server as this very source makes it; whether it is there is another question. */
export const MONGODB_SERVER = join(CACHE, `mongodb-${hash.digest('hex').slice(0, 16)}`);

/** It, or a real server or replica set, with the right to create and drop databases that begin with `sijill_test_`. */
export const isMongoDbAtHand = process.env['MONGODB_TEST_URI'] !== undefined || existsSync(MONGODB_SERVER);
export const HOW_TO_RUN = 'node test/servers/mongodb/build.js (needs Go), or set MONGODB_TEST_URI';

/** @returns the exit code */
function build() {
  if (existsSync(MONGODB_SERVER)) return 0;
  mkdirSync(CACHE, { recursive: true });
  const unfinished = `${MONGODB_SERVER}.${process.pid}`;
  const args = ['build', '-buildvcs=false', '-trimpath', '-o', unfinished, '.'];
  const { status, error } = spawnSync('go', args, { cwd: SOURCE, stdio: 'inherit' });
  if (error !== undefined) console.error(`Go 1.24 or later is needed: ${error.message}`);
  if (status !== 0) return 1;
  renameSync(unfinished, MONGODB_SERVER); // whole, whoever builds at the same time
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = build();
  if (process.exitCode === 0) console.log(MONGODB_SERVER);
}
