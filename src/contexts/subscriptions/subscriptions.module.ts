import { Module, type DynamicModule } from '@nestjs/common';
import type { Clock } from '../../kernel/clock.js';
import { Ledger } from '../../ledger/ledger.js';
import { SubscriptionsController } from './subscriptions.controller.js';
import { UsersSubscriptions } from './subscriptions.handlers.js';
import type { Tariff } from './tariff.js';

/** Subscriptions over HTTP. Needs global providers of Ledger and of the edge. */
@Module({})
export class SubscriptionsModule {
  static under(tariff: Tariff, clock: Clock): DynamicModule {
    const users = {
      provide: UsersSubscriptions,
      inject: [Ledger],
      useFactory: (ledger: Ledger) => new UsersSubscriptions(ledger, tariff, clock),
    };
    return {
      module: SubscriptionsModule,
      controllers: [SubscriptionsController],
      providers: [users],
    };
  }
}
