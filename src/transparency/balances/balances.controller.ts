import { Controller, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Access } from '../../http/access.decorator.js';
import { linkNext, pageOf } from '../../http/cursor.js';
import { OnExchange, type Exchange } from '../../http/exchange.js';
import { Problem } from '../../http/problems/problem.js';
import { Reads, sightOf } from '../../http/reads.js';
import { PageQuery } from '../../http/validation/dtos.js';
import { IsWholeNumber } from '../../http/validation/fields.js';
import type { EventReader } from '../../event-store/event-store.js';
import type { LedgerId } from '../../kernel/ids.js';
import { available } from '../transparency.controller.js';
import type { BalancesReader } from './balances-reader.js';
import type { LineSalts } from './line.js';
import { writeBalances } from './proof.js';
import { firstCounting, lastRecorded } from './recorded.js';

/** The composition root hands over what is signed. */
export const SIGNED_BALANCES = Symbol('SignedBalances');
export interface SignedBalances {
  readonly ledger: LedgerId;
  readonly events: Pick<EventReader, 'readStream'>;
  /** Undefined: this server signs none. */
  readonly reader: BalancesReader | undefined;
  readonly salts: LineSalts;
}

export class RootQuery {
  @IsWholeNumber(0, 999_999_999_999_999, {
    optional: true,
    description: 'The first root that counts the event of this sequence; default: the last root.',
  })
  seq?: string;
}

const TEXT = { 'content-type': 'text/plain; charset=utf-8' };

/** Roots over all balances, for anybody; and for a party what it held, provable under one of them. */
@Controller()
export class BalancesController {
  constructor(
    @Inject(SIGNED_BALANCES) private readonly signed: SignedBalances,
    @Inject(Reads) private readonly reads: Reads,
  ) {}

  @Access('GET /transparency/balances')
  async root(@Res({ passthrough: true }) reply: FastifyReply, @Query() { seq }: RootQuery): Promise<string> {
    const { events, ledger } = this.signed;
    const found = await (seq === undefined ? lastRecorded(events, ledger) : firstCounting(events, ledger, Number(seq)));
    if (found === undefined) throw new Problem('BALANCES_UNSIGNED');
    reply.headers({
      ...TEXT,
      'cache-control': seq === undefined ? 'public, max-age=1' : 'public, max-age=31536000, immutable',
    });
    return found.note;
  }

  @Access('GET /v1/parties/{party}/balances/proof')
  async proof(
    @OnExchange() exchange: Exchange,
    @Param('party') party: string,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() query: PageQuery,
  ): Promise<string> {
    const { reader, ledger, salts } = this.signed;
    const sight = sightOf(exchange.caller);
    await this.reads.one(exchange, party, () => sight.scope !== 'own' || sight.party === party);
    if (reader === undefined) throw new Problem('LOG_UNAVAILABLE');
    const page = pageOf(exchange, query);
    const { limit, after } = page;
    const found = await available(
      (async () =>
        reader.atOnce(() => {
          const root = reader.published();
          if (root === undefined) throw new Problem('BALANCES_UNSIGNED');
          const of = { after: Buffer.from(after?.id ?? '', 'hex'), limit: limit + 1 };
          const held = reader.heldBy(party, { ...of, ...(sight.scope === 'entity' && { entity: sight.party }) });
          const accounts = held.slice(0, limit);
          if (accounts.length === 0) throw new Problem('NOTHING_HELD');
          const next = held.length > limit ? accounts.at(-1)!.place.toString('hex') : undefined;
          return { events: root.events, next, text: writeBalances(reader, root, { ledger, party, accounts }, salts) };
        }))(),
    );
    linkNext(exchange, found.next === undefined ? undefined : { value: null, id: found.next }, page);
    const name = `balances-of-${party}-${found.events}.txt`;
    reply.headers({ ...TEXT, 'cache-control': 'no-store', 'content-disposition': `attachment; filename="${name}"` });
    return found.text;
  }
}
