/**
 * What each receipt's credits still hold, in minor units by receipt and sector; what holds nothing is left out. An
 * entity may owe a party back what came in tens of thousands of receipts: they lie in up to 256 buckets, so that a
 * change copies one bucket and the list of them, not everything.
 */
export type Credits = ReadonlyMap<string, ReadonlyMap<string, bigint>>;

export const NO_CREDITS: Credits = new Map();

export const heldBy = (credits: Credits, receipt: string, sector: string): bigint =>
  credits.get(bucketOf(receipt))?.get(keyOf(receipt, sector)) ?? 0n;

/** The same with `delta` more, or less, held by the receipt in the sector. */
export function changed(credits: Credits, receipt: string, sector: string, delta: bigint): Credits {
  const held = heldBy(credits, receipt, sector) + delta;
  const bucket = new Map(credits.get(bucketOf(receipt)));
  if (held === 0n) bucket.delete(keyOf(receipt, sector));
  else bucket.set(keyOf(receipt, sector), held);
  const buckets = new Map(credits);
  if (bucket.size === 0) buckets.delete(bucketOf(receipt));
  else buckets.set(bucketOf(receipt), bucket);
  return buckets;
}

/** A receipt's id is a hash, so that its first two digits spread evenly. */
const bucketOf = (receipt: string): string => receipt.slice(0, 2);

const keyOf = (receipt: string, sector: string): string => `${receipt} ${sector}`;
