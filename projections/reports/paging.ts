import type { Exchange } from '../../src/http/exchange.js';
import { Problem } from '../../src/http/problems/problem.js';
import type { Question } from './asking.js';
import type { Making } from './makers.js';
import type { ReportQuery } from './query.js';

/** Names a question whole: asked there again, it is the same for ever. */
export class Address {
  readonly selector: URLSearchParams;
  constructor(
    readonly path: string,
    { values }: Question,
    times: Readonly<Record<string, number>>,
  ) {
    const asked = Object.entries(values).filter((each): each is [string, string] => each[1] !== undefined);
    this.selector = new URLSearchParams([
      ...asked,
      ...Object.entries(times).map(([name, sequence]): [string, string] => [name, String(sequence)]),
    ]);
  }

  toString(): string {
    return `${this.path}?${this.selector.toString()}`;
  }
}

/** RFC 9110, 202: it is being made; ask there again, for exactly this. */
export function later({ reply }: Exchange, { done }: Making<unknown>, sequence: number, address: Address): object {
  reply.code(202).headers({ location: address.toString(), 'retry-after': '1' });
  return { state: 'being-made', done, total: sequence + 1 };
}

/**
 * A page of what is made; where more follows, `Link` leads on.
 * @param size most rows in it
 * @throws Problem `CURSOR_INVALID`
 */
export function pageOf<T>(
  exchange: Exchange,
  rows: readonly T[],
  address: Address,
  { cursor = '0', limit }: Pick<ReportQuery, 'cursor' | 'limit'>,
  size: number,
): readonly T[] {
  if (!/^\d{1,12}$/.test(cursor)) throw new Problem('CURSOR_INVALID');
  const to = Number(cursor) + size;
  linkNext(exchange, address, to < rows.length ? String(to) : undefined, limit);
  return rows.slice(Number(cursor), to);
}

/** @param limit as it was asked for */
export function linkNext(
  { reply }: Exchange,
  { path, selector }: Address,
  cursor: string | undefined,
  limit: string | undefined,
): void {
  if (cursor === undefined) return;
  const next = new URLSearchParams(selector);
  next.set('cursor', cursor);
  if (limit !== undefined) next.set('limit', limit);
  reply.header('link', `<${path}?${next.toString()}>; rel="next"`);
}
