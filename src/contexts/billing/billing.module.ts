import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { ReceiptsController } from './receipts.controller.js';
import { receiptHandlers } from './receipts.handlers.js';

/** Receipts over HTTP. Needs global providers of Ledger, VAULT, DebtTargets and of the edge. */
@Module({ imports: [CqrsModule], controllers: [ReceiptsController], providers: receiptHandlers })
export class BillingModule {}
