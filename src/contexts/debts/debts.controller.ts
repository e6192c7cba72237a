import { Body, Controller, Inject, Param } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Access } from '../../http/access.decorator.js';
import { CommandEdge, type Acknowledgement } from '../../http/commands/command-edge.js';
import { OnExchange, type Exchange } from '../../http/exchange.js';
import { CommandBody } from '../../http/validation/dtos.js';
import type { EventId, Uuid } from '../../kernel/ids.js';
import type { CommandClass } from '../../ledger/command-handlers.js';
import type { Outcome } from '../../ledger/outcome.js';
import {
  ApproveRequest,
  DeclineRequest,
  DiscardDraft,
  DraftDebt,
  EditDraft,
  RecordProceeding,
  RegisterDebt,
  RequestCancellation,
  RequestPayment,
  RequestUpdate,
  WithdrawRequest,
} from './commands.js';
import {
  CancellationRequestBody,
  DeclineBody,
  DraftDebtBody,
  EditDraftBody,
  PaymentRequestBody,
  ProceedingBody,
  UpdateRequestBody,
} from './debts.dto.js';

type Answer = Promise<Acknowledgement | undefined>;
type DataFor<C extends CommandClass> = InstanceType<C>['data'];

/** The commands of a debt over HTTP. Who may do what with which debt is the decider's to say. */
@Controller()
export class DebtsController {
  constructor(
    @Inject(CommandEdge) private readonly edge: CommandEdge,
    @Inject(CommandBus) private readonly bus: CommandBus,
  ) {}

  @Access('POST /v1/debts')
  draft(@OnExchange() exchange: Exchange, @Body() body: DraftDebtBody): Answer {
    const { debtor, creditor, amount, ground, sector = 'general', dueOn } = body;
    const terms = { debtor, creditor, ...amount, ground, sector, ...(dueOn !== undefined && { dueOn }) };
    return this.#send(exchange, body, DraftDebt, terms);
  }

  @Access('PATCH /v1/debts/{id}')
  edit(@OnExchange() exchange: Exchange, @Body() body: EditDraftBody): Answer {
    const { amount, ground, dueOn } = body;
    const changes = { ...amount, ...(ground !== undefined && { ground }), ...(dueOn !== undefined && { dueOn }) };
    return this.#send(exchange, body, EditDraft, changes);
  }

  @Access('DELETE /v1/debts/{id}')
  discard(@OnExchange() exchange: Exchange, @Body() body: CommandBody): Answer {
    return this.#send(exchange, body, DiscardDraft, {});
  }

  @Access('POST /v1/debts/{id}/registration')
  register(@OnExchange() exchange: Exchange, @Body() body: CommandBody): Answer {
    return this.#send(exchange, body, RegisterDebt, {});
  }

  @Access('POST /v1/debts/{id}/proceedings')
  recordProceeding(@OnExchange() exchange: Exchange, @Body() body: ProceedingBody): Answer {
    return this.#send(exchange, body, RecordProceeding, { kind: body.kind, on: body.on });
  }

  @Access('POST /v1/debts/{id}/update-requests')
  requestUpdate(@OnExchange() exchange: Exchange, @Body() body: UpdateRequestBody): Answer {
    const { amount, ground, dueOn } = body;
    return this.#send(exchange, body, RequestUpdate, { ...amount, ground, ...(dueOn !== undefined && { dueOn }) });
  }

  @Access('POST /v1/debts/{id}/payment-requests')
  requestPayment(@OnExchange() exchange: Exchange, @Body() body: PaymentRequestBody): Answer {
    return this.#send(exchange, body, RequestPayment, { ...body.amount });
  }

  @Access('POST /v1/debts/{id}/cancellation-requests')
  requestCancellation(@OnExchange() exchange: Exchange, @Body() body: CancellationRequestBody): Answer {
    return this.#send(exchange, body, RequestCancellation, { ground: body.ground });
  }

  @Access('POST /v1/debts/{id}/requests/{request}/approval')
  approve(@OnExchange() exchange: Exchange, @Param('request') request: EventId, @Body() body: CommandBody): Answer {
    return this.#send(exchange, body, ApproveRequest, { request });
  }

  @Access('POST /v1/debts/{id}/requests/{request}/decline')
  decline(@OnExchange() exchange: Exchange, @Param('request') request: EventId, @Body() body: DeclineBody): Answer {
    return this.#send(exchange, body, DeclineRequest, { request, reason: body.reason });
  }

  @Access('POST /v1/debts/{id}/requests/{request}/withdrawal')
  withdraw(@OnExchange() exchange: Exchange, @Param('request') request: EventId, @Body() body: CommandBody): Answer {
    return this.#send(exchange, body, WithdrawRequest, { request });
  }

  #send<C extends CommandClass>(exchange: Exchange, body: CommandBody, command: C, data: DataFor<C>): Answer {
    return this.edge.handle(exchange, body, (target: Uuid, request) =>
      this.bus.execute<InstanceType<C>, Outcome>(new command(target, data, request) as InstanceType<C>),
    );
  }
}
