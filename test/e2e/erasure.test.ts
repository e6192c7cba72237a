import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Server, until, type Answer } from './server.js';

/* A party's data are destroyed by two people and the clock; everything that was proved and summed stays as it was. */

const ENTITY = 'party_11111111-1111-4111-8111-111111111111';
const MONA = { kind: 'individual', identifier: '1001244019', name: 'منى بنت سالم', email: 'mona@example.sa' };
/** Longer ago than books are kept. */
const LONG_AGO = '2010-01-05';

const ACCOUNT = 'SA3505000068203847561029';

/** A command that may be sent again, as it was. */
interface Repeatable {
  readonly who: string;
  readonly path: string;
  readonly body: object;
  readonly key: string;
}

const server = new Server({ SIJILL_DRAIN_SECONDS: '1' });
const tokens: Record<string, string> = {};
let keys = 0;

const start = async (): Promise<void> => {
  await server.start();
  for (const role of ['clerk', 'approver', 'auditor', 'regulator', 'bank']) {
    tokens[role] = await server.token(role, role, ENTITY);
  }
  tokens['importer'] = await server.token('importer', 'importer', ENTITY);
  tokens['second'] = await server.token('second', 'importer', ENTITY);
};
beforeAll(start, 60_000);
afterAll(() => server.dispose());

const call = (method: string, who: string, path: string, body: object, ifMatch?: number): Promise<Answer> =>
  server.call(method, path, {
    token: tokens[who] as string,
    body,
    headers: {
      'idempotency-key': `key-${++keys}`,
      prefer: 'wait=10',
      ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
    },
  });
const post = (who: string, path: string, body: object, ifMatch?: number) => call('POST', who, path, body, ifMatch);
const send = ({ who, path, body, key }: Repeatable): Promise<Answer> =>
  server.call('POST', path, { token: tokens[who] as string, body, headers: { 'idempotency-key': key } });
const show = (who: string, path: string): Promise<Answer> => server.call('GET', path, { token: tokens[who] as string });
const lookUp = (): Promise<Answer> =>
  post('clerk', '/v1/parties/lookup', { kind: MONA.kind, identifier: MONA.identifier, purpose: 'identification' });

/** A debt of long ago, registered. */
async function debtOf(debtor: string, effectiveOn: string): Promise<string> {
  const amount = { amount: '100.00', currency: 'SAR' };
  const terms = { debtor, creditor: ENTITY, amount, ground: 'fine', effectiveOn };
  const { id } = (await post('importer', '/v1/debts', terms)).body as { id: string };
  await post('second', `/v1/debts/${id}/registration`, { effectiveOn }, 0);
  return id;
}

/** @returns what told the payment */
async function settle(id: string, debtor: string, effectiveOn: string): Promise<Repeatable> {
  const amount = { amount: '100.00', currency: 'SAR' };
  const facts = { payer: debtor, payee: ENTITY, target: { debt: id }, amount, channel: 'sadad', effectiveOn };
  const told = { ...facts, reference: `TX-${++keys}`, paidOn: effectiveOn, sourceAccount: ACCOUNT };
  const payment = { who: 'importer', path: '/v1/receipts', body: told, key: `pay-${keys}` };
  expect((await send(payment)).status).toBe(201);
  await server.quiet();
  tokens['asking'] = await server.token('asking', 'importer', debtor);
  const asked = await post('asking', `/v1/debts/${id}/payment-requests`, { amount, effectiveOn });
  const approval = `/v1/debts/${id}/requests/${asked.body.request}/approval`;
  expect((await post('importer', approval, { effectiveOn }, asked.body.revision)).body.state).toBe('settled');
  return payment;
}

async function books(): Promise<string> {
  await server.quiet();
  const query = `entity=${ENTITY}&effectiveOn=${LONG_AGO}`;
  const { body } = await show('auditor', `/v1/reports/trial-balance?${query}`);
  return JSON.stringify(body.items);
}

test('an erasure is refused while anything forbids it; then two people decide, and the clock carries it out', async () => {
  const { party } = (await post('clerk', '/v1/parties', MONA)).body as { party: string };
  tokens['mona'] = await server.token('mona', 'debtor', party);
  const id = await debtOf(party, LONG_AGO);
  const path = `/v1/parties/${party}/erasure-requests`;
  const asked = { ground: 'purpose-ended' };

  const early = await post('mona', path, asked);
  expect([early.status, early.body.code, early.body.detail]).toEqual([
    409,
    'STILL_OPEN',
    'Data are not destroyed while this is open: debt, balance; ask again when it is settled.',
  ]);
  await settle(id, party, LONG_AGO);
  const recent = await debtOf(party, '2020-01-05');
  await post('clerk', `/v1/debts/${recent}/cancellation-requests`, { ground: 'error' });
  const { revision, request: cancellation } = (await show('clerk', `/v1/debts/${recent}`)).body;
  await post('approver', `/v1/debts/${recent}/requests/${cancellation.id}/approval`, {}, revision);
  const kept = await post('mona', path, asked);
  expect([kept.status, kept.body.code]).toEqual([409, 'RETAINED']);
  expect(kept.body.detail).toMatch(/^The law has records of the class books kept until 20\d\d-\d\d-\d\d/);
});

test('whoever was erased is shown as erased, is nobody’s party any more, and stays erased in a restored vault', async () => {
  const noura = { ...MONA, identifier: '1058529940' };
  const { party } = (await post('clerk', '/v1/parties', noura)).body as { party: string };
  tokens['noura'] = await server.token('noura', 'debtor', party);
  const id = await debtOf(party, LONG_AGO);
  const payment = await settle(id, party, LONG_AGO);
  const path = `/v1/parties/${party}`;

  const correction = { who: 'clerk', path: `${path}/corrections`, key: 'moved' } as const;
  const sent: readonly Repeatable[] = [
    payment,
    { ...correction, body: { reason: 'changed', mobile: '+966598362714' } },
  ];
  expect((await send(sent[1]!)).body.version).toBe('2');
  const answers = await Promise.all(sent.map(send));

  const read = await show('clerk', `/v1/debts/${id}?purpose=review`);
  expect(read.body.debtorData.data.name).toBe(noura.name);
  const hold = await post('regulator', `${path}/legal-holds`, { ground: 'litigation' });
  const asked = { ground: 'consent-withdrawn' };
  expect((await post('noura', `${path}/erasure-requests`, asked)).body.code).toBe('LEGAL_HOLD');
  const lifting = `${path}/legal-holds/${hold.body.event}`;
  expect((await call('DELETE', 'regulator', lifting, { reason: 'case-closed' })).status).toBe(200);

  const before = await books();
  const requested = await post('noura', `${path}/erasure-requests`, asked);
  expect(requested.body).toMatchObject({ state: 'recorded', dueBy: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) });
  expect((await show('noura', path)).body).toMatchObject({ erasure: { state: 'requested' }, erased: false });
  await server.stop('SIGTERM');
  const copy = join(server.data, 'copy.db'); // what a stop leaves is one file
  cpSync(join(server.data, 'vault.db'), copy);
  await start();

  const approval = `${path}/erasure-requests/${requested.body.request}/approval`;
  expect((await post('approver', approval, {}, requested.body.revision)).body.state).toBe('erasing');
  const shown = await show('clerk', `/v1/debts/${id}?purpose=review`);
  expect(shown.body.debtorData).toMatchObject({ party, erased: true, data: null });
  await until(
    () => show('noura', path),
    ({ body }) => body.erased === true,
    90_000,
  );

  expect((await show('clerk', `/v1/debts/${id}?purpose=review`)).body.debtorData).toMatchObject({ erased: true });
  expect((await show('noura', `${path}/personal-data`)).body.items).toEqual([]);
  expect(await books()).toBe(before);

  // A command that was answered before is answered alike for ever; whatever is personal and new is refused, and says why.
  const repeated = await Promise.all(sent.map(send));
  expect(repeated.map(({ status, body }) => [status, body])).toEqual(answers.map(({ status, body }) => [status, body]));
  expect(repeated.map(({ headers }) => headers.get('idempotency-replayed'))).toEqual(['true', 'true']);
  const [told, more] = await Promise.all(sent.map((each) => send({ ...each, key: 'another' })));
  expect([told?.status, told?.body.code, told?.body.detail.includes(party)]).toEqual([409, 'PERSON_ERASED', true]);
  expect([more?.status, more?.body.code]).toEqual([409, 'ERASED']);

  // Nobody asks whether a debtor was erased: such a draft shows that, and is not registered on anybody who could be found.
  const drafted = await post('clerk', '/v1/debts', {
    debtor: party,
    creditor: ENTITY,
    amount: { amount: '1.00', currency: 'SAR' },
    ground: 'fine',
  });
  expect(drafted.status).toBe(201);
  const draft = await show('clerk', `/v1/debts/${drafted.body.id}?purpose=review`);
  expect(draft.body.debtorData).toEqual({ party, kind: 'individual', version: 2, erased: true, data: null });
  expect((await call('DELETE', 'clerk', `/v1/debts/${drafted.body.id}`, {})).status).toBe(200);
  const certificate = (): Promise<string> =>
    fetch(`${server.url}${path}/erasure-certificate`, {
      headers: { authorization: `Bearer ${tokens['noura']}` },
    }).then((answer) => answer.text());
  expect(await until(certificate, (text) => text.includes('sijill-proof-of-record@v1'))).toContain(party);
  const report = await show('auditor', '/v1/reports/retention-and-erasure');
  const states = report.body.items.map((row: Record<string, string>) => `${row['kind']} ${row['state']}`);
  expect(states).toEqual(expect.arrayContaining(['erasure refused', 'hold lifted', 'erasure done']));
  const fourEyes = await show('auditor', '/v1/reports/four-eyes');
  expect(fourEyes.body.items.map((row: Record<string, string>) => `${row['decision']} ${row['separate']}`)).toContain(
    'parties.ErasureApproved yes',
  );

  // Who read them stays known, and so does everything that was folded.
  const readings = (await show('noura', `${path}/access-log`)).body.items as readonly object[];
  expect(readings).toMatchObject([{ number: 1, purpose: 'review', debt: id }]);
  for (const personal of [noura.name, noura.identifier, noura.email]) {
    expect(JSON.stringify(readings)).not.toContain(personal);
  }

  // A back-up of the vault from before is restored: the ledger says who was erased.
  await server.stop('SIGTERM');
  const verify = ['dist/src/cli/main.js', 'rebuild', '--verify'];
  const env = { PATH: process.env['PATH'], SIJILL_DATA: server.data };
  const verified = spawnSync(process.execPath, verify, { env, encoding: 'utf8' });
  expect([verified.status, verified.stderr]).toEqual([0, expect.anything()]);
  for (const file of ['vault.db', 'vault.db-wal', 'vault.db-shm']) rmSync(join(server.data, file), { force: true });
  cpSync(copy, join(server.data, 'vault.db'));
  await start();
  const again = { kind: noura.kind, identifier: noura.identifier, purpose: 'identification' };
  expect((await post('clerk', '/v1/parties/lookup', again)).status).toBe(404); // before it is erased again, too
  const back = await until(
    () => post('clerk', '/v1/parties', noura),
    ({ body }) => body.code !== 'ERASED',
    90_000,
  );
  expect([back.status, back.body.party === party]).toEqual([200, false]);
  expect((await lookUp()).body.erased).toBe(false);
}, 240_000);
