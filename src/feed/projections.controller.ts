import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import Type from 'typebox';
import { Access } from '../http/access.decorator.js';
import { Problem } from '../http/problems/problem.js';
import { NoQuery } from '../http/validation/dtos.js';
import { FeedHost } from './feed-host.js';
import type { ConsumerStatus } from './status.js';

const STATUS = Type.Object({
  head: Type.Integer({ description: 'Business events in the log.' }),
  items: Type.Array(
    Type.Object({
      name: Type.String(),
      kind: Type.Enum(['projection', 'policy']),
      state: Type.Enum(['running', 'rebuilding', 'stopped', 'retrying', 'waiting']),
      holder: Type.Optional(Type.String({ description: 'Another process that runs it.' })),
      waitingMs: Type.Optional(Type.Integer({ description: 'How long no process has run it.' })),
      count: Type.Integer({ description: 'Business events considered.' }),
      lag: Type.Integer({ description: 'Business events that it is behind.' }),
      error: Type.Optional(Type.String()),
      rebuild: Type.Optional(Type.Object({ count: Type.Integer(), total: Type.Integer() })),
    }),
  ),
});

/** What an operator sees and does of the consumers of the log. */
@Controller()
export class ProjectionsController {
  constructor(@Inject(FeedHost) private readonly feed: FeedHost) {}

  @Access('GET /v1/projections', STATUS)
  async list(@Query() _query: NoQuery): Promise<{ head: number; items: readonly ConsumerStatus[] }> {
    const { head, consumers } = await this.feed.current();
    return { head, items: consumers };
  }

  /**
   * Begins a rebuild beside the live version, in whichever process folds it: reads go on, `GET /v1/projections` shows
   * how far it is.
   */
  @Access('POST /v1/projections/{name}/rebuild', Type.Object({ name: Type.String() }), 202)
  async rebuild(@Param('name') name: string, @Body() _body: NoQuery): Promise<{ name: string }> {
    const { consumers } = await this.feed.current();
    if (!consumers.some((each) => each.name === name && each.kind === 'projection')) throw new Problem('NOT_FOUND');
    // Its end is logged and shown in the status; a failure leaves the live version as it was.
    this.feed.rebuild([name]).catch(() => undefined);
    return { name };
  }
}
