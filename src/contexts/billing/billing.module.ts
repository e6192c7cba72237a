import { Module } from '@nestjs/common';
import { ReceiptsController } from './receipts.controller.js';

/** Receipts over HTTP. Needs global providers of Ledger, VAULT, ReceiptTargets and of the edge. */
@Module({ controllers: [ReceiptsController] })
export class BillingModule {}
