import type { Leg } from '../../src/kernel/accounts.js';
import { type BusinessDate, isBusinessDate } from '../../src/kernel/calendar.js';
import { assertBalanced, entry, type Entry } from '../../src/kernel/entries.js';
import type { Json } from '../../src/kernel/envelope.js';
import { type ActorId, type EventId, isUuid, type PartyId, parsePartyId, type Uuid } from '../../src/kernel/ids.js';
import { type Currency, type Money, parseMoney, zero } from '../../src/kernel/money.js';

// What the compiler refuses (`tsc` fails where it no longer does), and that the running program refuses it too.
const sar = parseMoney({ amount: '1.00', currency: 'SAR' });
const bank: Leg = { account: '1100', dims: { entity: 'e' } };

describe('what the types keep out', () => {
  test('an entry without an entity, on an unknown account, or without a dimension that the account needs', () => {
    // @ts-expect-error no entity
    const homeless: Leg = { account: '1100', dims: {} };
    // @ts-expect-error no such account
    const unknown: Leg = { account: '1999', dims: { entity: 'e' } };
    // @ts-expect-error 2310 needs the receipt
    const incomplete: Leg = { account: '2310', dims: { entity: 'e', party: 'p' } };
    // @ts-expect-error no such dimension
    const invented: Leg = { account: '1100', dims: { entity: 'e', phone: 'x' } };
    for (const leg of [homeless, unknown, incomplete, invented]) {
      expect(() => assertBalanced(entry(leg, bank, sar))).toThrow(/^entry/);
    }
  });

  test('one leg only, or an amount that is a number', () => {
    // @ts-expect-error no credit
    const half: Entry = { debit: bank, amount: '1.00', currency: 'SAR' };
    expect(() => assertBalanced([half])).toThrow();
    // @ts-expect-error amounts are bigint
    const float: Money = { minor: 1.5, currency: sar.currency };
    expect(() => assertBalanced(entry(bank, bank, float))).toThrow('plain decimal text');
  });

  test('plain text where an id, a date or a currency belongs', () => {
    // @ts-expect-error a string is no party: parsePartyId makes one
    const party: PartyId = 'party_1058529940';
    expect(() => parsePartyId(party)).toThrow(expect.objectContaining({ code: 'PARTY_IS_NATIONAL_ID' }));
    // @ts-expect-error a string is no date: parseBusinessDate makes one
    const date: BusinessDate = '2026-02-30';
    expect(isBusinessDate(date)).toBe(false);
    // @ts-expect-error a string is no currency: parseCurrency makes one
    const currency: Currency = 'riyal';
    expect(() => parseMoney({ amount: '1', currency })).toThrow(expect.objectContaining({ code: 'CURRENCY_UNKNOWN' }));
  });

  test('one kind of id for another', () => {
    const actor = 'actor_2ed6657d-e927-568b-95e1-2665a8aea6a2' as ActorId;
    const uuid = '2ed6657d-e927-568b-95e1-2665a8aea6a2' as Uuid;
    // @ts-expect-error an actor is no party
    const party: PartyId = actor;
    expect(() => parsePartyId(party)).toThrow(expect.objectContaining({ code: 'NOT_A_PARTY' }));
    // @ts-expect-error not every UUID is an event's
    const event: EventId = uuid;
    expect(isUuid(event)).toBe(true); // the same text: only the compiler tells them apart
  });

  test('what JSON does not have', () => {
    // @ts-expect-error no bigint
    const big: Json = { amount: zero(sar.currency).minor };
    expect(() => JSON.stringify(big)).toThrow();
    // @ts-expect-error no undefined
    const missing: Json = { reason: undefined };
    expect(JSON.stringify(missing)).toBe('{}'); // it would vanish without a word
  });
});
