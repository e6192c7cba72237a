import { Server, type Answer } from './server.js';

/* Parties, whose data are personal: found by what they are outside, shown to who may see them, never in the log. */

const ENTITY = 'party_11111111-1111-4111-8111-111111111111';
const IDENTIFIER = '1058529940';
const SAMI = { kind: 'individual', identifier: IDENTIFIER, name: 'سامي بن عبدالله', mobile: '+966512345678' };

const server = new Server({ SIJILL_DRAIN_SECONDS: '1' });
const tokens: Record<string, string> = {};
let keys = 0;

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
  const { party } = first.body as { party: string };
  const again = await post('importer', '/v1/parties', { ...SAMI, identifier: '١٠٥٨٥٢٩٩٤٠', name: 'سامي' });
  expect(again.body).toMatchObject({ party, version: '1', revision: 0 });

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
