import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { DebtsController } from './debts.controller.js';
import { debtHandlers } from './debts.handlers.js';

/** Debts over HTTP. Needs global providers of Ledger, VAULT, Authorities and of the edge. */
@Module({ imports: [CqrsModule], controllers: [DebtsController], providers: debtHandlers })
export class DebtsModule {}
