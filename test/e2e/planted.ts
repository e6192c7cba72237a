import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';

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

/** How people and programs write the same value: without what separates its parts, in groups, in other digits, decomposed. */
function spellings(text: string): readonly string[] {
  const bare = text.replaceAll(/[^\p{L}\p{N}]/gu, '');
  const isNumber = /^[A-Z]*\d+$/.test(bare);
  const arabic = bare.replaceAll(/\d/g, (digit) => String.fromCharCode(0x660 + Number(digit)));
  const numbers = isNumber ? [arabic, bare.replaceAll(/.{4}(?=.)/g, '$& ')] : [];
  return [...new Set([text, bare, text.normalize('NFD'), text.toUpperCase(), ...numbers])];
}

/** Looks for planted values in whatever a run left. */
export class Planted {
  readonly #forms: readonly (readonly [string, string, Buffer])[];

  /** @param values by what each is */
  constructor(values: Readonly<Record<string, string>>) {
    this.#forms = Object.entries(values).flatMap(([what, text]) => {
      const all = spellings(text).flatMap((each) => forms(each));
      const different = new Map(all.map(([as, bytes]) => [bytes.toString('latin1'), [what, as, bytes] as const]));
      return [...different.values()];
    });
  }

  /** In bytes, and in what they are a compression of. */
  in(where: string, bytes: Buffer): Found[] {
    return [bytes, ...unpacked(bytes)].flatMap((each) =>
      this.#forms.flatMap(([what, as, form]) => (each.includes(form) ? [{ where, what, as }] : [])),
    );
  }
}

const LOCAL_HEADER = Buffer.from('PK\u0003\u0004', 'latin1');

/** What gzip members, the entries of a ZIP file (XLSX) and the streams of a PDF hold. */
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
  if (bytes.subarray(0, 4).equals(LOCAL_HEADER)) {
    for (let at = 0; at >= 0; at = bytes.indexOf(LOCAL_HEADER, at + 4)) {
      const content = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
      attempt(() => inflateRawSync(bytes.subarray(content)));
    }
  }
  if (bytes.subarray(0, 5).equals(Buffer.from('%PDF-'))) {
    for (let at = bytes.indexOf('stream\n'); at >= 0; at = bytes.indexOf('stream\n', at + 7)) {
      attempt(() => inflateSync(bytes.subarray(at + 7)));
    }
  }
  return found;
}
