import type { LedgerId } from '../../kernel/ids.js';
import { HASH_BYTES, treeSize, type Hash } from '../hashes.js';
import type { BalancesFile } from './balances-file.js';
import { bucketOf, bucketRoot, setBuckets, treeRoot } from './balances-tree.js';
import { balanceLeaf, lineOf, type LineSalts } from './line.js';
import { headOf } from './note.js';

/** Accounts at a time: a millisecond or two, for which the thread's other work waits. */
const SLICE = 32;

/**
 * Takes what was added to accounts since the last root into the tree, so that it costs what has moved, and not what
 * there is.
 * @param rest between slices; it answers false where all this is given up
 * @returns the next root; undefined: it was given up
 */
export async function takeMoved(
  file: BalancesFile,
  { ledger, salts }: { readonly ledger: LedgerId; readonly salts: LineSalts },
  rest: (began: number) => Promise<boolean>,
): Promise<{ readonly lines: number; readonly root: Hash } | undefined> {
  const tileAt = (level: number, at: number): Buffer | undefined => file.tile(level, at);
  const published = file.published();
  let lines: number = published === undefined ? 0 : headOf(published.note).lines;
  for (;;) {
    const began = performance.now();
    const moved = file.moved(SLICE);
    if (moved.length === 0) return { lines: treeSize(lines), root: treeRoot(tileAt) };
    for (const account of moved) {
      const { place, key, event } = account;
      const before = file.minorAt(place);
      const minor = (before ?? 0n) + account.minor;
      lines += Number(minor !== 0n) - Number(before !== undefined);
      if (minor === 0n) file.drop(place);
      else file.put({ ...account, minor }, balanceLeaf(ledger, salts.of(key, event), lineOf(key, minor)));
    }
    const buckets = new Set(moved.map(({ place }) => bucketOf(place)));
    const roots = new Map([...buckets].map((at) => [at, bucketRoot(rowOf(file, at))]));
    setBuckets(roots, tileAt, (level, at, bytes) => file.putTile(level, at, bytes));
    file.taken(moved.at(-1)!.place);
    if (!(await rest(began))) return undefined;
  }
}

const rowOf = (file: BalancesFile, bucket: number): Buffer => {
  const leaves = file.bucket(bucket).map(({ leaf }) => leaf);
  return Buffer.concat(leaves, leaves.length * HASH_BYTES);
};
