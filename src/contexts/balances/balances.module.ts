import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { balanceHandlers } from './balances.handlers.js';

/** Refundable balances, as far as credits. Needs a global provider of Ledger. */
@Module({ imports: [CqrsModule], providers: balanceHandlers })
export class BalancesModule {}
