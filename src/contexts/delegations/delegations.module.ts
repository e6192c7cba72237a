import { Module } from '@nestjs/common';
import { DelegationsController } from './delegations.controller.js';

/** Delegations over HTTP. Needs global providers of Ledger, VAULT and of the edge. */
@Module({ controllers: [DelegationsController] })
export class DelegationsModule {}
