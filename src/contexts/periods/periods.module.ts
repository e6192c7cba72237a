import { Module } from '@nestjs/common';
import { PeriodsController } from './periods.controller.js';

/** Closings and corrections over HTTP. Needs global providers of Ledger and of the edge. */
@Module({ controllers: [PeriodsController] })
export class PeriodsModule {}
