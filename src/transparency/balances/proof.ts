import type { LedgerId } from '../../kernel/ids.js';
import { HASH_BYTES, leafIndex, type Hash, type TreeSize } from '../hashes.js';
import { inclusionFrom, type ReadTile } from '../tile-tree.js';
import { TILE_WIDTH, widthIn } from '../tiles.js';
import type { Account, BalancesReader, Published } from './balances-file.js';
import { balanceLeaf, lineOf, saltKeyOf, saltUnder } from './line.js';
import { headOf } from './note.js';

/**
 * That a party held this: one text, which src/verify/balances.ts verifies and nobody else is needed for. It says nothing
 * of other accounts: what stands beside the path are hashes that are salted.
 * @param accounts of the party, as of the root
 * @param leafKey `Vault.leafKey`
 * @throws LogUnavailable where a later root takes its place meanwhile
 */
export async function writeBalances(
  reader: BalancesReader,
  { events, note }: Published,
  of: { readonly ledger: LedgerId; readonly party: string; readonly accounts: readonly Account[] },
  leafKey: Buffer,
): Promise<string> {
  const saltKey = saltKeyOf(leafKey, events);
  const { lines } = headOf(note);
  const read = reader.tilesOf(events);
  const sections: string[] = [];
  for (const { key, minor } of of.accounts) {
    const [line, salt] = [lineOf(key, minor), saltUnder(saltKey, key)];
    const index = leafIndex(await placeOf(read, balanceLeaf(of.ledger, salt, line), lines), lines);
    const path = await inclusionFrom(read, index, lines);
    const hashes = path.map((hash) => hash.toString('base64'));
    sections.push([`line ${line}`, `salt ${salt}`, `index ${index}`, ...hashes].join('\n'));
  }
  const head = `sijill-proof-of-balances@v1\nledger ${of.ledger}\nparty ${of.party}`;
  return [head, ...sections, note].join('\n\n');
}

/** Where a leaf stands among leaves that are in the order of their hashes. @throws Error where it is not there */
async function placeOf(read: ReadTile, leaf: Hash, size: TreeSize): Promise<number> {
  let [from, to] = [0, size as number];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const index = Math.floor(middle / TILE_WIDTH);
    const tile = await read({ level: 0, index, width: widthIn({ level: 0, index }, size) });
    const at = (middle % TILE_WIDTH) * HASH_BYTES;
    const order = leaf.compare(tile.subarray(at, at + HASH_BYTES));
    if (order === 0) return middle;
    if (order < 0) to = middle;
    else from = middle + 1;
  }
  throw new Error('the leaf of a balance is not in its tree');
}
