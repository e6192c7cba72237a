import { Global, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { PersonalData } from '../../http/personal-data.js';
import { PartiesController } from './parties.controller.js';
import { partyHandlers } from './parties.handlers.js';
import { PartiesReader } from './parties.reader.js';

const personalData = { provide: PersonalData, useClass: PartiesReader };

/** Parties over HTTP, and the one way to personal data. Needs global providers of Ledger, VAULT and of the edge. */
@Global()
@Module({
  imports: [CqrsModule],
  controllers: [PartiesController],
  providers: [...partyHandlers, personalData],
  exports: [personalData],
})
export class PartiesModule {}
