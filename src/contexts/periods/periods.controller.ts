import { Body, Controller, Inject, Param } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Access } from '../../http/access.decorator.js';
import { CommandEdge, type Acknowledgement } from '../../http/commands/command-edge.js';
import { OnExchange, type Exchange } from '../../http/exchange.js';
import { CommandBody } from '../../http/validation/dtos.js';
import { periodsId, type EventId, type PartyId, type Uuid } from '../../kernel/ids.js';
import type { CommandClass } from '../../ledger/command-handlers.js';
import type { Outcome } from '../../ledger/outcome.js';
import {
  ApproveClosing,
  ApproveCorrection,
  DeclineClosing,
  DeclineCorrection,
  RequestClosing,
  RequestCorrection,
  WithdrawClosing,
  WithdrawCorrection,
} from './commands.js';
import { ClosingRequestBody, CorrectionRequestBody, PeriodDeclineBody } from './periods.dto.js';

type Answer = Promise<Acknowledgement | undefined>;
type DataFor<C extends CommandClass> = InstanceType<C>['data'];

/** Closings of an entity's books, and corrections of what is closed (docs/adr/0018). */
@Controller()
export class PeriodsController {
  constructor(
    @Inject(CommandEdge) private readonly edge: CommandEdge,
    @Inject(CommandBus) private readonly bus: CommandBus,
  ) {}

  @Access('POST /v1/entities/{party}/closing-requests')
  request(@OnExchange() exchange: Exchange, @Param('party') entity: PartyId, @Body() body: ClosingRequestBody): Answer {
    return this.#send(exchange, body, RequestClosing, { entity, period: body.period }, periodsId(entity));
  }

  @Access('POST /v1/entities/{party}/closing-requests/{request}/approval')
  approve(
    @OnExchange() exchange: Exchange,
    @Param('party') entity: PartyId,
    @Param('request') request: EventId,
    @Body() body: CommandBody,
  ): Answer {
    return this.#send(exchange, body, ApproveClosing, { request }, periodsId(entity));
  }

  @Access('POST /v1/entities/{party}/closing-requests/{request}/decline')
  decline(
    @OnExchange() exchange: Exchange,
    @Param('party') entity: PartyId,
    @Param('request') request: EventId,
    @Body() body: PeriodDeclineBody,
  ): Answer {
    return this.#send(exchange, body, DeclineClosing, { request, reason: body.reason }, periodsId(entity));
  }

  @Access('POST /v1/entities/{party}/closing-requests/{request}/withdrawal')
  withdraw(
    @OnExchange() exchange: Exchange,
    @Param('party') entity: PartyId,
    @Param('request') request: EventId,
    @Body() body: CommandBody,
  ): Answer {
    return this.#send(exchange, body, WithdrawClosing, { request }, periodsId(entity));
  }

  @Access('POST /v1/entities/{party}/corrections')
  correct(
    @OnExchange() exchange: Exchange,
    @Param('party') entity: PartyId,
    @Body() body: CorrectionRequestBody,
  ): Answer {
    const { period, reason, about, command, until } = body;
    const asked = { entity, period, reason, about, command, ...(until !== undefined && { until }) };
    return this.#send(exchange, body, RequestCorrection, asked);
  }

  @Access('POST /v1/corrections/{id}/approval')
  approveCorrection(@OnExchange() exchange: Exchange, @Body() body: CommandBody): Answer {
    return this.#send(exchange, body, ApproveCorrection, {});
  }

  @Access('POST /v1/corrections/{id}/decline')
  declineCorrection(@OnExchange() exchange: Exchange, @Body() body: PeriodDeclineBody): Answer {
    return this.#send(exchange, body, DeclineCorrection, { reason: body.reason });
  }

  @Access('POST /v1/corrections/{id}/withdrawal')
  withdrawCorrection(@OnExchange() exchange: Exchange, @Body() body: CommandBody): Answer {
    return this.#send(exchange, body, WithdrawCorrection, {});
  }

  #send<C extends CommandClass>(
    exchange: Exchange,
    body: CommandBody,
    command: C,
    data: DataFor<C>,
    named?: Uuid,
  ): Answer {
    return this.edge.handle(
      exchange,
      body,
      (target, request) =>
        this.bus.execute<InstanceType<C>, Outcome>(new command(target, data, request) as InstanceType<C>),
      named,
    );
  }
}
