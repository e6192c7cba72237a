import { join } from 'node:path';
import { Database } from '../../src/sqlite/database.js';
import { APPLICATION_ID } from '../../src/vault/sqlite/vault-file.js';
import { Server, type Answer } from './server.js';

/* Parties, whose data are personal: found by what they are outside, shown to who may see them, never in the log. */

const ENTITY = 'party_11111111-1111-4111-8111-111111111111';
const IDENTIFIER = '1058529940';
const SAMI = { kind: 'individual', identifier: IDENTIFIER, name: 'سامي بن عبدالله', mobile: '+966512345678' };

const server = new Server({ SIJILL_DRAIN_SECONDS: '1' });
const tokens: Record<string, string> = {};
let keys = 0;
/** Sami, from the first test on. */
let party = '';

beforeAll(async () => {
  await server.start();
  for (const role of ['clerk', 'approver', 'auditor', 'regulator', 'importer']) {
    tokens[role] = await server.token(role, role, ENTITY);
  }
}, 60_000);
afterAll(() => server.dispose());

const post = (who: string, path: string, body: object, headers: Record<string, string> = {}): Promise<Answer> =>
  server.call('POST', path, {
    token: tokens[who] as string,
    body,
    headers: { 'idempotency-key': `key-${++keys}`, prefer: 'wait=10', ...headers },
  });

test('the same identifier is the same party, however it is written; corrections are new versions', async () => {
  const first = await post('clerk', '/v1/parties', SAMI);
  expect([first.status, first.body]).toEqual([
    200,
    expect.objectContaining({ state: 'recorded', kind: 'individual', version: '1', revision: 0 }),
  ]);
  party = first.body.party as string;
  const again = await post('importer', '/v1/parties', { ...SAMI, identifier: '١٠٥٨٥٢٩٩٤٠', name: 'سامي' });
  expect(again.body).toMatchObject({ party, version: '1', revision: 0 });
  // Whoever tells a known number learns whose pseudonym it is: the person sees that.
  const told = await server.call('GET', `/v1/parties/${party}/access-log`, { token: tokens['regulator'] as string });
  expect(told.body.items).toMatchObject([
    { number: 1, role: 'importer', purpose: 'identification', fields: ['identifier'] },
  ]);

  const changes = { mobile: '+966587654321', reason: 'changed' };
  const corrected = await post('clerk', `/v1/parties/${party}/corrections`, changes);
  expect(corrected.body).toMatchObject({ party, version: '2', revision: 1 });
  tokens['sami'] = await server.token('sami', 'debtor', party);
  const own = await post('sami', `/v1/parties/${party}/corrections`, { email: 'sami@example.sa', reason: 'changed' });
  expect(own.body).toMatchObject({ version: '3' });
  const name = await post('sami', `/v1/parties/${party}/corrections`, { name: 'سالم', reason: 'mistake' });
  expect([name.status, name.body.code]).toEqual([403, 'CONTACT_ONLY']);

  const { body } = await server.call('GET', `/v1/audit?party=${party}`, { token: tokens['auditor'] as string });
  const text = JSON.stringify(body);
  expect(text).toContain('parties.PartyCorrected');
  for (const personal of [IDENTIFIER, 'سامي', '512345678', '587654321', 'sami@']) expect(text).not.toContain(personal);
});

test('what is not valid is told what would be accepted, without being repeated', async () => {
  const faults = async (changes: object) => {
    const { status, body } = await post('clerk', '/v1/parties', { ...SAMI, ...changes });
    expect([status, JSON.stringify(body).includes('58529941')]).toEqual([400, false]);
    return body.errors as unknown;
  };
  expect(await faults({ identifier: '1058529941' })).toEqual([
    expect.objectContaining({ path: 'identifier', code: 'NOT_ACCEPTED' }),
  ]);
  expect(await faults({ name: '12', mobile: '0512345678', email: 'x@y' })).toMatchObject([
    { path: 'name', code: 'NOT_A_NAME' },
    { path: 'mobile', code: 'NOT_A_MOBILE' },
    { path: 'email', code: 'NOT_AN_EMAIL' },
  ]);
});

test('E5: the debtor’s data are shown on a debt for a purpose, and each reading is recorded before', async () => {
  const terms = { debtor: party, creditor: ENTITY, amount: { amount: '100.00', currency: 'SAR' }, ground: 'fine' };
  const { id } = (await post('clerk', '/v1/debts', terms)).body as { id: string };
  await post('approver', `/v1/debts/${id}/registration`, {}, { 'if-match': '"0"' });
  const show = (who: string, path: string) => server.call('GET', path, { token: tokens[who] as string });

  expect((await show('clerk', `/v1/debts/${id}`)).body).not.toHaveProperty('debtorData');
  const shown = await show('clerk', `/v1/debts/${id}?purpose=collection`);
  expect(shown.body).toMatchObject({
    id,
    debtor: party,
    debtorData: {
      party,
      kind: 'individual',
      erased: false,
      version: 3,
      data: { identifier: IDENTIFIER, name: SAMI.name, mobile: '+966587654321', email: 'sami@example.sa' },
    },
  });
  const refused = await show('clerk', `/v1/debts/${id}?purpose=audit`);
  expect([refused.status, refused.body.code]).toEqual([403, 'PURPOSE']);
  expect((await show('clerk', `/v1/debts/${id}?purpose=curiosity`)).status).toBe(400);
  tokens['stranger'] = await server.token('stranger', 'clerk', party);
  expect((await show('stranger', `/v1/debts/${id}?purpose=collection`)).status).toBe(404);

  const found = await post('approver', '/v1/parties/lookup', {
    kind: 'individual',
    identifier: IDENTIFIER,
    purpose: 'identification',
  });
  expect([found.status, found.body.data]).toEqual([200, { identifier: IDENTIFIER, name: SAMI.name }]);
  const nobody = { kind: 'individual', identifier: '1001244019', purpose: 'identification' };
  expect((await post('approver', '/v1/parties/lookup', nobody)).status).toBe(404);

  // Whoever may not look for anybody is told the same of everybody, and noted.
  tokens['teller'] = await server.token('teller', 'bank', ENTITY);
  for (const identifier of [IDENTIFIER, '1001244019']) {
    const asked = { kind: 'individual', identifier, purpose: 'identification' };
    const { status, body } = await post('teller', '/v1/parties/lookup', asked);
    expect([status, body.code]).toEqual([403, 'ROLE_NOT_ADMITTED']);
  }

  const log = await show('sami', `/v1/parties/${party}/access-log`);
  expect(log.body.items).toMatchObject([
    { number: 3, role: 'approver', actingFor: ENTITY, purpose: 'identification', fields: ['identifier', 'name'] },
    { number: 2, role: 'clerk', actingFor: ENTITY, purpose: 'collection', debt: id },
    { number: 1, role: 'importer', purpose: 'identification', fields: ['identifier'] },
  ]);
  const second = await show('sami', `/v1/parties/${party}/access-log?limit=1`);
  const next = /<([^>]+)>; rel="next"/.exec(second.headers.get('link') ?? '')?.[1] as string;
  expect((await show('sami', next)).body.items).toMatchObject([{ number: 2 }]);
  expect((await show('stranger', `/v1/parties/${party}/access-log`)).status).toBe(403);

  await server.quiet();
  const report = await show('auditor', '/v1/reports/access-log');
  expect(report.body.items.map((row: Record<string, unknown>) => row['purpose'])).toEqual([
    'identification',
    'collection',
    'identification',
  ]);
});

test('a person is given everything that is kept of them, with its versions and events, and nobody else is', async () => {
  const facts = { payer: party, payee: ENTITY, amount: { amount: '5.00', currency: 'SAR' }, channel: 'sadad' };
  tokens['bank'] = await server.token('bank', 'bank', ENTITY);
  const account = 'SA0380000000608010167519';
  await post('bank', '/v1/receipts', { ...facts, reference: 'TX-9', paidOn: '2026-01-05', sourceAccount: account });
  await server.quiet();
  const own = await server.call('GET', `/v1/parties/${party}/personal-data`, { token: tokens['sami'] as string });
  const kept = own.body.items as { field: string; value: string; version: number | null; type: string }[];
  expect(kept.map(({ field, value, version }) => [version, field, value])).toEqual(
    expect.arrayContaining([
      [null, 'sourceAccount', account],
      [3, 'email', 'sami@example.sa'],
      [2, 'mobile', '+966587654321'],
      [1, 'mobile', SAMI.mobile],
      [1, 'name', SAMI.name],
      [1, 'identifier', IDENTIFIER],
    ]),
  );
  expect([kept.length, own.body.reached]).toEqual([6, 0]);
  const log = await server.call('GET', `/v1/parties/${party}/access-log`, { token: tokens['sami'] as string });
  expect(log.body.items[0]).toMatchObject({ number: 4, role: 'debtor', purpose: 'own-access', fields: ['all'] });
  const other = await server.token('other', 'debtor', ENTITY);
  expect((await server.call('GET', `/v1/parties/${party}/personal-data`, { token: other })).status).toBe(404);
});

test('a refused recording leaves nothing of the party in the vault, and is refused again under its key', async () => {
  const nobody = { kind: 'individual', identifier: '1087362453', name: 'هند بنت ناصر' };
  const vault = Database.open(join(server.data, 'vault.db'), APPLICATION_ID);
  const persons = vault.prepare("SELECT count(*) FROM person WHERE id LIKE 'party_%'");
  const before = persons.get()?.[0] as number;
  const early = { 'idempotency-key': 'early' };
  const first = await post('clerk', '/v1/parties', { ...nobody, effectiveOn: '2099-01-01' }, early);
  const again = await post('clerk', '/v1/parties', { ...nobody, effectiveOn: '2099-01-01' }, early);
  expect([first.status, first.body.code, again.body.attempt]).toEqual([422, 'FUTURE_DATE', first.body.attempt]);
  for (const headers of [{ 'if-match': 'x' }, { 'if-match': '"7"' }, { 'idempotency-key': 'a b' }]) {
    const { status } = await post('clerk', '/v1/parties', nobody, headers);
    expect([headers, [400, 412].includes(status)]).toEqual([headers, true]);
  }
  expect(persons.get()?.[0]).toBe(before);
  expect((await post('clerk', '/v1/parties', nobody)).body).toMatchObject({ state: 'recorded', revision: 0 });
  expect(persons.get()?.[0]).toBe(before + 1);
  vault.close();
});

test('what cannot be shown as it is, is no name: control characters, overrides of direction, half characters', async () => {
  const names = ['سامي\u0000', 'سا\u202Eمي', 'سا\u2066مي', 'هند\ud800', 'ن'.repeat(201), '‏‏', '12'];
  for (const name of names) {
    const { status, body } = await post('clerk', '/v1/parties', { ...SAMI, identifier: '1001244019', name });
    expect([name, status, JSON.stringify(body).includes('سامي')]).toEqual([name, 400, false]);
    const address = await post('clerk', '/v1/parties', { ...SAMI, identifier: '1001244019', address: `${name}\u0007` });
    expect(address.status).toBe(400);
  }
  // Marks of direction and joiners belong to Arabic text.
  const kept = await post('clerk', '/v1/parties', {
    ...SAMI,
    identifier: '1001244019',
    name: 'سامي \u200F(Sami)\u200E',
  });
  expect(kept.status).toBe(200);
});
