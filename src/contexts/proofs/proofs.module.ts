import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { proofHandlers } from './proofs.handlers.js';

/** Roots over all balances. Needs a global provider of Ledger. */
@Module({ imports: [CqrsModule], providers: proofHandlers })
export class ProofsModule {}
