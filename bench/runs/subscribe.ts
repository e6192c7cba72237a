/**
 * Subscriptions that all begin today, bought and paid through the CommandBus of a whole instance, with policies and
 * projections live: what the write path does for other commands than a job's.
 */
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import { pino } from 'pino';
import { CommandsModule, serveCommands, tariffOf } from '../../src/commands.module.js';
import { RecordReceipt } from '../../src/contexts/billing/commands.js';
import { PurchaseSubscription } from '../../src/contexts/subscriptions/commands.js';
import { EXAMPLE_TARIFF } from '../../src/contexts/subscriptions/example-tariff.js';
import { nestLogger } from '../../src/http/logger.js';
import { openInstance } from '../../src/instance.js';
import { businessDateAt } from '../../src/kernel/calendar.js';
import { NAMESPACE, receiptId, subscriptionId, uuid5, type PartyId, type Uuid } from '../../src/kernel/ids.js';
import type { Outcome } from '../../src/ledger/outcome.js';
import { input, report } from './run.js';
import { configurationOf, inParallel, requestOf } from './world.js';

export interface SubscribeRun {
  readonly folder: string;
  readonly subscriptions: number;
}

export interface SubscribeFound {
  /** Orders in a second. */
  readonly perSecond: number;
  readonly ids: readonly Uuid[];
}

const CALLERS = 64;
const ACCEPTED = { term: 'P1Y', terms: 'v1', paymentMethod: 'sadad' };
const [PLAN] = EXAMPLE_TARIFF.plans;
const BANK = partyOf('bank', 0);

const { folder, subscriptions } = input<SubscribeRun>();
const configuration = configurationOf(folder);
const logger = pino({ level: 'error' }, pino.destination(2));
const instance = await openInstance(configuration, logger);
const own = { logger: nestLogger(logger), abortOnError: false };
const module = CommandsModule.under(tariffOf(configuration), instance);
const app = await NestFactory.createApplicationContext(module, own);
const bus = app.get(CommandBus, { strict: false });
serveCommands(instance, app);

const today = businessDateAt(Date.now());
const ids: Uuid[] = [];
const began = performance.now();
await inParallel(CALLERS, subscriptions, async (n) => {
  const [establishment, user] = [partyOf('establishment', n), partyOf('user', n)];
  const data = { establishment, user, relation: 'employee', plan: 'basic', ...ACCEPTED };
  const id = subscriptionId(establishment, user, 'basic');
  ids[n] = id;
  const request = requestOf('order', id, { type: 'PurchaseSubscription', data }, 'officer', establishment);
  await accepted(new PurchaseSubscription(id, data, request));
});
const seconds = (performance.now() - began) / 1000;

await inParallel(CALLERS, subscriptions, async (n) => {
  const target = { subscription: ids[n] as Uuid };
  const data = {
    bank: BANK,
    reference: `S-${n}`,
    payer: partyOf('establishment', n),
    payee: PLAN!.entity as PartyId,
    target,
    amount: '115.00',
    currency: 'SAR',
    paidOn: today,
    channel: 'sadad',
    sector: PLAN!.sector,
    match: target,
  };
  const id = receiptId(BANK, data.reference);
  await accepted(
    new RecordReceipt(id, data, requestOf('receipt', id, { type: 'RecordReceipt', data }, 'officer', BANK)),
  );
});
await instance.feed.drain();
await app.close();
await instance.close();
report({ perSecond: subscriptions / seconds, ids } satisfies SubscribeFound);

async function accepted(command: PurchaseSubscription | RecordReceipt): Promise<void> {
  const outcome = await bus.execute<typeof command, Outcome>(command);
  if (outcome.kind === 'refused') throw new Error(`${command.type} was refused by ${outcome.code}`);
}

function partyOf(kind: string, n: number): PartyId {
  return `party_${uuid5(NAMESPACE.aggregate, `bench ${kind}`, n)}` as PartyId;
}
