import { Module, type DynamicModule } from '@nestjs/common';
import { PersonalData } from '../../http/personal-data.js';
import { ErasuresController, RETENTION } from './erasures.controller.js';
import { PartiesController } from './parties.controller.js';
import { PartiesReader } from './parties.reader.js';
import type { Retention } from './retention.js';

const personalData = { provide: PersonalData, useClass: PartiesReader };

/** Parties over HTTP, and the one way to personal data. Needs global providers of Ledger, VAULT, DutyFinder and of the edge. */
@Module({})
export class PartiesModule {
  static under(retention: Retention): DynamicModule {
    return {
      module: PartiesModule,
      global: true,
      controllers: [PartiesController, ErasuresController],
      providers: [personalData, { provide: RETENTION, useValue: retention }],
      exports: [personalData],
    };
  }
}
