import { Body, Controller, Inject, Param } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Access } from '../../http/access.decorator.js';
import { CommandEdge, type Acknowledgement } from '../../http/commands/command-edge.js';
import { OnExchange, type Exchange } from '../../http/exchange.js';
import { CommandBody } from '../../http/validation/dtos.js';
import { uuidOf, type EventId, type PartyId } from '../../kernel/ids.js';
import type { CommandClass } from '../../ledger/command-handlers.js';
import type { Outcome } from '../../ledger/outcome.js';
import { ApproveErasure, DeclineErasure, LiftHold, PlaceHold, RequestErasure, WithdrawErasure } from './commands.js';
import { DutyFinder } from './duties.js';
import { ErasureBody, ErasureDeclineBody, HoldBody, LiftBody } from './parties.dto.js';
import type { Retention } from './retention.js';

/** Under this name the module provides how long records are kept. */
export const RETENTION = Symbol('Retention');

type Answer = Promise<Acknowledgement | undefined>;
type DataFor<C extends CommandClass> = InstanceType<C>['data'];

/** Legal holds and erasures over HTTP; what forbids an erasure is looked for here, and judged by the decider. */
@Controller()
export class ErasuresController {
  constructor(
    @Inject(CommandEdge) private readonly edge: CommandEdge,
    @Inject(CommandBus) private readonly bus: CommandBus,
    @Inject(DutyFinder) private readonly duties: DutyFinder,
    @Inject(RETENTION) private readonly retention: Retention,
  ) {}

  @Access('POST /v1/parties/{party}/legal-holds')
  hold(@OnExchange() exchange: Exchange, @Param('party') party: PartyId, @Body() body: HoldBody): Answer {
    return this.#send(exchange, party, body, PlaceHold, { ground: body.ground });
  }

  @Access('DELETE /v1/parties/{party}/legal-holds/{hold}')
  lift(
    @OnExchange() exchange: Exchange,
    @Param('party') party: PartyId,
    @Param('hold') hold: EventId,
    @Body() body: LiftBody,
  ): Answer {
    return this.#send(exchange, party, body, LiftHold, { hold, reason: body.reason });
  }

  @Access('POST /v1/parties/{party}/erasure-requests')
  request(@OnExchange() exchange: Exchange, @Param('party') party: PartyId, @Body() body: ErasureBody): Answer {
    const { answerDays } = this.retention;
    const asked = { ground: body.ground, answerDays };
    return this.#send(exchange, party, body, RequestErasure, async () => ({
      ...asked,
      duties: await this.duties.of(party),
    }));
  }

  @Access('POST /v1/parties/{party}/erasure-requests/{request}/approval')
  approve(
    @OnExchange() exchange: Exchange,
    @Param('party') party: PartyId,
    @Param('request') request: EventId,
    @Body() body: CommandBody,
  ): Answer {
    return this.#send(exchange, party, body, ApproveErasure, async () => ({
      request,
      duties: await this.duties.of(party),
    }));
  }

  @Access('POST /v1/parties/{party}/erasure-requests/{request}/decline')
  decline(
    @OnExchange() exchange: Exchange,
    @Param('party') party: PartyId,
    @Param('request') request: EventId,
    @Body() body: ErasureDeclineBody,
  ): Answer {
    return this.#send(exchange, party, body, DeclineErasure, { request, reason: body.reason });
  }

  @Access('POST /v1/parties/{party}/erasure-requests/{request}/withdrawal')
  withdraw(
    @OnExchange() exchange: Exchange,
    @Param('party') party: PartyId,
    @Param('request') request: EventId,
    @Body() body: CommandBody,
  ): Answer {
    return this.#send(exchange, party, body, WithdrawErasure, { request });
  }

  #send<C extends CommandClass>(
    exchange: Exchange,
    party: PartyId,
    body: CommandBody,
    command: C,
    data: DataFor<C> | (() => Promise<DataFor<C>>),
  ): Answer {
    return this.edge.handle(
      exchange,
      body,
      async (target, request) => {
        const facts: DataFor<C> = typeof data === 'function' ? await (data as () => Promise<DataFor<C>>)() : data;
        return this.bus.execute<InstanceType<C>, Outcome>(new command(target, facts, request) as InstanceType<C>);
      },
      uuidOf(party),
    );
  }
}
