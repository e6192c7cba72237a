import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { DelegationsController } from './delegations.controller.js';
import { delegationHandlers } from './delegations.handlers.js';

/** Delegations over HTTP. Needs global providers of Ledger, VAULT and of the edge. */
@Module({ imports: [CqrsModule], controllers: [DelegationsController], providers: delegationHandlers })
export class DelegationsModule {}
