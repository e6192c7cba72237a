import { Inject, Injectable } from '@nestjs/common';
import { uuidOf, type PartyId, type Uuid } from '../kernel/ids.js';
import type { Document } from '../read-models/read-models.js';
import { SCOPE } from './access.js';
import { Attempts } from './attempts.js';
import type { Caller } from './auth/principal.js';
import { etag, noneMatch } from './commands/headers.js';
import { storedJson, type Exchange } from './exchange.js';
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

/** A document that its entity tag is made of. */
interface Tagged extends Document {
  readonly revision: number;
}

/** What was asked for: a party that is someone else, or something of theirs; what more there is to say of it. */
export type Hidden = ({ readonly party: PartyId } | { readonly id: Uuid }) & {
  readonly facts: Readonly<Record<string, string>>;
};

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
    return revision !== undefined && isKnown(exchange, revision(found)) ? undefined : found;
  }

  /**
   * The same of a stored document, answered as it is stored. It is parsed only for who may not see everything.
   * @throws Problem `NOT_FOUND`, RefusedByRule
   */
  async document<D extends Tagged>(
    exchange: Exchange,
    text: string | undefined,
    visible: (found: D) => boolean,
  ): Promise<string | undefined> {
    if (text === undefined) throw new Problem('NOT_FOUND');
    const seesAll = SCOPE[exchange.caller.role] === 'all';
    if (!seesAll && !visible(JSON.parse(text) as D)) throw await this.hidden(exchange);
    return isKnown(exchange, revisionIn(text)) ? undefined : storedJson(exchange, text);
  }

  /**
   * Records that the caller asked for someone else's.
   * @param named what was asked for, where the path does not name it
   * @returns what to throw
   */
  async hidden({ request, route, caller }: Exchange, named?: Hidden): Promise<Error> {
    const target = named && ('id' in named ? named.id : uuidOf(named.party));
    try {
      return await this.attempts.refuse(request, route, caller, EDGE_RULES.NOT_YOURS, named?.facts, target);
    } catch (error) {
      // The quota has counted it. A 429 here and a 404 for what is not there would tell the two apart.
      if (error instanceof Problem && error.code === 'TOO_MANY_REFUSALS') return new Problem('NOT_FOUND');
      throw error;
    }
  }
}

/** Tells the entity tag. @returns whether the caller has what it stands for: then the answer is 304 */
function isKnown({ request, reply }: Exchange, revision: number): boolean {
  const tag = etag(revision);
  reply.header('etag', tag);
  const known = noneMatch(request.headers['if-none-match'], tag);
  if (known) reply.code(304);
  return known;
}

/** What ends with this is an object, and the number its own member: a text would end with a quote before the brace. */
const REVISION_LAST = /[,{]"revision":(\d{1,16})\}$/;
const LONGEST = ',"revision":9007199254740991}'.length;

/** The revision that a document holds; where it stands last, as a fold leaves it, for a fraction of a parse. */
export function revisionIn(text: string): number {
  const [, revision] = REVISION_LAST.exec(text.slice(-LONGEST)) ?? [];
  return revision === undefined ? (JSON.parse(text) as Tagged).revision : Number(revision);
}
