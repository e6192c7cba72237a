import { shownTo } from '../../projections/shown.js';
import type { Position, StoredEvent } from '../../src/event-store/event-store.js';
import { approver, clerk, CREDITOR, DEBTOR, given, PAYER, receive, register, draft } from '../debts/cast.js';
import { envelope, newStream } from '../event-store/envelopes.js';
import { SYSTEM } from '../given.js';
import { cancel, ESTABLISHMENT, owner, pay, USER } from '../subscriptions/cast.js';
import { ordered } from '../subscriptions/states.js';

/** What is recorded when a friend pays. */
function paidBy(payer: typeof PAYER): StoredEvent {
  const [event] = given([draft(), clerk], [register(), approver]).when(receive('r1', '70', payer), SYSTEM).outcome as [
    Parameters<typeof envelope>[2],
  ];
  return { position: '1' as Position, sequence: 9, event: envelope(newStream(), 2, event) };
}

test('T5 the debtor is shown that a friend paid, and not who: neither in the data, nor in refs and entries', () => {
  const stored = paidBy(PAYER);
  expect(JSON.stringify(stored.event)).toContain(PAYER);
  const shown = shownTo({ scope: 'own', party: DEBTOR })(stored) as typeof stored.event;
  expect(JSON.stringify(shown)).not.toContain(PAYER);
  expect(shown).toMatchObject({ sequence: 9, type: stored.event.type, refs: { debtor: DEBTOR, creditor: CREDITOR } });
  const { payer, ...facts } = stored.event.data as { payer: string };
  expect([payer, shown.data]).toEqual([PAYER, facts]);
  expect(shown.entries).toMatchObject([{ debit: { account: '2310' }, credit: { dims: { party: DEBTOR } } }]);
});

test('T5 his own payment he is shown whole; staff of the creditor and auditors see every payer', () => {
  const own = paidBy(DEBTOR);
  expect(shownTo({ scope: 'own', party: DEBTOR })(own)).toEqual({ sequence: 9, ...own.event });
  const stored = paidBy(PAYER);
  for (const sight of [{ scope: 'entity', party: CREDITOR }, { scope: 'all' }] as const) {
    expect(shownTo(sight)(stored)).toEqual({ sequence: 9, ...stored.event });
  }
});

test('T5 so are the establishment and the user of a subscription: in what was paid, and in what was released', () => {
  const now = ordered().and([pay('r1', '60', { payer: PAYER }), SYSTEM], [cancel(), owner]);
  const events = now.events.filter((event) => JSON.stringify(event).includes(PAYER));
  expect(events.map(({ type }) => type)).toEqual(['subscriptions.PaymentReceived', 'subscriptions.OrderCancelled']);
  for (const event of events) {
    const stored: StoredEvent = { position: '1' as Position, sequence: 9, event };
    for (const party of [ESTABLISHMENT, USER]) {
      const shown = shownTo({ scope: 'own', party })(stored);
      expect(JSON.stringify(shown)).not.toContain(PAYER);
      expect(shown).toMatchObject({ refs: { establishment: ESTABLISHMENT, user: USER } });
    }
    expect(shownTo({ scope: 'all' })(stored)).toEqual({ sequence: 9, ...event });
  }
});
