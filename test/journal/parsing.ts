/** What a file says, read by the grammar of its format and by nothing of `src/journal`. */

export interface Posting {
  readonly sequence: number;
  readonly on: string;
  readonly account: string;
  readonly entity: string;
  readonly amount: string;
  readonly currency: string;
  /** Besides the entity. */
  readonly dims: Readonly<Record<string, string>>;
}

/** Transactions begin at the margin; a posting is indented, and a tag on a line of its own belongs to what is above it. */
export function parseLedger(text: string): Posting[] {
  const postings: Posting[] = [];
  let [on, sequence, dims]: [string, number, Record<string, string> | undefined] = ['', -1, undefined];
  for (const line of text.split('\n')) {
    const first = /^(\d{4}-\d{2}-\d{2})=\d{4}-\d{2}-\d{2} \((\d+)\) /.exec(line);
    const tag = /^ {4}; (\w+): (.*)$/.exec(line);
    const posting = /^ {4}\w+:(\d{4}) [^:;]+:(\S*) {2}([A-Z]{3}) (-?[\d.]+)$/.exec(line);
    if (first !== null) [on, sequence, dims] = [first[1]!, Number(first[2]), undefined];
    else if (tag !== null && dims !== undefined) dims[tag[1]!] = decodeURIComponent(tag[2]!);
    else if (posting !== null) {
      const [, account, entity, currency, amount] = posting as unknown as string[];
      dims = {};
      postings.push({
        sequence,
        on,
        account: account!,
        entity: decodeURIComponent(entity!),
        amount: amount!,
        currency: currency!,
        dims,
      });
    } else if (tag === null && !/^($|;|(tag|payee|commodity|account) |    format )/.test(line))
      throw new Error(`"${line}" is no line of a journal`);
  }
  return postings;
}

export function parseBeancount(text: string): Posting[] {
  const postings: Posting[] = [];
  let [on, sequence, dims]: [string, number, Record<string, string> | undefined] = ['', -1, undefined];
  for (const line of text.split('\n')) {
    const first = /^(\d{4}-\d{2}-\d{2}) \* "[^"\\]*" \^[\w./-]+$/.exec(line);
    const posting = /^ {2}[A-Z]\w+:(\d{4})-[^: ]+:((?:Party|Other)-[\w-]*) {2}(-?[\d.]+) ([A-Z]{3})$/.exec(line);
    const own = /^ {4}(\w+): "([^"\\]*)"$/.exec(line);
    const ofEvent = /^ {2}([a-z]\w*): (?:"[^"\\]*"|\d+|\d{4}-\d\d-\d\d)$/.exec(line);
    if (first !== null) [on, dims] = [first[1]!, undefined];
    else if (posting !== null) {
      const [, account, entity, amount, currency] = posting as unknown as string[];
      dims = {};
      postings.push({
        sequence,
        on,
        account: account!,
        entity: entityOf(entity!),
        amount: amount!,
        currency: currency!,
        dims,
      });
    } else if (own !== null && dims !== undefined) dims[own[1]!] = decodeURIComponent(own[2]!);
    else if (ofEvent !== null) {
      if (ofEvent[1] === 'sequence') sequence = Number(line.slice('  sequence: '.length));
    } else if (!/^($|;|option |1900-01-01 (open|commodity) )/.test(line))
      throw new Error(`"${line}" is no line of Beancount`);
  }
  return postings;
}

const entityOf = (part: string): string =>
  part.startsWith('Party-')
    ? part.replace('Party-', 'party_')
    : Buffer.from(part.slice('Other-'.length), 'hex').toString();

/** RFC 4180. */
export function parseCsv(text: string): Posting[] {
  const [heads = [], ...lines] = records(text);
  return lines.map((line) => {
    const { sequence, effectiveOn, account, entity, amount, currency, ...more } = Object.fromEntries(
      heads.map((head, i) => [head, line[i]!] as const),
    ) as Record<string, string>;
    const dims = Object.fromEntries(
      ['party', 'sector', 'debt', 'receipt', 'transit', 'ground', 'subscription', 'closing'].flatMap((name) =>
        more[name] === '' ? [] : [[name, unguarded(more[name]!)] as const],
      ),
    );
    return {
      sequence: Number(sequence),
      on: effectiveOn!,
      account: account!,
      entity: unguarded(entity!),
      amount: amount!,
      currency: currency!,
      dims,
    };
  });
}

/** A quote before what a spreadsheet would take for a formula. */
const unguarded = (cell: string): string => cell.replace(/^'(?=['=+\-@\t\r])/, '');

function records(text: string): string[][] {
  const found: string[][] = [];
  let record: string[] = [];
  const CELL = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  while (CELL.lastIndex < text.length) {
    const match = CELL.exec(text);
    if (match === null) throw new Error('the file is no CSV');
    record.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
    if (match[3] === '\r\n') {
      found.push(record);
      record = [];
    }
  }
  return found;
}
