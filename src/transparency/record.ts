/**
 * A proof of record: one text that shows that an event is in the log to whoever holds nothing but the log's key. What
 * verifies it is src/verify/record.ts, and imports nothing from here.
 * @param event its canonical JSON, as it is stored
 * @param salt of its leaf, hex
 * @param proof a tlog-proof@v1 of that leaf, with the checkpoint
 * @param disclosures of what its evidence commits to, each of one line
 */
export const writeRecord = (
  event: string,
  salt: string,
  proof: string,
  disclosures: readonly string[] = [],
): string => {
  const disclosed = disclosures.map((each) => `disclosure ${each}\n`).join('');
  return `sijill-proof-of-record@v1\nevent ${event}\nsalt ${salt}\n${disclosed}\n${proof}`;
};
