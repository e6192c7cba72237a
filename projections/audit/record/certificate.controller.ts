import { Controller, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import type { PartyErased } from '../../../src/contexts/parties/events.js';
import { canonicalEvent } from '../../../src/event-store/canonical.js';
import { EVENT_READER, type EventReader } from '../../../src/event-store/event-store.js';
import { Access } from '../../../src/http/access.decorator.js';
import { OnExchange, type Exchange } from '../../../src/http/exchange.js';
import { Problem } from '../../../src/http/problems/problem.js';
import { Reads, sightOf } from '../../../src/http/reads.js';
import { NoQuery } from '../../../src/http/validation/dtos.js';
import type { Recorded } from '../../../src/kernel/decider.js';
import { streamName, uuidOf, type PartyId } from '../../../src/kernel/ids.js';
import { provedIn } from '../../../src/transparency/published-log.js';
import { writeRecord } from '../../../src/transparency/record.js';
import {
  available,
  PUBLISHED_LOG,
  signedIn,
  type Published,
} from '../../../src/transparency/transparency.controller.js';
import { Finder } from '../finder.js';

/** That a party's data were destroyed, for whoever asked for it to keep. */
@Controller()
export class CertificateController {
  constructor(
    @Inject(EVENT_READER) private readonly events: EventReader,
    @Inject(Finder) private readonly finder: Finder,
    @Inject(Reads) private readonly reads: Reads,
    @Inject(PUBLISHED_LOG) private readonly published: Published,
  ) {}

  /** A text; below its line stands the proof of record of the event, once a checkpoint covers it. */
  @Access('GET /v1/parties/{party}/erasure-certificate', Type.String())
  async show(
    @OnExchange() exchange: Exchange,
    @Param('party') party: PartyId,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() _query: NoQuery,
  ): Promise<string> {
    const sight = sightOf(exchange.caller);
    if (sight.scope === 'own' && sight.party !== party) throw await this.reads.hidden(exchange);
    // Nothing comes behind it: the last event of the party tells whether it was erased.
    const stream = streamName('party', uuidOf(party));
    const [last] = await this.events.readStream(stream, { direction: 'backwards', limit: 1 });
    if (last?.event.type !== 'parties.PartyErased') throw new Problem('NOT_FOUND');
    const event = last.event as Recorded<PartyErased>;
    const proof = await this.#proof(event);
    reply.headers({
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': `attachment; filename="erasure-${party}.txt"`,
    });
    return certificate(event, proof);
  }

  /** @returns undefined: no checkpoint covers the event yet, or this process keeps no transparency log */
  async #proof(event: Recorded<PartyErased>): Promise<string | undefined> {
    if (this.published.log === undefined) return undefined;
    const located = await this.finder.one({ id: event.id });
    const { log, signed } = await signedIn(this.published);
    if (located === undefined || located.sequence >= signed.size) return undefined;
    const proof = await available(provedIn(log, located.sequence, signed));
    return writeRecord(canonicalEvent(event), this.published.saltOf(event.id), proof, []);
  }
}

const certificate = ({ data, id, effectiveOn, recordedAt }: Recorded<PartyErased>, proof: string | undefined): string =>
  [
    'شهادة إتلاف بيانات شخصية — Certificate of the destruction of personal data',
    '',
    `الطرف / Party: ${data.party}`,
    `الطلب / Request: ${data.request}`,
    `أُتلفت في / Destroyed on: ${effectiveOn} (${recordedAt})`,
    `الحدث / Event: ${id}`,
    '',
    'أُتلف المفتاح الذي كان يفتح بيانات هذا الطرف، وكل ما كان مختومًا به في الخزنة. وما في السجل من أحداث باقٍ كما هو بالرمز المستعار وحده.',
    'The key that opened the data of this party, and all that was sealed under it, were destroyed in the vault. The events of',
    'the ledger stay as they are, by the pseudonym alone. A back-up that is restored is erased again when the ledger starts.',
    '',
    proof === undefined
      ? 'إثبات القيد يُتاح بعد نقطة التحقق التالية / The proof of record follows with the next checkpoint: ask again.'
      : `Below this line: the proof of record of the event (sijill verify record).\n----\n${proof}`,
    '',
  ].join('\n');
