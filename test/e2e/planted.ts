import { gunzipSync, inflateSync } from 'node:zlib';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a value was found, and how it was written there; never the value itself in another form. */
export interface Found {
  readonly where: string;
  readonly what: string;
  readonly as: string;
}

/** A text in each of the ways in which bytes are kept or sent. */
function forms(text: string): readonly (readonly [string, Buffer])[] {
  const utf8 = Buffer.from(text);
  // Base64 of a longer text holds one of three, by where in it the value begins; its first and last characters are others'.
  const base64 = [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), utf8])
      .toString('base64')
      .replace(/=+$/, '')
      .slice(before === 0 ? 0 : 4, -2),
  );
  const escaped = JSON.stringify(text).slice(1, -1);
  const ascii = escaped.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [
    ['UTF-8', utf8],
    ['UTF-16LE', Buffer.from(text, 'utf16le')],
    ['UTF-16BE', Buffer.from(text, 'utf16le').swap16()],
    ['JSON', Buffer.from(escaped)],
    ['JSON in ASCII', Buffer.from(ascii)],
    ['a URL', Buffer.from(encodeURIComponent(text))],
    ['hex', Buffer.from(utf8.toString('hex'))],
    ['HEX', Buffer.from(utf8.toString('hex').toUpperCase())],
    ...base64.map((each, at) => [`Base64 at ${at}`, Buffer.from(each)] as const),
    ...base64.map(
      (each, at) => [`Base64url at ${at}`, Buffer.from(each.replaceAll('+', '-').replaceAll('/', '_'))] as const,
    ),
  ];
}

/** Looks for planted values in whatever a run left. */
export class Planted {
  readonly #forms: readonly (readonly [string, string, Buffer])[];

  /** @param values by what each is */
  constructor(values: Readonly<Record<string, string>>) {
    this.#forms = Object.entries(values).flatMap(([what, text]) =>
      forms(text).map(([as, bytes]) => [what, as, bytes] as const),
    );
  }

  /** In bytes, and in what they are a compression of. */
  in(where: string, bytes: Buffer): Found[] {
    return [bytes, ...unpacked(bytes)].flatMap((each) =>
      this.#forms.flatMap(([what, as, form]) => (each.includes(form) ? [{ where, what, as }] : [])),
    );
  }

  /** In every file below a directory, and in its names. */
  inFiles(directory: string): Found[] {
    const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
    return files.flatMap((file) => {
      const path = join(file.parentPath, file.name);
      return [...this.in(`name of ${path}`, Buffer.from(path)), ...this.in(path, readFileSync(path))];
    });
  }
}

/** What gzip members and the streams of a PDF hold. */
function unpacked(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  const attempt = (unpack: () => Buffer): void => {
    try {
      found.push(unpack());
    } catch {
      // It only looked like one.
    }
  };
  if (bytes.subarray(0, 2).equals(Buffer.of(0x1f, 0x8b))) attempt(() => gunzipSync(bytes));
  if (bytes.subarray(0, 5).equals(Buffer.from('%PDF-'))) {
    for (let at = bytes.indexOf('stream\n'); at >= 0; at = bytes.indexOf('stream\n', at + 7)) {
      attempt(() => inflateSync(bytes.subarray(at + 7)));
    }
  }
  return found;
}
