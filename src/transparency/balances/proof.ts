import type { LedgerId } from '../../kernel/ids.js';
import type { Account, BalancesReader, Published } from './balances-reader.js';
import { bucketOf, pathOf } from './balances-tree.js';
import { lineOf, type LineSalts } from './line.js';

/**
 * That a party held this: one text, which src/verify/balances.ts verifies and nobody else is needed for. It says nothing
 * of other accounts: what stands beside the path are hashes that are salted.
 * @param reader of the root: `BalancesReader.atOnce`
 * @param accounts of the party, as of the root
 * @throws LogUnavailable
 */
export function writeBalances(
  reader: Pick<BalancesReader, 'bucket' | 'tile'>,
  { note }: Published,
  of: { readonly ledger: LedgerId; readonly party: string; readonly accounts: readonly Account[] },
  salts: LineSalts,
): string {
  const sections = of.accounts.map(({ place, key, minor, event }) => {
    const bucket = reader.bucket(bucketOf(place));
    const index = bucket.findIndex((each) => each.place.equals(place));
    const row = Buffer.concat(bucket.map(({ leaf }) => leaf));
    const steps = pathOf(bucketOf(place), row, index, (level, at) => reader.tile(level, at));
    const path = steps.map(({ side, hash }) => `${side} ${hash.toString('base64')}`);
    return [`line ${lineOf(key, minor)}`, `salt ${salts.of(key, event)}`, ...path].join('\n');
  });
  const head = `sijill-proof-of-balances@v1\nledger ${of.ledger}\nparty ${of.party}`;
  return [head, ...sections, note].join('\n\n');
}
