import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { PeriodsController } from './periods.controller.js';
import { periodHandlers } from './periods.handlers.js';

/** Closings and corrections over HTTP. Needs global providers of Ledger and of the edge. */
@Module({ imports: [CqrsModule], controllers: [PeriodsController], providers: periodHandlers })
export class PeriodsModule {}
