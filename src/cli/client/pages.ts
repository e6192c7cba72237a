import { setTimeout as wait } from 'node:timers/promises';
import { progressOf } from '../progress.js';
import type { Client } from './client.js';
import { correctionsOf, Gathered } from './corrections.js';

/** A page of a list, as all of them are answered. */
export interface Page {
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly [field: string]: unknown;
}

/** The pages of a list from a path on, as long as the server names a next one. */
export async function* pagesOf(client: Client, path: string): AsyncGenerator<Page, void> {
  for (let next: string | undefined = path; next !== undefined;) {
    const response: Response = await made(client, next);
    yield (await response.json()) as Page;
    next = nextIn(response);
  }
}

/** What takes long is made beside the requests: asked for again until it is. */
export async function made(client: Client, path: string): Promise<Response> {
  const headers = { prefer: 'wait=10' };
  let response = await client.get(path, headers);
  let progress: ReturnType<typeof progressOf> | undefined;
  while (response.status === 202) {
    const { done, total } = (await response.json()) as { done: number; total: number };
    progress ??= progressOf(total, 'events');
    progress.update(done);
    await wait(100);
    response = await client.get(response.headers.get('location') ?? path, headers);
  }
  progress?.stop();
  return response;
}

/** RFC 8288: `</v1/…>; rel="next"` */
const nextIn = (response: Response): string | undefined =>
  /<([^>]*)>; *rel="next"/.exec(response.headers.get('link') ?? '')?.[1];

/**
 * One JSON value of all pages: what the first one says, with the items of all, and of a report the corrections of all.
 * The items of a page at a time are held.
 */
export async function* joined(pages: AsyncIterable<Page>): AsyncGenerator<string, void> {
  const gathered = new Gathered();
  let end: string | undefined;
  for await (const page of pages) {
    const { items, corrections, ...rest } = page;
    gathered.add(correctionsOf({ corrections }));
    const text = items.map((item) => JSON.stringify(item)).join(',\n');
    if (end === undefined) {
      const head = JSON.stringify(rest).slice(0, -1);
      yield `${head}${head === '{' ? '' : ','}"items":[\n${text}`;
      end = corrections === undefined ? ']}\n' : '],"corrections":';
    } else if (text !== '') {
      yield `,\n${text}`;
    }
  }
  yield end ?? '{"items":[]}\n';
  if (end?.endsWith(':')) yield `${JSON.stringify(gathered.list())}}\n`;
}
