import { openEventStore } from '../../src/adapters.js';
import { readConfiguration } from '../../src/config/configuration.js';
import { eventId, streamName, type CommandId, type Uuid } from '../../src/kernel/ids.js';
import { envelope, uuid } from '../event-store/envelopes.js';

/** So many events more, each of a stream of its own, in a ledger that no process has open. @param data its directory */
export async function manyEvents(data: string, count: number): Promise<void> {
  const store = await openEventStore(readConfiguration({ SIJILL_DATA: data }));
  const { events } = await store.readAll({ limit: 1 });
  const { ledger } = events[0]!.event;
  const appends = Array.from({ length: count }, async () => {
    const commandId = uuid() as Uuid as CommandId;
    const stream = streamName('attempt', commandId);
    const facts = { target: uuid(), targetRevision: -1, command: 'RegisterDebt', kind: 'rule', requestDigest: 'ab' };
    const refused = { ...facts, code: 'SELF_APPROVAL', rule: 'E7', ruleVersion: 1, facts: {} };
    const more = { ledger, commandId, id: eventId(commandId, 0), type: 'debts.RegisterDebtRejected', data: refused };
    return store.append(stream, 'none', [envelope(stream, 0, more)]);
  });
  await Promise.all(appends);
  await store.close();
}
