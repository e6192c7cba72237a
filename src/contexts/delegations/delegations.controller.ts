import { Body, Controller, Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Access } from '../../http/access.decorator.js';
import { actorNamed } from '../../http/auth/tokens.js';
import { CommandEdge, type Acknowledgement } from '../../http/commands/command-edge.js';
import { OnExchange, type Exchange } from '../../http/exchange.js';
import { CommandBody } from '../../http/validation/dtos.js';
import { isActorId, type ActorId } from '../../kernel/ids.js';
import type { Outcome } from '../../ledger/outcome.js';
import type { Vault } from '../../vault/vault.js';
import { VAULT } from '../../vault/vault.token.js';
import { ApproveDelegation, RegisterDelegation, RevokeDelegation } from './commands.js';
import { DelegationBody, RevocationBody } from './delegations.dto.js';

type Answer = Promise<Acknowledgement | undefined>;

/** The commands of a delegation over HTTP (domain.md §2). */
@Controller()
export class DelegationsController {
  constructor(
    @Inject(CommandEdge) private readonly edge: CommandEdge,
    @Inject(CommandBus) private readonly bus: CommandBus,
    @Inject(VAULT) private readonly vault: Pick<Vault, 'pseudonym'>,
  ) {}

  @Access('POST /v1/delegations')
  register(@OnExchange() exchange: Exchange, @Body() body: DelegationBody): Answer {
    const { entity, kind, upTo, from, to } = body;
    return this.edge.handle(exchange, body, async (target, request) => {
      const approver = await this.#actorOf(exchange, body.approver);
      return this.#execute(new RegisterDelegation(target, { approver, entity, kind, ...upTo, from, to }, request));
    });
  }

  @Access('POST /v1/delegations/{id}/approval')
  approve(@OnExchange() exchange: Exchange, @Body() body: CommandBody): Answer {
    return this.edge.handle(exchange, body, (target, request) =>
      this.#execute(new ApproveDelegation(target, {}, request)),
    );
  }

  @Access('POST /v1/delegations/{id}/revocation')
  revoke(@OnExchange() exchange: Exchange, @Body() body: RevocationBody): Answer {
    return this.edge.handle(exchange, body, (target, request) =>
      this.#execute(new RevokeDelegation(target, { reason: body.reason }, request)),
    );
  }

  #execute(command: RegisterDelegation | ApproveDelegation | RevokeDelegation): Promise<Outcome> {
    return this.bus.execute<typeof command, Outcome>(command);
  }

  /** People of the caller's own issuer: the same `sub` of another one is somebody else. */
  #actorOf({ caller }: Exchange, person: string): Promise<ActorId> | ActorId {
    return isActorId(person) ? person : actorNamed(this.vault, caller.principal.issuer, person);
  }
}
