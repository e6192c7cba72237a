import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import { Access } from '../http/access.decorator.js';
import { OnExchange, type Exchange } from '../http/exchange.js';
import { Problem } from '../http/problems/problem.js';
import { NoQuery } from '../http/validation/dtos.js';
import { FeedHost } from './feed-host.js';
import type { ConsumerStatus } from './status.js';

/** What an operator sees and does of the consumers of the log. */
@Controller()
export class ProjectionsController {
  constructor(@Inject(FeedHost) private readonly feed: FeedHost) {}

  @Access('GET /v1/projections')
  list(@Query() _query: NoQuery): { head: number; items: readonly ConsumerStatus[] } {
    const { head, consumers } = this.feed.current();
    return { head, items: consumers };
  }

  /** Begins a rebuild beside the live version: reads go on, `GET /v1/projections` shows how far it is. */
  @Access('POST /v1/projections/{name}/rebuild')
  rebuild(@OnExchange() { reply }: Exchange, @Param('name') name: string, @Body() _body: NoQuery): { name: string } {
    const { consumers } = this.feed.current();
    if (!consumers.some((each) => each.name === name && each.kind === 'projection')) throw new Problem('NOT_FOUND');
    // Its end is logged and shown in the status; a failure leaves the live version as it was.
    this.feed.rebuild([name]).catch(() => undefined);
    reply.code(202);
    return { name };
  }
}
