import { Controller, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { canonicalEvent } from '../../../src/event-store/canonical.js';
import { PURPOSE_CODES } from '../../../src/contexts/parties/events.js';
import { Access } from '../../../src/http/access.decorator.js';
import { OnExchange, type Exchange } from '../../../src/http/exchange.js';
import { PersonalData } from '../../../src/http/personal-data.js';
import { Problem } from '../../../src/http/problems/problem.js';
import { Reads, sightOf, type Sight } from '../../../src/http/reads.js';
import { IsOneOf } from '../../../src/http/validation/fields.js';
import type { Envelope } from '../../../src/kernel/envelope.js';
import type { PartyId } from '../../../src/kernel/ids.js';
import { provedIn } from '../../../src/transparency/published-log.js';
import { writeRecord } from '../../../src/transparency/record.js';
import {
  available,
  PUBLISHED_LOG,
  signedIn,
  type Published,
} from '../../../src/transparency/transparency.controller.js';
import { hidesFrom } from '../../shown.js';
import { Finder } from '../finder.js';
import type { Located } from '../searching.js';
import { isVisible } from './visible.js';

/** The event is recorded, and no checkpoint covers it yet: one will in the next seconds. */
const PENDING = Type.Object({
  status: Type.Literal('pending'),
  sequence: Type.Integer(),
  /** Events that the last checkpoint covers. */
  signed: Type.Integer(),
});

export class ProofQuery {
  @IsOneOf(PURPOSE_CODES, {
    optional: true,
    description:
      'Why personal data are disclosed with the proof (RFC 9901): what the event commits to and the caller may read, which is recorded as a reading. Without it nothing is disclosed.',
  })
  purpose?: string;
}

/** Proofs that people keep, and that need no ledger any more. */
@Controller()
export class ProofOfRecordController {
  constructor(
    @Inject(Finder) private readonly finder: Finder,
    @Inject(Reads) private readonly reads: Reads,
    @Inject(PersonalData) private readonly personalData: PersonalData,
    @Inject(PUBLISHED_LOG) private readonly published: Published,
  ) {}

  @Access('GET /v1/proofs-of-record/{id}', PENDING)
  async show(
    @OnExchange() exchange: Exchange,
    @Param('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() { purpose }: ProofQuery,
  ): Promise<string | object> {
    const sight = sightOf(exchange.caller);
    const { sequence, stored } = await this.#seen(exchange, sight, id);
    const { log, signed } = await signedIn(this.published);
    reply.header('cache-control', 'no-store');
    if (sequence >= signed.size) {
      reply.status(202).header('retry-after', '2');
      return { status: 'pending', sequence, signed: signed.size };
    }
    const proof = await available(provedIn(log, sequence, signed));
    const disclosures = purpose === undefined ? [] : await this.#disclosures(exchange, sight, purpose, stored.event);
    reply.headers({
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': `attachment; filename="proof-of-record-${id}.txt"`,
    });
    return writeRecord(canonicalEvent(stored.event), this.published.saltOf(stored.event.id), proof, disclosures);
  }

  /** Who sees what is their own is shown nothing of others, though it stood in the same event. */
  #disclosures(exchange: Exchange, sight: Sight, purpose: string, { evidence }: Envelope): Promise<readonly string[]> {
    const own = sight.scope === 'own' ? { party: sight.party as PartyId } : {};
    return this.personalData.disclose(exchange, { purpose, ...own }, evidence);
  }

  /** An event is proved whole or not at all: its bytes are what was hashed. @throws Problem */
  async #seen(exchange: Exchange, sight: Sight, id: string): Promise<Located> {
    const found = await this.finder.one({ id });
    if (found === undefined) throw new Problem('NOT_FOUND');
    if (!isVisible(sight, found.event)) throw await this.reads.hidden(exchange);
    if (hidesFrom(sight, found.stored.event)) throw new Problem('PROOF_NOT_WHOLE');
    return found;
  }
}
