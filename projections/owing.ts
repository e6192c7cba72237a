import { streamName, type StreamName, type Uuid } from '../src/kernel/ids.js';
import type { Condition, Cursor, Document, Model, ReadModelReader } from '../src/read-models/read-models.js';
import { debtListModel } from './debt-list/model.js';
import { subscriptionsModel } from './subscriptions/model.js';

/** Read at once. */
const PAGE = 200;

/**
 * The streams in which a party may have come to owe an entity something: its registered debts by the day of their
 * registration, then its subscriptions by their ids. An order that stays, whatever happens to them.
 */
export async function* streamsOwing(
  models: ReadModelReader,
  party: string,
  entity: string,
): AsyncGenerator<StreamName> {
  const ofDebtor = { field: 'debtor', is: 'eq', value: party } as const;
  const toCreditor = { field: 'creditor', is: 'eq', value: entity } as const;
  const isRegistered = { field: 'registeredOn', is: 'gte', value: '0000-00-00' } as const;
  for await (const id of idsOf(models, debtListModel, [ofDebtor, toCreditor, isRegistered], 'listedOn')) {
    yield streamName('debt', id as Uuid);
  }
  const ofEstablishment = { field: 'establishment', is: 'eq', value: party } as const;
  const withEntity = { field: 'entity', is: 'eq', value: entity } as const;
  const ids = new Set<string>(); // a renewal moves a subscription to another day
  for await (const id of idsOf(models, subscriptionsModel, [ofEstablishment, withEntity], 'endsOn')) ids.add(id);
  for (const id of [...ids].sort()) yield streamName('subscription', id as Uuid);
}

async function* idsOf(
  models: ReadModelReader,
  model: Model<Document & { readonly id: string }>,
  where: readonly Condition[],
  field: string,
): AsyncGenerator<string> {
  const sort = { field, direction: 'asc' } as const;
  for (let after: Cursor | undefined; ;) {
    const page = await models.query(model, { where, sort, limit: PAGE, ...(after !== undefined && { after }) });
    for (const { id } of page.documents) yield id;
    if (page.next === undefined) return;
    after = page.next;
  }
}
