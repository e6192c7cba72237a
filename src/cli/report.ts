import { readConfiguration } from '../config/configuration.js';
import { clientOf, ServerRefused, type Language } from './client/client.js';
import { correctionsOf, Gathered, type Correction } from './client/corrections.js';
import { joined, made, pagesOf, type Page } from './client/pages.js';
import { tableOf, type TableColumn } from './client/table.js';
import { stopSignal, WrongUsage, type Command } from './command.js';
import { EXIT_CODES, LANG, languageOf, optionsOf, parametersOf, print, SERVER_HELP } from './options.js';

const HELP = `Prints a report of a running server: as a table, or as it is answered.

Usage: sijill report                                  lists the reports and what they take
       sijill report NAME [PARAMETER=VALUE…] [--csv | --json] [--lang en|ar]

  NAME             of a report, as the list has it: debt-ageing
  PARAMETER=VALUE  what the report takes (entity, from, to, effectiveOn, …), and knownAt
  --csv            the whole report as CSV
  --json           the whole report as JSON
  --lang LANGUAGE  of titles and texts; en is the default
  --help           this text

Examples: sijill report debt-ageing entity=party_11111111-1111-4111-8111-111111111111 effectiveOn=2026-12-31
          sijill report debt-roll-forward from=2026-01-01 to=2026-03-31 knownAt=5000 --csv > 2026-q1.csv

${SERVER_HELP}It needs the role auditor or regulator, or another one that the report admits. Under the table stand the sequence up to
which events are known and the digest of the rows: the same question gets the same rows, for ever.
${EXIT_CODES}
`;

/** A page that is answered at once is at most so long. */
const ROWS = 1_000;

type Names = Readonly<Record<Language, string>>;

interface DescribedColumn extends Names {
  readonly name: string;
  readonly kind: string;
  /** Of its codes. */
  readonly labels?: Readonly<Record<string, Names>>;
}

interface Described {
  readonly name: string;
  readonly number: number;
  readonly title: Readonly<Record<Language, string>>;
  readonly parameters: readonly { readonly name: string; readonly presence: string }[];
  readonly columns: readonly DescribedColumn[];
  /** The columns that name a row. */
  readonly key: readonly string[];
}

async function run(args: readonly string[]): Promise<number> {
  const options = {
    csv: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    ...LANG,
  } as const;
  const { positionals, values } = optionsOf(args, options);
  const [name, ...given] = positionals;
  const language = languageOf(values.lang);
  if (values.csv && values.json) throw new WrongUsage('--csv or --json, not both');
  if (name !== undefined && !/^[a-z][a-z0-9-]*$/.test(name)) throw new WrongUsage(`${name} is no name of a report`);
  const query = parametersOf(given);
  const client = await clientOf(readConfiguration(), 'auditor', language, stopSignal());
  const catalogue = (await (await client.get('/v1/reports')).json()) as { items: readonly Described[] };
  if (name === undefined) {
    await print(values.json ? `${JSON.stringify(catalogue)}\n` : listed(catalogue.items, language));
    return 0;
  }
  const report = catalogue.items.find((each) => each.name === name);
  if (report === undefined) {
    throw new ServerRefused(
      404,
      `there is no report ${name}; there are ${catalogue.items.map((each) => each.name).join(', ')}`,
    );
  }
  if (values.csv) {
    const response = await made(client, `/v1/reports/${name}.csv?${query.toString()}`);
    for await (const chunk of response.body ?? []) await print(chunk as Uint8Array);
    return 0;
  }
  query.set('limit', String(ROWS));
  const pages = pagesOf(client, `/v1/reports/${name}?${query.toString()}`);
  if (values.json) for await (const text of joined(pages)) await print(text);
  else await printTable(report, pages, language);
  return 0;
}

const listed = (reports: readonly Described[], language: Language): string =>
  tableOf(
    [{ title: 'NAME' }, { title: 'NO', isRight: true }, { title: 'TITLE' }, { title: 'TAKES' }],
    reports.map(({ name, number, title, parameters }) => [
      name,
      String(number),
      title[language],
      parameters.map((each) => (each.presence === 'required' ? `${each.name}!` : each.name)).join(' '),
    ]),
  );

async function printTable(
  { columns, title, key }: Described,
  pages: AsyncIterable<Page>,
  language: Language,
): Promise<void> {
  const shown = columns.map((column): TableColumn => {
    return { title: column[language], isRight: column.kind === 'money' || column.kind === 'count' };
  });
  const markedColumns = [...shown, { title: '' }];
  const cells = (row: Readonly<Record<string, unknown>>): string[] =>
    columns.map(({ name, labels }) => labels?.[String(row[name])]?.[language] ?? textOf(row[name]));
  const widths: number[] = [];
  const gathered = new Gathered();
  let first: Page | undefined;
  let rows = 0;
  for await (const page of pages) {
    rows += page.items.length;
    const corrections = correctionsOf(page);
    gathered.add(corrections);
    const markOf = marking(key, corrections, language);
    if (first === undefined) await print(`${title[language]}\n\n`);
    const lines = page.items.map((row) => [...cells(row), markOf(row)]);
    await print(tableOf(markedColumns, lines, widths, first === undefined));
    first ??= page;
  }
  if (first === undefined) return;
  const { totals = [], sequence, digest, selector, moreCorrections } = first as Page & Partial<Said>;
  if (totals.length > 0) await print(`\n${tableOf(shown, totals.map(cells), widths, false)}`);
  const corrections = gathered.list();
  if (corrections.length > 0) await print(`\n${LISTED[language]}\n\n${tableOf(CORRECTION, corrections.map(lineOf))}`);
  if (moreCorrections !== undefined) await print(`${MORE[language]} ${moreCorrections}\n`);
  const said = Object.entries(selector ?? {}).map(([name, value]) => ` ${name}=${value}`);
  await print(`\n${rows} rows;${said.join('')} knownAt=${String(sequence)}\n`);
  if (digest !== undefined) await print(`digest ${digest}\n`);
}

/** What a page says besides its rows; one of a report that is read page by page has neither totals nor a digest. */
interface Said {
  readonly totals: readonly Readonly<Record<string, unknown>>[];
  readonly sequence: number;
  readonly digest: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly moreCorrections: number;
}

/** The last cell of a row: sequences of the corrections that changed it, if any. */
function marking(key: readonly string[], corrections: readonly Correction[], language: Language) {
  const named = (row: Readonly<Record<string, unknown>>): string => JSON.stringify(key.map((name) => row[name]));
  const marks = new Map<string, number[]>();
  for (const { sequence, rows } of corrections) {
    for (const row of rows) marks.set(named(row), [...(marks.get(named(row)) ?? []), sequence]);
  }
  return (row: Readonly<Record<string, unknown>>): string => {
    const sequences = marks.get(named(row));
    return sequences === undefined ? '' : `${CORRECTED[language]} ${sequences.join(' ')}`;
  };
}

const CORRECTED: Readonly<Record<Language, string>> = { en: 'corrected by', ar: 'صُحح بالحدث' };
const LISTED: Readonly<Record<Language, string>> = {
  en: 'Corrections: recorded after the period that they count in was closed',
  ar: 'التصحيحات: سُجلت بعد إقفال الفترة التي تُحتسب فيها',
};
const MORE: Readonly<Record<Language, string>> = {
  en: 'Later corrections, whose rows are not named:',
  ar: 'تصحيحات لاحقة لم تُسمَّ صفوفها:',
};

const CORRECTION: readonly TableColumn[] = [
  { title: 'SEQUENCE', isRight: true },
  { title: 'ON' },
  { title: 'RECORDED' },
  { title: 'TYPE' },
  { title: 'EVENT' },
  { title: 'APPROVAL' },
];
const lineOf = ({ sequence, effectiveOn, recordedAt, type, event, correction = '-' }: Correction): string[] => [
  String(sequence),
  effectiveOn,
  recordedAt,
  type,
  event,
  correction,
];

const textOf = (cell: unknown): string => (cell === null || cell === undefined ? '' : String(cell as string | number));

export const reportCommand: Command = { help: HELP, run };
