import { Controller, Inject, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../http/access.decorator.js';
import { invalid, Problem } from '../http/problems/problem.js';
import { NoQuery } from '../http/validation/dtos.js';
import { IsWholeNumber } from '../http/validation/fields.js';
import type { EventId } from '../kernel/ids.js';
import { LogUnavailable } from './log-storage.js';
import { growthOf, provedIn, tileBytes, witnessedIn, type PublishedLog } from './published-log.js';
import { parseTilePath } from './tiles.js';

/** The composition root hands over what is published. */
export const PUBLISHED_LOG = Symbol('PublishedLog');
export interface Published {
  /** Undefined: this server keeps no log. */
  readonly log: PublishedLog | undefined;
  /** `Vault.leafSalt` */
  saltOf(event: EventId): string;
}

const MOST = 999_999_999_999_999;

export class ProofQuery {
  @IsWholeNumber(0, MOST, { description: 'The sequence of the event.' })
  seq!: string;
}

export class GrowthQuery {
  @IsWholeNumber(0, MOST, { description: 'The size of the earlier tree.' })
  from!: string;

  @IsWholeNumber(0, MOST, { optional: true, description: 'The size of the later tree; default: what was signed last.' })
  to?: string;
}

const TILES = '/transparency/tile/';
const TEXT = 'text/plain; charset=utf-8';
/** What a name stands for never changes. */
const FOR_EVER = 'public, max-age=31536000, immutable';
/** A new checkpoint may come at any time. */
const A_MOMENT = 'public, max-age=1';
const RETRY = { headers: { 'retry-after': '2' } };

/** The transparency log, for anybody: C2SP tlog-tiles, and proofs for those who would not work them out themselves. */
@Controller()
export class TransparencyController {
  constructor(@Inject(PUBLISHED_LOG) private readonly published: Published) {}

  @Access('GET /transparency/checkpoint')
  async checkpoint(@Res({ passthrough: true }) reply: FastifyReply, @Query() _query: NoQuery): Promise<string> {
    const { signed } = await signedIn(this.published);
    reply.headers({ 'content-type': TEXT, 'cache-control': A_MOMENT });
    return signed.note;
  }

  /** What a client with a policy waits for: it is older than the last one, or the same. */
  @Access('GET /transparency/witnessed')
  async witnessed(@Res({ passthrough: true }) reply: FastifyReply, @Query() _query: NoQuery): Promise<string> {
    const tree = await available(witnessedIn(this.#log));
    if (tree === undefined) throw new Problem('NOT_WITNESSED', RETRY);
    reply.headers({ 'content-type': TEXT, 'cache-control': A_MOMENT });
    return tree.note;
  }

  @Access('GET /transparency/vkey')
  vkey(@Res({ passthrough: true }) reply: FastifyReply, @Query() _query: NoQuery): string {
    reply.headers({ 'content-type': TEXT, 'cache-control': A_MOMENT });
    return `${this.#log.vkey}\n`;
  }

  @Access('GET /transparency/tile/{path}')
  async tile(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() _query: NoQuery,
  ): Promise<Buffer> {
    const [path = ''] = request.url.split('?', 1);
    const tile = parseTilePath(path.slice(TILES.length));
    if (tile === undefined) throw new Problem('NO_TILE');
    const { reader, signed } = await signedIn(this.published);
    const bytes = await available(tileBytes(reader, tile, signed));
    if (bytes === undefined) throw new Problem('NOT_IN_LOG', { facts: { size: signed.size } });
    reply.headers({ 'content-type': 'application/octet-stream', 'cache-control': FOR_EVER });
    return bytes;
  }

  /** By its place alone: to look an event up is for whoever may read it (`/v1/proofs-of-record`). */
  @Access('GET /transparency/proof')
  async proof(@Res({ passthrough: true }) reply: FastifyReply, @Query() { seq }: ProofQuery): Promise<string> {
    const { log, signed } = await signedIn(this.published);
    const index = Number(seq);
    if (index >= signed.size) throw new Problem('NOT_IN_LOG', { facts: { size: signed.size } });
    reply.headers({ 'content-type': TEXT, 'cache-control': A_MOMENT });
    return available(provedIn(log, index, signed));
  }

  @Access('GET /transparency/consistency')
  async consistency(@Res({ passthrough: true }) reply: FastifyReply, @Query() query: GrowthQuery): Promise<string> {
    const { log, signed } = await signedIn(this.published);
    const [from, to] = [Number(query.from), query.to === undefined ? signed.size : Number(query.to)];
    if (Math.max(from, to) > signed.size) throw new Problem('NOT_IN_LOG', { facts: { size: signed.size } });
    if (from > to) throw invalid({ path: 'from', code: 'NOT_IN_RANGE', facts: { least: '0', most: String(to) } });
    reply.headers({ 'content-type': TEXT, 'cache-control': A_MOMENT });
    return available(growthOf(log, from, to, signed));
  }

  get #log(): PublishedLog {
    if (this.published.log === undefined) throw new Problem('LOG_UNAVAILABLE', RETRY);
    return this.published.log;
  }
}

/** The tree that was signed last. @throws Problem where there is none to be read */
export async function signedIn({ log }: Published) {
  if (log === undefined) throw new Problem('LOG_UNAVAILABLE', RETRY);
  const signed = await available(log.reader.signed());
  if (signed === undefined) throw new Problem('LOG_UNAVAILABLE', RETRY);
  return { log, reader: log.reader, signed };
}

export const available = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw error instanceof LogUnavailable ? new Problem('LOG_UNAVAILABLE', RETRY) : error;
  });
