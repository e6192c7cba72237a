import { Controller, Inject, Param, Query } from '@nestjs/common';
import Type from 'typebox';
import { PURPOSE_CODES } from '../../src/contexts/parties/events.js';
import { EVENT_READER, type EventReader } from '../../src/event-store/event-store.js';
import { Access, Streamed, Tagged } from '../../src/http/access.decorator.js';
import { listOf, orNull, recordedEvent } from '../../src/http/answers.js';
import { linkNext, pageOf } from '../../src/http/cursor.js';
import { OnExchange, type Exchange } from '../../src/http/exchange.js';
import { PersonalData, shownParty } from '../../src/http/personal-data.js';
import { READ_MODELS } from '../../src/read-models/token.js';
import { Reads, sightOf, type Sight } from '../../src/http/reads.js';
import { PageQuery } from '../../src/http/validation/dtos.js';
import { IsOneOf } from '../../src/http/validation/fields.js';
import { streamName, type PartyId, type Uuid } from '../../src/kernel/ids.js';
import { EventStreams } from '../../src/http/streams/event-streams.js';
import { wantsStream } from '../../src/http/streams/headers.js';
import { invalid, Problem } from '../../src/http/problems/problem.js';
import type { Cursor, ReadModelReader } from '../../src/read-models/read-models.js';
import { shownTo } from '../shown.js';
import { debtDetail, debtDetailModel, type DebtDetail } from './model.js';

const history = listOf(recordedEvent);
/** `debtorData` where a purpose is named; null: the ledger knows the debtor by the pseudonym only (domain.md E5). */
const withDebtor = Type.Object({ ...debtDetail.properties, debtorData: Type.Optional(orNull(shownParty)) });

export class DebtQuery {
  @IsOneOf(PURPOSE_CODES, {
    optional: true,
    description: 'Why the debtor’s personal data are read: they are shown, and the reading is recorded first.',
  })
  purpose?: string;
}

@Controller()
export class DebtDetailController {
  constructor(
    @Inject(READ_MODELS) private readonly models: ReadModelReader,
    @Inject(EVENT_READER) private readonly events: EventReader,
    @Inject(Reads) private readonly reads: Reads,
    @Inject(PersonalData) private readonly personalData: PersonalData,
    @Inject(EventStreams) private readonly streams: EventStreams,
  ) {}

  @Tagged()
  @Access('GET /v1/debts/{id}', withDebtor)
  async show(
    @OnExchange() exchange: Exchange,
    @Param('id') id: string,
    @Query() { purpose }: DebtQuery,
  ): Promise<string | object | undefined> {
    if (purpose !== undefined) return this.#withDebtor(exchange, id, purpose);
    const text = await this.models.getText(debtDetailModel, id);
    return this.reads.document(exchange, text, visibleTo(exchange));
  }

  /** No entity tag: a reading is recorded each time, and the debtor's data change without the debt. */
  async #withDebtor(exchange: Exchange, id: string, purpose: string): Promise<object> {
    const debt = await this.reads.one(exchange, await this.models.get(debtDetailModel, id), visibleTo(exchange));
    const { debtor } = debt as DebtDetail;
    const reading = { party: debtor as PartyId, purpose, debt: id as Uuid };
    return { ...debt, debtorData: await this.personalData.show(exchange, reading) };
  }

  /**
   * The debt's whole history in its own order, straight from the log. Who may see everything also sees that of a
   * discarded draft, of which there is no document any more. Page by page, or as a stream that goes on.
   */
  @Streamed(history)
  @Access('GET /v1/debts/{id}/events', history)
  async history(
    @OnExchange() exchange: Exchange,
    @Param('id') id: string,
    @Query() query: PageQuery,
  ): Promise<{ items: readonly unknown[] } | undefined> {
    const sight = sightOf(exchange.caller);
    const shown = shownTo(sight);
    if (sight.scope !== 'all')
      await this.reads.one(exchange, await this.models.get(debtDetailModel, id), visibleTo(exchange));
    const stream = streamName('debt', id as Uuid);
    exchange.reply.header('vary', 'Accept');
    if (wantsStream(exchange.request.headers.accept)) {
      for (const path of ['cursor', 'limit'] as const) {
        if (query[path] !== undefined) throw invalid({ path, code: 'UNKNOWN_FIELD', facts: { accepted: '-' } });
      }
      await this.streams.send(exchange, stream, shown);
      return undefined;
    }
    const page = pageOf(exchange, query);
    const from = page.after === undefined ? 0n : revisionAfter(page.after, id);
    const found = await this.events.readStream(stream, { from, limit: page.limit + 1 });
    if (found.length === 0 && page.after === undefined) throw new Problem('NOT_FOUND');
    const items = found.slice(0, page.limit);
    const last = found.length > page.limit ? items.at(-1) : undefined;
    linkNext(exchange, last && { value: last.event.revision, id }, page);
    return { items: items.map(shown) };
  }
}

/** @throws Problem for a cursor that this history did not give */
function revisionAfter({ value, id }: Cursor, debt: string): bigint {
  if (id !== debt || typeof value !== 'number' || value < 0) throw new Problem('CURSOR_INVALID');
  return BigInt(value) + 1n;
}

const visibleTo = ({ caller }: Exchange) => {
  const sight = sightOf(caller);
  return (debt: DebtDetail): boolean => isVisible(debt, sight);
};

/** The debtor sees a debt from its registration on; a draft is the creditor's own affair (domain.md E6). */
function isVisible({ debtor, creditor, registeredOn }: DebtDetail, sight: Sight): boolean {
  if (sight.scope === 'all') return true;
  if (sight.scope === 'own') return debtor === sight.party && registeredOn !== null;
  return sight.scope === 'entity' && creditor === sight.party;
}
