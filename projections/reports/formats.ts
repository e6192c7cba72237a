import { Readable } from 'node:stream';
import type { Exchange } from '../../src/http/exchange.js';
import { preferredLanguage, type Language } from '../../src/http/problems/language.js';
import { Problem } from '../../src/http/problems/problem.js';
import { csv } from './csv.js';
import { headingOf, type Told } from './heading.js';
import type { Table } from './table.js';
import { xlsx } from './xlsx.js';

/** In what a report is answered, by the end of its name in the address. */
export const FORMATS = {
  json: 'application/json',
  csv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pdf: 'application/pdf',
} as const satisfies Record<string, string>;
export type Format = keyof typeof FORMATS;
const isFormat = (ending: string): ending is Format => Object.hasOwn(FORMATS, ending);

/** The end of the name says the format; else the first media type of `Accept` that there is; else it is JSON. @throws Problem `NOT_FOUND` */
export function formatOf({ request }: Exchange, asked: string): { readonly name: string; readonly format: Format } {
  const [name = '', ending] = asked.split('.', 2);
  if (ending !== undefined) {
    if (!isFormat(ending) || asked !== `${name}.${ending}`) throw new Problem('NOT_FOUND');
    return { name, format: ending };
  }
  const accepted = (request.headers.accept ?? '').split(',').map((range) => range.split(';', 1)[0]?.trim());
  const known = Object.entries(FORMATS).find(([, type]) => type === accepted[0]);
  return { name, format: (known?.[0] ?? 'json') as Format };
}

/** Rows of a sheet, less one for the names of the columns. */
const MOST_SHEET_ROWS = 1_048_575;

/**
 * Answers a table as a file, in the language of `Accept-Language`.
 * @param name of the file, without its ending
 * @throws Problem `REPORT_TOO_LARGE`
 */
export async function file(
  exchange: Exchange,
  format: Exclude<Format, 'json'>,
  name: string,
  table: Table,
  told: Told,
): Promise<Readable> {
  if (format === 'xlsx' && told.rows > MOST_SHEET_ROWS) {
    throw new Problem('REPORT_TOO_LARGE', { facts: { rows: MOST_SHEET_ROWS } });
  }
  const language = announced(exchange, format, name);
  const heading = headingOf(told, language);
  switch (format) {
    case 'csv':
      return Readable.from(csv(table, language), { objectMode: false });
    case 'xlsx':
      return Readable.from(xlsx(table, heading, language), { objectMode: false });
    case 'pdf':
      return (await import('./pdf.js')).pdf(table, heading, language); // a MiB of fonts and tables, seldom wanted
  }
}

/** Says what file comes. @param name without its ending @returns its language */
export function announced({ request, reply }: Exchange, format: Exclude<Format, 'json'>, name: string): Language {
  const language = preferredLanguage(request.headers['accept-language']);
  reply.headers({
    'content-type': format === 'csv' ? `${FORMATS.csv}; charset=utf-8; header=present` : FORMATS[format],
    'content-language': language,
    'content-disposition': `attachment; filename="${name}.${format}"`,
  });
  return language;
}
