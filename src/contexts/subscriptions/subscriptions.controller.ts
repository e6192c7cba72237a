import { Body, Controller, Inject, Param } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Access } from '../../http/access.decorator.js';
import { CommandEdge, type Acknowledgement } from '../../http/commands/command-edge.js';
import { OnExchange, type Exchange } from '../../http/exchange.js';
import { CommandBody } from '../../http/validation/dtos.js';
import { employmentId, subscriptionId, type PartyId, type Uuid } from '../../kernel/ids.js';
import type { CommandClass } from '../../ledger/command-handlers.js';
import type { Outcome } from '../../ledger/outcome.js';
import {
  CancelSubscription,
  PurchaseSubscription,
  RecordResignation,
  RefundAttempt,
  ReinstateSubscription,
  RenewSubscription,
  TransferSubscription,
  UseService,
} from './commands.js';
import { PurchaseBody, RenewalBody, ResignationBody, ServiceUseBody, TransferBody } from './subscriptions.dto.js';
import { UsersSubscriptions } from './subscriptions.handlers.js';

type Answer = Promise<Acknowledgement | undefined>;
type DataFor<C extends CommandClass> = InstanceType<C>['data'];

/** The commands of a subscription over HTTP. Who may do what with which is the decider's to say. */
@Controller()
export class SubscriptionsController {
  constructor(
    @Inject(CommandEdge) private readonly edge: CommandEdge,
    @Inject(CommandBus) private readonly bus: CommandBus,
    @Inject(UsersSubscriptions) private readonly subscriptions: UsersSubscriptions,
  ) {}

  @Access('POST /v1/subscriptions')
  purchase(@OnExchange() exchange: Exchange, @Body() body: PurchaseBody): Answer {
    const { establishment, user, relation, plan } = body;
    const data = { establishment, user, relation, plan, ...acceptedIn(body) };
    return this.#send(exchange, body, PurchaseSubscription, data, subscriptionId(establishment, user, plan));
  }

  @Access('POST /v1/subscriptions/{id}/renewals')
  renew(@OnExchange() exchange: Exchange, @Body() body: RenewalBody): Answer {
    return this.#send(exchange, body, RenewSubscription, acceptedIn(body));
  }

  @Access('POST /v1/subscriptions/{id}/cancellation')
  cancel(@OnExchange() exchange: Exchange, @Body() body: CommandBody): Answer {
    return this.#send(exchange, body, CancelSubscription, {});
  }

  @Access('POST /v1/subscriptions/{id}/refund-requests')
  requestRefund(@OnExchange() exchange: Exchange, @Body() body: CommandBody): Answer {
    return this.#send(exchange, body, RefundAttempt, {});
  }

  @Access('POST /v1/subscriptions/{id}/transfers')
  transfer(@OnExchange() exchange: Exchange, @Body() body: TransferBody): Answer {
    return this.#send(exchange, body, TransferSubscription, { to: body.to });
  }

  @Access('POST /v1/subscriptions/{id}/reinstatement')
  reinstate(@OnExchange() exchange: Exchange, @Body() body: CommandBody): Answer {
    return this.#send(exchange, body, ReinstateSubscription, {});
  }

  @Access('POST /v1/subscriptions/{id}/service-uses')
  useService(@OnExchange() exchange: Exchange, @Body() body: ServiceUseBody): Answer {
    return this.#send(exchange, body, UseService, { service: body.service });
  }

  @Access('POST /v1/establishments/{party}/resignations')
  recordResignation(
    @OnExchange() exchange: Exchange,
    @Param('party') establishment: PartyId,
    @Body() body: ResignationBody,
  ): Answer {
    const { user, on } = body;
    const record = async (target: Uuid, request: RecordResignation['request']): Promise<Outcome> => {
      const found = await this.subscriptions.of(establishment, user);
      return this.bus.execute(new RecordResignation(target, { establishment, user, on, found }, request));
    };
    return this.edge.handle(exchange, body, record, employmentId(establishment, user));
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

const acceptedIn = ({ term, terms, paymentMethod }: RenewalBody) => ({ term, terms, paymentMethod });
