import { Body, Controller, Inject, Param } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { routeOf } from '../../http/access.js';
import { Access } from '../../http/access.decorator.js';
import { CommandEdge, type Acknowledgement } from '../../http/commands/command-edge.js';
import { sealed } from '../../http/commands/sealing.js';
import { OnExchange, type Exchange } from '../../http/exchange.js';
import { invalid, Problem } from '../../http/problems/problem.js';
import { CommandBody } from '../../http/validation/dtos.js';
import type { CommandRequest } from '../../kernel/decider.js';
import { eventId, type EventId, type Uuid } from '../../kernel/ids.js';
import type { CommandClass } from '../../ledger/command-handlers.js';
import type { Outcome } from '../../ledger/outcome.js';
import type { Vault } from '../../vault/vault.js';
import { VAULT } from '../../vault/vault.token.js';
import { Authorities } from './authorities.js';
import {
  ApproveRequest,
  DeclineRequest,
  DiscardDraft,
  DraftDebt,
  EditDraft,
  RecordProceeding,
  RegisterDebt,
  RequestCancellation,
  RequestExemption,
  RequestInstalments,
  RequestPayment,
  RequestUpdate,
  WithdrawRequest,
} from './commands.js';
import {
  ApprovalBody,
  CancellationRequestBody,
  DeclineBody,
  DraftDebtBody,
  EditDraftBody,
  ExemptionRequestBody,
  InstalmentRequestBody,
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
    @Inject(Authorities) private readonly authorities: Authorities,
    @Inject(VAULT) private readonly vault: Pick<Vault, 'seal'>,
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

  @Access('POST /v1/debts/{id}/exemption-requests')
  requestExemption(@OnExchange() exchange: Exchange, @Body() body: ExemptionRequestBody): Answer {
    const { amount, ground } = body;
    return this.edge.handle(exchange, body, async (target, request) => {
      const evidence = await this.#proof(exchange, body.evidence, request);
      const data = { ...amount, ground, ...(evidence !== undefined && { evidence }) };
      return this.#execute(new RequestExemption(target, data, request));
    });
  }

  @Access('POST /v1/debts/{id}/instalment-requests')
  requestInstalments(@OnExchange() exchange: Exchange, @Body() body: InstalmentRequestBody): Answer {
    const wish = wishOf(body);
    return this.edge.handle(exchange, body, async (target, request) => {
      const evidence = await this.#proof(exchange, body.evidence, request);
      return this.#execute(new RequestInstalments(target, { wish, evidence }, request));
    });
  }

  @Access('POST /v1/debts/{id}/requests/{request}/approval')
  approve(@OnExchange() exchange: Exchange, @Param('request') id: EventId, @Body() body: ApprovalBody): Answer {
    const { delegation } = body;
    return this.edge.handle(exchange, body, async (target, request) => {
      const authority = delegation === undefined ? null : await this.authorities.find(delegation);
      return this.#execute(new ApproveRequest(target, { request: id, authority }, request));
    });
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
      this.#execute(new command(target, data, request) as InstanceType<C>),
    );
  }

  #execute<I extends InstanceType<CommandClass>>(command: I): Promise<Outcome> {
    return this.bus.execute<I, Outcome>(command);
  }

  /** Sealed for the party that asks: nobody but the debtor may. */
  async #proof(exchange: Exchange, text: string, request: CommandRequest): Promise<string>;
  async #proof(exchange: Exchange, text: string | undefined, request: CommandRequest): Promise<string | undefined>;
  async #proof({ caller, route }: Exchange, text: string | undefined, { id }: CommandRequest) {
    if (text === undefined) return undefined;
    if (caller.party !== undefined) return sealed(this.vault, caller.party, 'evidence', text, eventId(id, 0));
    throw new Problem('FORBIDDEN', { facts: { route, admitted: [routeOf(route).roles].flat().join(', ') } });
  }
}

/** Equal instalments or a schedule of them, not both. @throws Problem */
function wishOf({
  instalments,
  firstDueOn,
  every,
  schedule,
}: InstalmentRequestBody): RequestInstalments['data']['wish'] {
  if (schedule !== undefined) {
    const other = Object.entries({ instalments, firstDueOn, every }).find(([, value]) => value !== undefined);
    if (other !== undefined) {
      throw invalid({ path: other[0], code: 'UNKNOWN_FIELD', facts: { accepted: 'schedule, evidence' } });
    }
    return { schedule: schedule.map(({ dueOn, amount }) => ({ dueOn, ...amount })) };
  }
  if (instalments === undefined) throw invalid({ path: 'instalments', code: 'REQUIRED' });
  if (firstDueOn === undefined) throw invalid({ path: 'firstDueOn', code: 'REQUIRED' });
  if (every === undefined) throw invalid({ path: 'every', code: 'REQUIRED' });
  return { instalments, firstDueOn, every };
}
