import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a part is looked for: behind what ciphertexts have in common, and an index may hold. */
const [FROM, BYTES] = [16, 16];

/** How often each of the secrets stands in the files of a folder, whichever they are. @param secrets random, of 32 bytes or more */
export function copiesIn(folder: string, secrets: readonly Buffer[]): readonly number[] {
  const parts = secrets.map((secret) => secret.subarray(FROM, FROM + BYTES));
  const byStart = new Map(parts.map((part, i) => [part.readUInt32BE(0), i]));
  const copies = parts.map(() => 0);
  const disk = Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
  for (let at = 0; at + BYTES <= disk.length; at++) {
    const i = byStart.get(disk.readUInt32BE(at));
    if (i !== undefined && parts[i]!.equals(disk.subarray(at, at + BYTES))) copies[i]!++;
  }
  return copies;
}
