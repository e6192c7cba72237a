import { Controller, Inject, Param, Query } from '@nestjs/common';
import Type, { type Static } from 'typebox';
import { Access } from '../../../src/http/access.decorator.js';
import { answer, orNull } from '../../../src/http/answers.js';
import { linkNext, pageOf } from '../../../src/http/cursor.js';
import { OnExchange, type Exchange } from '../../../src/http/exchange.js';
import { PersonalData } from '../../../src/http/personal-data.js';
import { Problem } from '../../../src/http/problems/problem.js';
import { Reads, sightOf } from '../../../src/http/reads.js';
import { PageQuery } from '../../../src/http/validation/dtos.js';
import type { Envelope } from '../../../src/kernel/envelope.js';
import type { PartyId } from '../../../src/kernel/ids.js';
import type { Cursor } from '../../../src/read-models/read-models.js';
import { Finder } from '../finder.js';

const value = Type.Object({
  field: Type.String(),
  value: Type.String(),
  /** Of the party's own data: 1, and one more for each correction; null: of something else, such as a receipt. */
  version: orNull(answer.count),
  /** The event that names its commitment. */
  event: answer.id,
  type: answer.code,
  effectiveOn: answer.day,
  commitment: Type.String(),
});
const values = Type.Object({
  /** All events from this sequence on were considered; 0: all there are. */
  reached: answer.count,
  items: Type.Array(value),
});

/** Documents of the index and events in vain that a page may cost. */
const EFFORT = 256;
const CURSOR = 'sequence';

@Controller()
export class PersonalDataController {
  constructor(
    @Inject(Finder) private readonly finder: Finder,
    @Inject(Reads) private readonly reads: Reads,
    @Inject(PersonalData) private readonly personalData: PersonalData,
  ) {}

  /**
   * Every value that is kept of a person, of every version and from every event, the latest first. A page looks at as many
   * events as it has items at most; it may be short and have a next one. Each is recorded as a reading of their own.
   */
  @Access('GET /v1/parties/{party}/personal-data', values)
  async list(
    @OnExchange() exchange: Exchange,
    @Param('party') party: PartyId,
    @Query() query: PageQuery,
  ): Promise<Static<typeof values>> {
    const sight = sightOf(exchange.caller);
    if (sight.scope !== 'own' || sight.party !== party) throw await this.reads.hidden(exchange);
    const page = pageOf(exchange, query);
    const count = await this.finder.count();
    const before = page.after === undefined ? count : sequenceIn(page.after, count);
    const { events, reached } = await this.finder.find(
      { filter: { party }, before, limit: page.limit, effort: EFFORT },
      count,
    );
    linkNext(exchange, reached > 0 ? { value: reached, id: CURSOR } : undefined, page);
    const named = events.flatMap(({ event }) => event.evidence.map((commitment) => ({ event, commitment })));
    const commitments = named.map(({ commitment }) => commitment);
    const opened = await this.personalData.open(exchange, { party, purpose: 'own-access' }, commitments);
    const found = new Map(opened.map((each) => [each.commitment, each]));
    const items = named.flatMap(({ event, commitment }) => {
      const own = found.get(commitment);
      return own === undefined ? [] : [{ ...own, ...sourceOf(event) }];
    });
    return { reached, items };
  }
}

/** @throws Problem for a cursor that this list did not give */
function sequenceIn({ value: sequence, id }: Cursor, count: number): number {
  if (id !== CURSOR || typeof sequence !== 'number' || sequence < 1 || sequence > count) {
    throw new Problem('CURSOR_INVALID');
  }
  return sequence;
}

function sourceOf({ id, type, effectiveOn, data }: Envelope) {
  const { version } = data as { readonly version?: number };
  const own = type === 'parties.PartyRecorded' ? 1 : type === 'parties.PartyCorrected' ? (version as number) : null;
  return { version: own, event: id, type, effectiveOn };
}
