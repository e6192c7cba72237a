import fc from 'fast-check';
import {
  aggregateId,
  balanceId,
  categoryOf,
  commandId,
  employmentId,
  eventId,
  isBookkeeping,
  isPartyId,
  isUuid,
  nameBased,
  NAMESPACE,
  parsePartyId,
  parseUuid,
  type CommandId,
  type PartyId,
  policyCommandId,
  receiptId,
  subscriptionId,
  streamName,
  type Uuid,
  uuid5,
} from '../../src/kernel/ids.js';

const DNS = '6ba7b810-9dad-11d1-80b4-00c04fd430c8' as Uuid;
const ID = '2ed6657d-e927-568b-95e1-2665a8aea6a2' as Uuid;
const PARTY = `party_${ID}` as PartyId;

// The expected ids come from Python's uuid.uuid5, the lists from json.dumps(…, separators=(',', ':'), ensure_ascii=False).
describe('name-based ids (RFC 9562, version 5)', () => {
  test.each([
    ['www.example.com', '2ed6657d-e927-568b-95e1-2665a8aea6a2'], // RFC 9562, A.4
    ['python.org', '886313e1-3b8a-5372-9b90-0c9aee199e5d'], // Python's documentation
    ['سِجِلّ', '06e7442a-4569-587e-b439-bdf0cc87bd04'],
  ])('of %s under the DNS namespace', (name, expected) => {
    expect(nameBased(DNS, name)).toBe(expected);
  });

  test.each([
    ['م', 336, '07fe715d-7aaf-5a63-929d-888a7ffe668b'],
    ['م', 337, '362a0235-d977-5b9d-93d7-51303b541b32'],
    ['م', 5_000, 'e28b893c-dd6d-5b01-bcee-5d53a5739386'],
    ['x', 5_000, 'cfc11b34-06f5-5404-bc50-2a211317a864'],
  ])('of %s, %i times', (letter, times, expected) => {
    expect(nameBased(DNS, letter.repeat(times))).toBe(expected);
    expect(nameBased(DNS, 'python.org')).toBe('886313e1-3b8a-5372-9b90-0c9aee199e5d');
  });

  test('the namespaces, which are part of every stored id, are what they were', () => {
    expect(NAMESPACE).toEqual({
      command: 'a46fcfba-8a09-55f1-841c-5a9382b26863',
      event: '66313c0f-3b13-5dda-8554-6a485ff5daee',
      aggregate: '05aa39b2-138e-52e7-b63b-b9abf4a6747a',
      receipt: 'd1f5b850-9fd4-587d-993e-582ed22a334a',
      balance: 'a07d3333-41ee-5e22-8f75-7bbc504a985f',
      policy: 'ccdd7878-2651-5d51-ae03-82758381427a',
      subscription: 'dacfd57d-b25c-5cd1-949b-99ce1c4e67ec',
      employment: '344df668-f327-525f-82f5-4358e14af645',
      job: '23de7889-6a30-5e5d-9c09-556402c4a479',
      periods: '70bd413a-2b07-5eae-ac75-0b414a2fb1dc',
    });
  });

  test('each kind of id is the one that was always made (DESIGN.md, Ids)', () => {
    expect(commandId('sender', null, '/v1/debts', 'key-1')).toBe('90245f00-71c0-5af2-b08c-da556d9ceef8');
    const command = '9a6d31c8-c2d9-5ce5-8a98-701e4cd099d0' as CommandId;
    const event = eventId(command, 0);
    expect(event).toBe('e47573f6-ae19-5d00-92be-91947868a57c');
    expect(eventId(command, 1)).toBe('17c7847b-be5d-5a9a-ab2d-8ea1e56433ce');
    expect(aggregateId(command)).toBe('64b2bc6e-db11-5280-8c8e-6d924dd419bc');
    expect(receiptId(PARTY, 'سداد "1"')).toBe('c219ed62-9f55-5992-91ec-41213dbe9bec');
    expect(balanceId(PARTY, PARTY, 'SAR')).toBe('490f0f7f-0d4b-5ac0-b1a5-58de1d3b0101');
    expect(subscriptionId(PARTY, PARTY, 'basic')).toBe('31c70aec-a374-56f4-a018-820d4a63187c');
    expect(employmentId(PARTY, PARTY)).toBe('f18fc5d1-94a1-5ed1-98e1-3346dc6d0050');
    expect(policyCommandId(event, 'apply-receipt', 0, command)).toBe('0e21c801-96bd-5986-bb92-668c501e098a');
  });

  const part = fc.oneof(fc.string({ unit: 'binary', maxLength: 6 }), fc.maxSafeInteger(), fc.constant(null));

  test('different lists have different ids, wherever their parts begin and end', () => {
    expect(uuid5(ID, 'a', 'b')).not.toBe(uuid5(ID, 'ab'));
    expect(uuid5(ID, 'a","b')).not.toBe(uuid5(ID, 'a', 'b'));
    expect(uuid5(ID, '1')).not.toBe(uuid5(ID, 1));
    expect(uuid5(ID, 'null')).not.toBe(uuid5(ID, null));
    expect(uuid5(ID, '')).not.toBe(uuid5(ID));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), fc.array(part, { maxLength: 4 }), (a, b) => {
        const same = a.length === b.length && a.every((value, i) => value === b[i]);
        expect(uuid5(ID, ...a) === uuid5(ID, ...b)).toBe(same);
      }),
      { numRuns: 300 },
    );
  });

  test('every one is a valid UUID of version 5', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const id = nameBased(DNS, name);
        expect(isUuid(id) && id[14] === '5').toBe(true);
      }),
    );
  });

  test('a party that acts for itself and for another has two command ids', () => {
    const id = (party: string | null): string => commandId('s', party, 't', 'k');
    expect(new Set([id(null), id('null'), id(''), id(PARTY)]).size).toBe(4);
  });
});

describe('reading ids', () => {
  test('a UUID is lower case, of version 1 to 8 and the RFC variant', () => {
    expect(parseUuid(ID)).toBe(ID);
    for (const text of [
      ID.toUpperCase(),
      ` ${ID}`,
      `${ID}\n`,
      `{${ID}}`,
      ID.replaceAll('-', ''),
      '00000000-0000-0000-0000-000000000000',
      '2ed6657d-e927-968b-95e1-2665a8aea6a2',
      '2ed6657d-e927-568b-c5e1-2665a8aea6a2',
      '',
    ]) {
      expect(() => parseUuid(text, 'debt')).toThrow(expect.objectContaining({ code: 'NOT_A_UUID' }));
    }
  });

  test('a party is party_ and a UUID', () => {
    expect(parsePartyId(PARTY)).toBe(PARTY);
    for (const text of [ID, `party-${ID}`, `actor_${ID}`, `Party_${ID}`, `party_${ID.toUpperCase()}`, 'party_', '']) {
      expect(isPartyId(text)).toBe(false);
      expect(() => parsePartyId(text)).toThrow(expect.objectContaining({ code: 'NOT_A_PARTY' }));
    }
  });

  test.each(['1058529940', '1001244019', '١٠٥٨٥٢٩٩٤٠', 'party_1058529940', 'party_١٠٠١٢٤٤٠١٩'])(
    'national ID or Iqama %s where a pseudonym belongs is refused, and not repeated (domain.md §2)',
    (text) => {
      expect(() => parsePartyId(text, 'debtor')).toThrow(
        expect.objectContaining({
          code: 'PARTY_IS_NATIONAL_ID',
          message: expect.not.stringContaining(text),
        }),
      );
    },
  );
});

describe('streams', () => {
  test('are named <category>-<uuid>', () => {
    const name = streamName('debt', ID);
    expect(name).toBe(`debt-${ID}`);
    expect(categoryOf(name)).toBe('debt');
    expect(categoryOf(streamName('_import', ID))).toBe('_import');
  });

  test.each(['', 'debt-list', 'Debt', '$debt', '__debt', 'debt_', '1debt', 'de bt', 'دين'])(
    'category %j is refused',
    (category) => {
      expect(() => streamName(category, ID)).toThrow('no stream category');
    },
  );

  test('that begin with _ or $ are bookkeeping and have no sequence', () => {
    expect(['_import-x', '$ce-debt', 'debt-x', 'attempt-x'].map(isBookkeeping)).toEqual([true, true, false, false]);
  });
});
