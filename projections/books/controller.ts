import { Controller, Inject, Query } from '@nestjs/common';
import Type, { type Static } from 'typebox';
import { Access } from '../../src/http/access.decorator.js';
import { answer, orNull } from '../../src/http/answers.js';
import { OnExchange, type Exchange } from '../../src/http/exchange.js';
import { HTTP_PORTS, type HttpPorts } from '../../src/http/ports.js';
import { invalid, Problem } from '../../src/http/problems/problem.js';
import { Reads, sightOf } from '../../src/http/reads.js';
import { IsBusinessDay, IsCode, IsCurrency, IsId, IsKnownAt, IsParty } from '../../src/http/validation/fields.js';
import { businessDateAt, LAST_DAY } from '../../src/kernel/calendar.js';
import { streamName, type PartyId, type Uuid } from '../../src/kernel/ids.js';
import type { ReadModelReader } from '../../src/read-models/read-models.js';
import { READ_MODELS } from '../../src/read-models/token.js';
import { KnownAt } from '../known-at.js';
import { decimal } from '../sums.js';
import { turnoversOf, type Asked, type Turnover } from './turnovers.js';

const OPTIONAL = { optional: true } as const;

export class BalancesQuery {
  @IsParty({
    ...OPTIONAL,
    description: 'The reporting entity; needed unless a party, debt, receipt or subscription is named.',
  })
  entity?: PartyId;

  @IsCode([], { ...OPTIONAL, description: 'Of the chart of accounts: 1200.' })
  account?: string;

  @IsCurrency(OPTIONAL)
  currency?: string;

  @IsCode([], OPTIONAL)
  sector?: string;

  @IsCode([], { ...OPTIONAL, description: 'The legal ground of a debt: what an account of revenue is sorted by.' })
  ground?: string;

  @IsParty({ ...OPTIONAL, description: 'What is posted for a party.' })
  party?: PartyId;

  @IsId(OPTIONAL)
  debt?: Uuid;

  @IsId(OPTIONAL)
  receipt?: Uuid;

  @IsId(OPTIONAL)
  subscription?: Uuid;

  @IsBusinessDay({ ...OPTIONAL, description: 'As of this day; default: today. Not together with from and to.' })
  effectiveOn?: string;

  @IsBusinessDay({ ...OPTIONAL, description: 'The first day of the turnover.' })
  from?: string;

  @IsBusinessDay({ ...OPTIONAL, description: 'The last day of the turnover; default: today.' })
  to?: string;

  @IsKnownAt(OPTIONAL)
  knownAt?: string;
}

const balance = Type.Object({
  entity: answer.party,
  account: answer.code,
  currency: answer.currency,
  sector: orNull(answer.code),
  opening: answer.sum,
  debit: answer.sum,
  credit: answer.sum,
  balance: answer.sum,
});
const balances = Type.Object({
  sequence: Type.Integer({ minimum: -1, description: 'The last event that is known; -1: none.' }),
  from: orNull(answer.day),
  to: answer.day,
  items: Type.Array(balance),
});

/** Streams whose first event names the party that their lines are posted for, and the entity in whose books. */
const OWNERS = {
  debt: { party: 'debtor', entity: 'creditor' },
  receipt: { party: 'payer', entity: 'payee' },
  subscription: { party: 'establishment', entity: 'entity' },
} as const;
type Owned = keyof typeof OWNERS;
interface Owners {
  readonly party: string | undefined;
  readonly entity: string | undefined;
}

@Controller()
export class BookBalancesController {
  constructor(
    @Inject(READ_MODELS) private readonly models: ReadModelReader,
    @Inject(HTTP_PORTS) private readonly ports: HttpPorts,
    @Inject(Reads) private readonly reads: Reads,
    @Inject(KnownAt) private readonly known: KnownAt,
  ) {}

  /**
   * By entity, account, currency and sector: a line for each that anything was posted on. What is debited is positive.
   * Who acts for an entity sees that entity's; who has debts or subscriptions of their own, their own.
   */
  @Access('GET /v1/balances', balances)
  async list(@OnExchange() exchange: Exchange, @Query() query: BalancesQuery): Promise<Static<typeof balances>> {
    const { from, to } = daysOf(query, businessDateAt(this.ports.clock.now()));
    const asked = { ...(await this.#bound(exchange, query)), from, to };
    if (asked.entity === undefined && asked.party === undefined) throw invalid({ path: 'entity', code: 'REQUIRED' });
    const sequence = await this.known.sequenceOf(query.knownAt);
    await this.known.folded(sequence);
    const items = (await turnoversOf(this.models, asked, sequence)).map(shown);
    return { sequence, from: from ?? null, to, items };
  }

  /**
   * What is someone else's is answered as if it were not there, whatever else was asked for, and recorded.
   * @throws Problem `NOT_FOUND`, RefusedByRule
   */
  async #bound(exchange: Exchange, query: BalancesQuery): Promise<Omit<Asked, 'from' | 'to'>> {
    const { effectiveOn: _, from: _from, to: _to, knownAt: _known, ...asked } = query;
    const owners = await this.#ownersOf(asked);
    const party = asked.party ?? owners[0]?.party;
    const sight = sightOf(exchange.caller);
    if (sight.scope === 'all') return { ...asked, party };
    const bound = sight.scope === 'entity' ? 'entity' : 'party';
    for (const { [bound]: named } of [asked, ...owners]) {
      if (named === undefined || named === sight.party) continue;
      throw await this.reads.hidden(exchange, { party: named as PartyId, facts: {} });
    }
    return { ...asked, party, [bound]: sight.party };
  }

  /** Whose the debt, the receipt and the subscription are. @throws Problem `NOT_FOUND` */
  async #ownersOf(asked: Partial<Record<Owned, Uuid>>): Promise<readonly Owners[]> {
    const named = (Object.keys(OWNERS) as Owned[]).filter((category) => asked[category] !== undefined);
    return Promise.all(
      named.map(async (category) => {
        const stream = streamName(category, asked[category] as Uuid);
        const [first] = await this.ports.events.readStream(stream, { limit: 1 });
        if (first === undefined) throw new Problem('NOT_FOUND');
        const { refs } = first.event;
        const { party, entity } = OWNERS[category];
        return { party: refs[party], entity: refs[entity] };
      }),
    );
  }
}

/** @throws Problem */
function daysOf({ effectiveOn, from, to }: BalancesQuery, today: string): { from: string | undefined; to: string } {
  if (effectiveOn !== undefined && (from !== undefined || to !== undefined)) {
    throw invalid({ path: 'effectiveOn', code: 'NOT_ACCEPTED', facts: { accepted: 'from, to' } });
  }
  if (to !== undefined && from === undefined) throw invalid({ path: 'from', code: 'REQUIRED' });
  const last = effectiveOn ?? to ?? today;
  if (from !== undefined && from > last) {
    throw invalid({ path: 'to', code: 'NOT_IN_RANGE', facts: { least: from, most: LAST_DAY } });
  }
  return { from, to: last };
}

const shown = ({ entity, account, currency, sector, opening, debits, credits }: Turnover): Static<typeof balance> => ({
  entity,
  account,
  currency,
  sector,
  opening: decimal(opening, currency),
  debit: decimal(debits, currency),
  credit: decimal(credits, currency),
  balance: decimal(opening + debits - credits, currency),
});
