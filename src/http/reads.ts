import { Inject, Injectable } from '@nestjs/common';
import type { PartyId } from '../kernel/ids.js';
import type { Document } from '../read-models/read-models.js';
import { SCOPE } from './access.js';
import { Attempts } from './attempts.js';
import type { Caller } from './auth/principal.js';
import { etag, noneMatch } from './commands/headers.js';
import { jsonText, type Exchange } from './exchange.js';
import { Problem } from './problems/problem.js';
import { EDGE_RULES } from './rules.js';

/** Whose records a caller may see: `all`, or those where the party stands in the role's place. */
export type Sight =
  | { readonly scope: 'all' }
  /** `own`: the debtor's or payer's side; `entity`: the creditor's or payee's; `bank`: the receipts it reported. */
  | { readonly scope: 'own' | 'entity' | 'bank'; readonly party: PartyId };

export function sightOf({ role, party }: Caller): Sight {
  const scope = SCOPE[role];
  if (scope === 'all') return { scope };
  if (party === undefined) throw new Error(`the guard let ${role} through without a party`);
  return { scope, party };
}

/** What the answers to readings have in common. */
@Injectable()
export class Reads {
  constructor(@Inject(Attempts) private readonly attempts: Attempts) {}

  /**
   * A single thing, if it is there and the caller may see it: with its entity tag, 304 where the caller has it.
   * Someone else's is answered as if it were not there, and the attempt is recorded.
   * @throws Problem `NOT_FOUND`, RefusedByRule
   */
  async one<T>(
    exchange: Exchange,
    found: T | undefined,
    visible: (found: T) => boolean,
    revision?: (found: T) => number,
  ): Promise<T | undefined> {
    if (found === undefined) throw new Problem('NOT_FOUND');
    if (!visible(found)) throw await this.hidden(exchange);
    if (revision === undefined) return found;
    const tag = etag(revision(found));
    exchange.reply.header('etag', tag);
    if (!noneMatch(exchange.request.headers['if-none-match'], tag)) return found;
    exchange.reply.code(304);
    return undefined;
  }

  /**
   * The same of a stored document: it is looked into, and answered as it is stored.
   * @throws Problem `NOT_FOUND`, RefusedByRule
   */
  async document<D extends Document>(
    exchange: Exchange,
    text: string | undefined,
    visible: (found: D) => boolean,
    revision: (found: D) => number,
  ): Promise<string | undefined> {
    const found = text === undefined ? undefined : (JSON.parse(text) as D);
    const seen = await this.one(exchange, found, visible, revision);
    return seen && jsonText(exchange, text as string);
  }

  /** Records that the caller asked for someone else's. @returns what to throw */
  async hidden({ request, route, caller }: Exchange): Promise<Error> {
    try {
      return await this.attempts.refuse(request, route, caller, EDGE_RULES.NOT_YOURS);
    } catch (error) {
      // The quota has counted it. A 429 here and a 404 for what is not there would tell the two apart.
      if (error instanceof Problem && error.code === 'TOO_MANY_REFUSALS') return new Problem('NOT_FOUND');
      throw error;
    }
  }
}
