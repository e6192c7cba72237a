/** Proofs of entries of a stored log: made from its tiles, as they are served; and the hashing of one's path up to the root. */
import { join } from 'node:path';
import { entriesIn } from '../../src/transparency/growth.js';
import { leafIndex } from '../../src/transparency/hashes.js';
import { leafHash } from '../../src/transparency/leaf.js';
import { isIncluded } from '../../src/transparency/proofs.js';
import { provedIn } from '../../src/transparency/published-log.js';
import { openSqliteLogReader } from '../../src/transparency/sqlite/sqlite-log-storage.js';
import { parseTlogProof } from '../../src/transparency/tlog-proof.js';
import { input, report } from './run.js';

export interface ProofsRun {
  /** The folder of a `transparency.db`. */
  readonly folder: string;
  readonly what: 'making' | 'hashing';
}

export interface ProofsFound {
  /** For one proof. */
  readonly microseconds: number;
}

const PROOFS = 2_000;

const { folder, what } = input<ProofsRun>();
const reader = openSqliteLogReader(join(folder, 'transparency.db'));
const signed = (await reader.signed())!;
const { size, root } = signed;
const log = { reader, vkey: '' };
const indexes = Array.from({ length: PROOFS }, (_, at) => leafIndex((at * 7_919) % size, size));

// Every tile that is wanted has been read once, by either way.
const proved = await Promise.all(
  indexes.map(async (index) => {
    const { hashes } = parseTlogProof(await provedIn(log, index, signed));
    const [entry] = await entriesIn(reader, index, index + 1);
    return { inclusion: { leaf: leafHash(String(entry)), index, size, root }, hashes };
  }),
);

const began = performance.now();
for (const { inclusion, hashes } of proved) {
  if (what === 'making') await provedIn(log, inclusion.index, signed);
  else if (!isIncluded(inclusion, hashes)) throw new Error(`the proof of ${inclusion.index} does not verify`);
}
const microseconds = ((performance.now() - began) * 1000) / PROOFS;
await reader.close();
report({ microseconds } satisfies ProofsFound);
