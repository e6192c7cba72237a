import { Module } from '@nestjs/common';
import { DebtsController } from './debts.controller.js';

/** Debts over HTTP. Needs global providers of Ledger, VAULT, Authorities and of the edge. */
@Module({ controllers: [DebtsController] })
export class DebtsModule {}
