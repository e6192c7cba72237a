/** What is not as its specification has it, or does not prove what it should: the message says which, and where. */
export class NotProved extends Error {
  override readonly name = 'NotProved';
}

/** @throws NotProved unless it is so */
export function prove(isSo: boolean, otherwise: string): asserts isSo {
  if (!isSo) throw new NotProved(otherwise);
}

/**
 * Standard Base64 (RFC 4648, 4) with its padding, in the one way that its bytes are written: another text for the same
 * bytes would be another file that proves the same.
 * @throws NotProved
 */
export function bytesOf(base64: string, what: string, length?: number): Buffer {
  const bytes = Buffer.from(base64, 'base64');
  prove(bytes.toString('base64') === base64, `${what} is not canonical Base64`);
  prove(length === undefined || bytes.length === length, `${what} has ${bytes.length} bytes, not ${length}`);
  return bytes;
}

/** A count as the formats of C2SP write it: decimal, without leading zeroes. @throws NotProved */
export function countOf(text: string, what: string): number {
  const count = Number(text);
  prove(
    /^(0|[1-9][0-9]{0,15})$/.test(text) && Number.isSafeInteger(count),
    `${what} is no count: ${text.slice(0, 40)}`,
  );
  return count;
}

/** What stands on a line behind its name. @throws NotProved where it begins with another one */
export function after(name: string, line: string): string {
  prove(line.startsWith(name), `a line should begin with “${name}”, and is: ${line.slice(0, 60)}`);
  return line.slice(name.length);
}

/** 32 bytes, as hashes and salts are written. */
export const HEX_32 = /^[0-9a-f]{64}$/;
