import { readConfiguration } from '../config/configuration.js';
import { clientOf, type Language } from './client/client.js';
import { joined, pagesOf, type Page } from './client/pages.js';
import { tableOf, type TableColumn } from './client/table.js';
import { stopSignal, WrongUsage, type Command } from './command.js';
import { EXIT_CODES, LANG, languageOf, optionsOf, parametersOf, print, SERVER_HELP } from './options.js';

const HELP = `Explains a figure of a running server by the instruments that made it, one after the other.

Usage: sijill explain debt ID [PARAMETER=VALUE…] [--json] [--lang en|ar]
       sijill explain party PARTY currency=… [PARAMETER=VALUE…] [--json] [--lang en|ar]
       sijill explain report NAME COLUMN@KEY,KEY [PARAMETER=VALUE…] [--json] [--lang en|ar]

  ID               of a debt; figure is balance (the default), amount, received, waived, approved or state
  PARTY            figure is owed (the default), available, held, refundable or total; with entity, sector and currency
  NAME             of a report; COLUMN@KEY,KEY is a cell: a column, and the row's key columns in their order
  PARAMETER=VALUE  figure, effectiveOn, knownAt and what else is to be told
  --json           the explanation as it is answered: with actors, authority, rules, evidence and entries
  --lang LANGUAGE  of the sentences; en is the default
  --help           this text

Examples: sijill explain debt 2b024e27-c1df-5142-beb3-7c2e3a24a644 effectiveOn=2026-12-31
          sijill explain party party_22222222-2222-4222-8222-222222222222 figure=total currency=SAR
          sijill explain report debt-ageing amount@party_11111111-1111-4111-8111-111111111111,SAR,0-30

${SERVER_HELP}It needs a role that may see the figure; auditors see all.
${EXIT_CODES}
`;

/** A page that is answered at once is at most so long. */
const ITEMS = 200;

/** Where what is to be explained is, and how many words name it. */
const PLACES: Readonly<Record<string, { readonly words: number; path(words: readonly string[]): string }>> = {
  debt: { words: 1, path: ([id]) => `/v1/debts/${encodeURIComponent(id!)}/explain?` },
  party: { words: 1, path: ([party]) => `/v1/parties/${encodeURIComponent(party!)}/balances/explain?` },
  report: {
    words: 2,
    path: ([name, cell]) => `/v1/reports/${encodeURIComponent(name!)}/explain?cell=${encodeURIComponent(cell!)}&`,
  },
};

const COLUMNS: readonly TableColumn[] = [
  { title: 'SEQUENCE', isRight: true },
  { title: 'ON' },
  { title: 'BEFORE', isRight: true },
  { title: 'EFFECT', isRight: true },
  { title: 'AFTER', isRight: true },
  { title: 'WHAT' },
];

async function run(args: readonly string[]): Promise<number> {
  const { positionals, values } = optionsOf(args, { json: { type: 'boolean', default: false }, ...LANG });
  const language = languageOf(values.lang);
  const [what = '', ...rest] = positionals;
  const place = Object.hasOwn(PLACES, what) ? PLACES[what] : undefined;
  if (place === undefined) throw new WrongUsage(`say what is to be explained: ${Object.keys(PLACES).join(', ')}`);
  if (rest.length < place.words) throw new WrongUsage(`it is not said which ${what}`);
  const query = parametersOf(rest.slice(place.words));
  query.set('limit', String(ITEMS));
  const client = await clientOf(readConfiguration(), 'auditor', language, stopSignal());
  const pages = pagesOf(client, `${place.path(rest)}${query.toString()}`);
  if (values.json) for await (const text of joined(pages)) await print(text);
  else await printTable(pages, language);
  return 0;
}

async function printTable(pages: AsyncIterable<Page>, language: Language): Promise<void> {
  const widths: number[] = [];
  let isFirst = true;
  for await (const page of pages) {
    if (isFirst) await print(`${sentenceOf(page, language)}\n\n`);
    const rows = page.items.map((item) => [
      String(item['sequence']),
      String(item['effectiveOn']),
      ...[item['before'], item['effect'], item['after']].map((figure) => (figure as string | null) ?? '-'),
      sentenceOf(item, language),
    ]);
    await print(tableOf(COLUMNS, rows, widths, isFirst));
    isFirst = false;
  }
}

const sentenceOf = ({ sentence }: Readonly<Record<string, unknown>>, language: Language): string =>
  (sentence as Readonly<Record<Language, string>>)[language];

export const explainCommand: Command = { help: HELP, run };
