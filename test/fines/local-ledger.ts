import { join } from 'node:path';
import type { LocalLedger } from '../../examples/road-fines/in-process-target.js';
import type { Figures } from '../../examples/road-fines/target.js';
import { CreditBalance, ReverseCredit } from '../../src/contexts/balances/commands.js';
import { balance } from '../../src/contexts/balances/balance.js';
import { balancePolicies } from '../../src/contexts/balances/balances.policy.js';
import { balanceEvents } from '../../src/contexts/balances/events.js';
import { billingEvents } from '../../src/contexts/billing/events.js';
import { receipt } from '../../src/contexts/billing/receipt.js';
import { ApplyReceipt, ReverseReceipt } from '../../src/contexts/debts/commands.js';
import { debt } from '../../src/contexts/debts/debt.js';
import { debtPolicies } from '../../src/contexts/debts/debts.policy.js';
import { debtEvents } from '../../src/contexts/debts/events.js';
import { Catalogue } from '../../src/event-store/catalogue.js';
import type { EventReader, Place } from '../../src/event-store/event-store.js';
import { openSqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import { Feed } from '../../src/feed/feed.js';
import { FeedHost } from '../../src/feed/feed-host.js';
import { systemClock } from '../../src/kernel/clock.js';
import type { Command, Decider, Issued } from '../../src/kernel/decider.js';
import type { Envelope, NewEvent } from '../../src/kernel/envelope.js';
import { NAMESPACE, uuid5, type ActorId, type LedgerId } from '../../src/kernel/ids.js';
import { CommandRegistry } from '../../src/ledger/command-handlers.js';
import { ledgerEvents } from '../../src/ledger/events.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { openSqliteReadModels } from '../../src/read-models/sqlite/sqlite-read-models.js';
import { Books } from './books.js';

type AnyDecider = Decider<unknown, Command, NewEvent>;
const DECIDERS: Readonly<Record<string, AnyDecider>> = {
  RecordReceipt: receipt as AnyDecider,
  CreditBalance: balance as AnyDecider,
  ReverseCredit: balance as AnyDecider,
};
const deciderOf = (command: string): AnyDecider => DECIDERS[command] ?? (debt as AnyDecider);

/** A whole ledger on files of its own: store, deciders and policies, with its books kept from the log alone. */
export async function openLocalLedger(
  folder: string,
): Promise<LocalLedger & { books(days?: readonly string[]): Promise<Books[]> }> {
  const store = await openSqliteEventStore(join(folder, 'ledger.db'));
  const readModels = openSqliteReadModels(join(folder, 'read-models.db'));
  const catalogue = new Catalogue([...ledgerEvents, ...debtEvents, ...billingEvents, ...balanceEvents]);
  const ledger = new Ledger({
    store,
    catalogue,
    clock: systemClock(),
    id: uuid5(NAMESPACE.aggregate, 'road fines') as string as LedgerId,
    ruleSet: '1',
    backdatingDays: 30,
    cacheBytes: 32 * 1024 * 1024,
  });
  const execute = (issued: Issued<string, unknown>) => ledger.execute(deciderOf(issued.type), issued);
  const alarms: string[] = [];
  const host = new FeedHost(
    (level, message) => level === 'error' && alarms.push(message),
    async () => (await store.head()).count,
  );
  const registry = new CommandRegistry([ApplyReceipt, ReverseReceipt, CreditBalance, ReverseCredit]);
  const feed = new Feed({
    reader: store,
    readModels,
    catalogue,
    projections: [],
    policies: [...debtPolicies, ...balancePolicies],
    send: (command, request) => execute(registry.issue(command, request)),
    listener: host,
  });
  host.attach(feed);
  await feed.start();
  const books = (days: readonly string[] = ['9999-12-31']) => readBooks(store, days);
  return {
    execute,
    pseudonym: async (subject) => `actor_${uuid5(NAMESPACE.aggregate, subject)}` as ActorId,
    async isRegistered(id) {
      const { state } = await ledger.load(debt, id);
      return state !== null && state.status !== 'draft' && state.status !== 'discarded';
    },
    async drain() {
      await host.drain();
      if (alarms.length > 0) throw new Error(alarms.join('\n'));
    },
    books,
    figures: async (): Promise<Figures> => (await books())[0]!.figures(),
    async close() {
      await feed.stop();
      await readModels.close();
      await store.close();
    },
  };
}

/** The books at the end of each of the days (ascending), by what counts until then. */
async function readBooks(reader: EventReader, days: readonly string[]): Promise<Books[]> {
  const books = days.map(() => new Books());
  let after: Place | undefined;
  for (;;) {
    const page = await reader.readAll({ limit: 4096, ...(after !== undefined && { after }) });
    for (const { event } of page.events) {
      const first = days.findIndex((day) => event.effectiveOn <= day);
      for (const each of books.slice(first)) each.post(event as Envelope<string, Record<string, unknown>>);
    }
    if (page.atEnd) return books;
    after = page.next;
  }
}
