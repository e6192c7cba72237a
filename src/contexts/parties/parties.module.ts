import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { PartiesController } from './parties.controller.js';
import { partyHandlers } from './parties.handlers.js';

/** Parties over HTTP. Needs global providers of Ledger, VAULT and of the edge. */
@Module({ imports: [CqrsModule], controllers: [PartiesController], providers: partyHandlers })
export class PartiesModule {}
