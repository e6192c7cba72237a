import { Readable } from 'node:stream';
import type { Exchange } from '../../src/http/exchange.js';
import { preferredLanguage, type Language } from '../../src/http/problems/language.js';
import { csv } from './csv.js';
import type { Table } from './table.js';

/** In what a report is answered, by the end of its name in the address. */
export const FORMATS = {
  json: 'application/json',
  csv: 'text/csv',
} as const satisfies Record<string, string>;
export type Format = keyof typeof FORMATS;

/** The end of the name says the format; else the first media type of `Accept` that there is; else it is JSON. */
export function formatOf({ request }: Exchange, asked: string): { readonly name: string; readonly format: Format } {
  const [name = '', ending] = asked.split('.', 2);
  if (ending !== undefined) return { name, format: ending as Format }; // the guard has seen that it is one
  const accepted = (request.headers.accept ?? '').split(',').map((range) => range.split(';', 1)[0]?.trim());
  const known = Object.entries(FORMATS).find(([, type]) => type === accepted[0]);
  return { name, format: (known?.[0] ?? 'json') as Format };
}

/** Answers a table as a file. @param title of the file, without its ending */
export function file(exchange: Exchange, format: Exclude<Format, 'json'>, title: string, table: Table): Readable {
  return Readable.from(csv(table, announced(exchange, format, title)), { objectMode: false });
}

/** Says what file comes. @returns its language */
export function announced({ request, reply }: Exchange, format: Exclude<Format, 'json'>, title: string): Language {
  const language = preferredLanguage(request.headers['accept-language']);
  const type = format === 'csv' ? `${FORMATS.csv}; charset=utf-8; header=present` : FORMATS[format];
  reply.headers({
    'content-type': type,
    'content-language': language,
    'content-disposition': `attachment; filename="${title}.${format}"`,
  });
  return language;
}
