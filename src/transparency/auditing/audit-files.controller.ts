import { Controller, Inject, Param, Query } from '@nestjs/common';
import { Access } from '../../http/access.decorator.js';
import { OnExchange, type Exchange } from '../../http/exchange.js';
import { Problem } from '../../http/problems/problem.js';
import { Exports } from '../../http/streams/exports.js';
import { IsWholeNumber } from '../../http/validation/fields.js';
import { PUBLISHED_LOG, signedIn, type Published } from '../transparency.controller.js';
import { AUDIT_FILES, isAuditFile, type AuditedLog } from './audit-files.js';

/** The composition root hands over what is audited. */
export const AUDITED_LOG = Symbol('AuditedLog');

export class SizeQuery {
  @IsWholeNumber(1, 999_999_999_999_999, {
    optional: true,
    description: 'How many events, as a checkpoint says it; default: as many as were signed last.',
  })
  size?: string;
}

/** What `sijill verify audit` asks for: every event, for who may read all of them. */
@Controller()
export class AuditFilesController {
  constructor(
    @Inject(AUDITED_LOG) private readonly log: AuditedLog,
    @Inject(PUBLISHED_LOG) private readonly published: Published,
    @Inject(Exports) private readonly exports: Exports,
  ) {}

  @Access('GET /v1/audit-files/{name}')
  async send(@OnExchange() exchange: Exchange, @Param('name') file: string, @Query() query: SizeQuery): Promise<void> {
    if (!isAuditFile(file)) throw new Problem('NOT_FOUND');
    const { signed } = await signedIn(this.published);
    const size = query.size === undefined ? signed.size : Number(query.size);
    if (size > signed.size) throw new Problem('NOT_IN_LOG', { facts: { size: signed.size } });
    exchange.reply.headers({
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'content-disposition': `attachment; filename="${file}"`,
    });
    if (exchange.request.method === 'HEAD') return;
    await this.exports.write(exchange, AUDIT_FILES[file](this.log, size));
  }
}
