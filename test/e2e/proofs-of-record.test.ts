import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { PartyId } from '../../src/kernel/ids.js';
import { keyInFile } from '../../src/vault/master-key.js';
import { openSqliteVault } from '../../src/vault/sqlite/sqlite-vault.js';
import { proveRecord, type Proved } from '../../src/verify/record.js';
import { trusting, type Policy } from '../../src/verify/policy.js';
import { sijill, type Ended } from '../cli/moving.js';
import { storesOf } from '../servers/stores.js';
import { Server, until, type Answer } from './server.js';

/** A fine of 115.00 that a friend pays; its proofs of record, verified by the program that knows nothing of the ledger. */

const CITY = 'party_11111111-1111-4111-8111-111111111111';
const OTHER = 'party_99999999-9999-4999-8999-999999999999';
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';
const FRIEND = 'party_33333333-3333-4333-8333-333333333333';
const BANK = 'party_44444444-4444-4444-8444-444444444444';

interface Reference {
  readonly event: string;
  readonly stream: string;
  readonly revision: number;
  readonly proof: string | null;
}

const settings: Record<string, string> = { SIJILL_LOG_ORIGIN: 'log.example.sa/ledger' };
const server = new Server(settings);
/** What a program is told that works on its stores. */
const ledgerOf = async () => ({ SIJILL_DATA: server.data, ...(await storesOf(server.data)), ...settings });
const folder = mkdtempSync(join(tmpdir(), 'sijill-proofs-'));
const tokens: Record<string, string> = {};
let registered = '';
let applied = '';
let vkey = '';
let ours: Policy;

const command = (who: string, path: string, body: object, headers: Record<string, string> = {}): Promise<Answer> =>
  server.call('POST', path, {
    token: tokens[who] as string,
    body,
    headers: { 'idempotency-key': path, prefer: 'wait=10', ...headers },
  });
const textOf = async (path: string, who?: string): Promise<{ status: number; headers: Headers; text: string }> => {
  const headers = who === undefined ? undefined : { authorization: `Bearer ${tokens[who]}` };
  const answer = await fetch(`${server.url}${path}`, headers && { headers });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
};
/** Once a checkpoint covers it. */
const proofFor = (who: string, event: string) =>
  until(
    () => textOf(`/v1/proofs-of-record/${event}`, who),
    ({ status }) => status !== 202,
  );

beforeAll(async () => {
  const { MONGODB_URI } = await storesOf(server.data);
  const log = { LOG_MONGODB_URI: `${MONGODB_URI}_log`, SIJILL_LOG_KEY: '0f'.repeat(32) };
  if (MONGODB_URI !== undefined) Object.assign(settings, log); // else no log would be kept
  await server.start();
  for (const role of ['clerk', 'approver', 'auditor']) tokens[role] = await server.token(role, role, CITY);
  tokens['stranger'] = await server.token('stranger', 'clerk', OTHER);
  tokens['debtor'] = await server.token('debtor', 'debtor', DEBTOR);
  tokens['friend'] = await server.token('friend', 'debtor', FRIEND);
  tokens['bank'] = await server.token('bank', 'bank', BANK);
  const amount = { amount: '115.00', currency: 'SAR' };
  const draft = { debtor: DEBTOR, creditor: CITY, ground: 'traffic-fine', amount };
  const { id } = (await command('clerk', '/v1/debts', draft)).body;
  registered = (await command('approver', `/v1/debts/${id}/registration`, {}, { 'if-match': '"0"' })).body.event;
  const paid = { payer: FRIEND, payee: CITY, target: { debt: id }, amount, channel: 'sadad' };
  const facts = { ...paid, reference: 'TX-1', paidOn: '2026-01-15', sourceAccount: 'SA0380000000608010167519' };
  await command('bank', '/v1/receipts', facts);
  const history = await until(
    () => server.call('GET', `/v1/debts/${id}/events`, { token: tokens['auditor'] as string }),
    ({ body }) => body.items.length > 2,
  );
  applied = history.body.items.find(({ type }: { type: string }) => type === 'debts.ReceiptApplied').id;
  vkey = (await textOf('/transparency/vkey')).text;
  ours = trusting(vkey);
});
afterAll(async () => {
  await server.dispose();
  rmSync(folder, { recursive: true });
});

test.each(['clerk', 'auditor', 'debtor'])(
  'a %s gets a proof of the registration that nobody else is needed for',
  async (who) => {
    const { status, headers, text } = await proofFor(who, registered);
    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
      200,
      'text/plain; charset=utf-8',
      'no-store',
    ]);
    const { event, checkpoint }: Proved = proveRecord(text, ours);
    expect([event.id, event.type, checkpoint.origin]).toEqual([
      registered,
      'debts.DebtRegistered',
      'log.example.sa/ledger',
    ]);
    expect(event.entries).toMatchObject([{ minor: 11_500n, debit: { account: '1200' }, credit: { account: '4300' } }]);
  },
);

test('a command is answered with its proof of record, where it is asked for', async () => {
  const draft = { debtor: DEBTOR, creditor: CITY, ground: 'fine', amount: { amount: '3.00', currency: 'SAR' } };
  const headers = { 'idempotency-key': 'proved', prefer: 'proof, wait=30' };
  const { status, headers: said, body } = await command('clerk', '/v1/debts', draft, headers);
  expect([status, said.get('preference-applied')]).toEqual([201, 'wait=30, proof']);
  const { event, sequence } = proveRecord(body.proof, ours);
  expect([event.id, sequence]).toEqual([body.event, body.sequence]);
  expect((await textOf(body.proofAt, 'clerk')).status).toBe(200);
  // Who may not ask for it by itself does not get it here.
  const receipt = { payer: FRIEND, payee: CITY, target: { debt: body.id }, amount: draft.amount, channel: 'sadad' };
  const facts = { ...receipt, reference: 'TX-2', paidOn: '2026-01-15', sourceAccount: 'SA0380000000608010167519' };
  const byBank = await command('bank', '/v1/receipts', facts, { ...headers, 'idempotency-key': 'by-bank' });
  expect(byBank.status).toBe(201);
  expect(byBank.body).not.toHaveProperty('proof');
  expect(byBank.body).not.toHaveProperty('proofAt');
});

describe('proofs are looked up by whoever may read the events', () => {
  const list = (who: string, query: string) =>
    server.call('GET', `/v1/proofs-of-record?${query}`, { token: tokens[who] as string });
  const ofEvent = async () => (await list('auditor', `event=${registered}`)).body.items[0] as Reference;

  test('by an event, by the command that made it, and by its stream', async () => {
    const one = await ofEvent();
    expect(one).toMatchObject({
      event: registered,
      type: 'debts.DebtRegistered',
      proof: `/v1/proofs-of-record/${registered}`,
    });
    const { body } = await server.call('GET', `/v1/events/${registered}`, { token: tokens['auditor'] as string });
    const commanded = await list('debtor', `command=${body.event.commandId}`);
    expect(commanded.body.items).toContainEqual(one);
    const stream = await list('clerk', `stream=${one.stream}`);
    expect(stream.body.items.map(({ revision }: Reference) => revision)).toEqual(
      stream.body.items.map((_: Reference, at: number) => at),
    );
    expect(stream.body.items).toContainEqual(one);
  });

  test('a page at a time', async () => {
    const { stream } = await ofEvent();
    const whole = await list('auditor', `stream=${stream}`);
    const paged: Reference[] = [];
    for (let query = `stream=${stream}&limit=1`; ;) {
      const { body, headers } = await list('auditor', query);
      expect(body.items).toHaveLength(1);
      paged.push(...body.items);
      const next = /\?([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
      if (next === undefined) break;
      query = next;
    }
    expect(paged).toEqual(whole.body.items);
  });

  test('of a payment the debtor is told that there is one, and not who made it', async () => {
    const { stream } = await ofEvent();
    const [whole, own] = [await list('auditor', `stream=${stream}`), await list('debtor', `stream=${stream}`)];
    const proofOf = ({ body }: Answer) =>
      body.items.find(({ event }: Reference) => event === applied)?.proof as unknown;
    expect([proofOf(whole), proofOf(own)]).toEqual([`/v1/proofs-of-record/${applied}`, null]);
  });

  test('others are told that there is nothing, and it is recorded', async () => {
    const { stream } = await ofEvent();
    const answers = [await list('stranger', `stream=${stream}`), await list('stranger', `event=${registered}`)];
    expect(answers.map(({ status }) => status)).toEqual([404, 404]);
    const attempts = await until(
      () => server.call('GET', '/v1/attempts', { token: tokens['auditor'] as string }),
      ({ body }) => body.items.some(({ command }: { command: string }) => command === 'ViewProofOfRecord'),
    );
    expect(attempts.status).toBe(200);
    expect((await fetch(`${server.url}/v1/proofs-of-record?event=${registered}`)).status).toBe(401);
  });

  const ID = '11111111-1111-4111-8111-111111111111';
  test.each([
    ['', 400],
    [`event=${ID}&stream=debt-${ID}`, 400],
    ['stream=debt', 400],
    [`stream=_own-${ID}`, 400],
    [`stream=$all-${ID}`, 400],
    ['event=1', 400],
    [`stream=debt-${ID}`, 404],
    [`event=${ID}`, 404],
    [`command=${ID}`, 404],
    [`event=${ID}&cursor=abc`, 400],
  ])('%s is answered %i', async (query, status) => {
    expect((await list('auditor', query)).status).toBe(status);
  });
});

test('the program verifies it offline, and not a changed one', async () => {
  const { text } = await proofFor('debtor', registered);
  const verify = (name: string, file: string) => {
    writeFileSync(join(folder, name), file);
    writeFileSync(join(folder, 'vkey'), vkey);
    const args = ['dist/src/cli/main.js', 'verify', 'record', join(folder, name), '--vkey', join(folder, 'vkey')];
    return spawnSync(process.execPath, args, { encoding: 'utf8' });
  };
  expect(verify('proof', text)).toMatchObject({ status: 0, stdout: expect.stringContaining('PROVED: event ') });
  const forged = verify('forged', text.replaceAll('115.00', '15.00'));
  expect(forged).toMatchObject({ status: 3, stdout: '', stderr: expect.stringMatching(/^NOT PROVED: /) });
});

test('a checkpoint that was kept is held against a later one', async () => {
  const kept = (await textOf('/transparency/checkpoint')).text;
  await command(
    'clerk',
    '/v1/debts',
    { debtor: DEBTOR, creditor: CITY, ground: 'fine', amount: { amount: '1.00', currency: 'SAR' } },
    { 'idempotency-key': 'more' },
  );
  const size = (checkpoint: string): number => Number(checkpoint.split('\n')[1]);
  await until(
    async () => (await textOf('/transparency/checkpoint')).text,
    (now) => size(now) > size(kept),
  );
  const grown = (await textOf(`/transparency/consistency?from=${size(kept)}`)).text;
  for (const [name, text] of Object.entries({ kept, grown, vkey })) writeFileSync(join(folder, name), text);
  const files = ['kept', 'grown', 'vkey'].map((name) => join(folder, name)) as [string, string, string];
  const args = ['dist/src/verify/main.js', 'consistency', files[0], files[1], '--vkey', files[2]];
  expect(spawnSync(process.execPath, args, { encoding: 'utf8' })).toMatchObject({
    status: 0,
    stdout: expect.stringContaining(`begins with all ${size(kept)} of the earlier one`),
  });
});

test('a whole ledger is audited from what was exported, and an event that was changed is found', async () => {
  const [out, key] = [join(folder, 'audit'), join(folder, 'vkey')];
  writeFileSync(key, vkey);
  expect(await sijill(['export', '--audit', out], await ledgerOf())).toMatchObject({ code: 0 });
  const found = await sijill(['verify', 'audit', out, '--vkey', key], {});
  expect(found).toMatchObject({ code: 0, out: expect.stringMatching(/^PROVED: the \d+ events of the ledger /) });
  // 115.00 registered, and paid.
  expect(found.out).toContain(`  ${CITY} 1200 SAR: debits 115.00, credits 115.00\n`);
  const events = join(out, 'events.jsonl');
  writeFileSync(events, readFileSync(events, 'utf8').replaceAll('"115.00"', '"15.00"'));
  expect(await sijill(['verify', 'audit', out, '--vkey', key], {})).toMatchObject({
    code: 3,
    err: expect.stringContaining('the events come to another root'),
  });
});

describe('the log as files', () => {
  const site = join(folder, 'site');
  const exported = async (): Promise<Ended> => sijill(['transparency', 'export', site], await ledgerOf());
  const files = (): string[] =>
    readdirSync(site, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(site, join(entry.parentPath, entry.name)))
      .toSorted();
  test('is what the server publishes, and grows', async () => {
    expect(await exported()).toMatchObject({ code: 0, out: '' });
    const before = files();
    const size = Number(readFileSync(join(site, 'checkpoint'), 'utf8').split('\n')[1]);
    expect(before).toEqual(['checkpoint', `tile/0/000.p/${size}`, `tile/entries/000.p/${size}`, 'vkey']);
    for (const name of before) {
      const answer = await fetch(`${server.url}/transparency/${name}`);
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(readFileSync(join(site, name)));
    }
    const draft = { debtor: DEBTOR, creditor: CITY, ground: 'fine', amount: { amount: '2.00', currency: 'SAR' } };
    await command('clerk', '/v1/debts', draft, { 'idempotency-key': 'yet-more' });
    await until(
      async () => (await exported()).code === 0 && files().includes(`tile/0/000.p/${size + 1}`),
      (isThere) => isThere,
    );
    expect(files()).toEqual(expect.arrayContaining(before));
  });
  test('is not written over another one', async () => {
    const ours = readFileSync(join(site, 'checkpoint'), 'utf8');
    writeFileSync(join(site, 'checkpoint'), ours.replace('log.example.sa', 'other.example.sa'));
    expect(await exported()).toMatchObject({ code: 1, err: expect.stringContaining('export to another directory') });
    expect(readFileSync(join(site, 'checkpoint'), 'utf8')).toContain('other.example.sa');
  });
});

test('who must not be shown a party of the event has no proof of it, and is told who has', async () => {
  const { status, text } = await proofFor('debtor', applied);
  expect([status, JSON.parse(text)]).toMatchObject([403, { code: 'PROOF_NOT_WHOLE' }]);
  expect(text).not.toContain(FRIEND);
  expect(proveRecord((await proofFor('clerk', applied)).text, ours).event.type).toBe('debts.ReceiptApplied');
});

describe('what an event commits to', () => {
  const IBAN = 'SA0380000000608010167519';
  const recorded = async (): Promise<string> => {
    const { body } = await server.call('GET', `/v1/audit?type=billing.ReceiptRecorded`, { token: tokens['auditor']! });
    return body.items.find(({ type }: { type: string }) => type === 'billing.ReceiptRecorded').id;
  };
  const disclosedTo = async (who: string, purpose: string) => proofFor(who, `${await recorded()}?purpose=${purpose}`);
  let kept = '';

  test('is disclosed for a purpose that the role has, with its name and value, and verified', async () => {
    const { status, text } = await disclosedTo('auditor', 'audit');
    expect(status).toBe(200);
    expect(proveRecord(text, ours).disclosures).toEqual([{ name: 'sourceAccount', value: IBAN }]);
    kept = text;
    const [line] = /^disclosure .*$/m.exec(text)!;
    const forged = Buffer.from(JSON.stringify(['c2FsdA', 'sourceAccount', 'SA0000000000000000000000']));
    const changed = text.replace(line, `disclosure ${forged.toString('base64url')}`);
    expect(() => proveRecord(changed, ours)).toThrow('the event commits to nothing like');
  });

  test('and the reading is recorded, with who, whose, what and why', async () => {
    const { body } = await until(
      () => server.call('GET', `/v1/audit?type=parties.PersonalDataRead`, { token: tokens['auditor']! }),
      ({ body: found }) => found.items.length > 0,
    );
    expect(body.items[0]).toMatchObject({
      actor: { role: 'auditor' },
      data: { party: FRIEND, fields: ['sourceAccount'], purpose: 'audit' },
    });
  });

  test('is not disclosed without a purpose, nor for one that the role has not, which is recorded', async () => {
    const { text } = await proofFor('auditor', await recorded());
    expect(proveRecord(text, ours).disclosures).toEqual([]);
    expect(text).not.toContain('disclosure ');
    const { status, text: refused } = await disclosedTo('clerk', 'audit');
    expect([status, JSON.parse(refused).code]).toEqual([403, 'PURPOSE']);
    expect(refused).not.toContain(IBAN);
    expect((await disclosedTo('auditor', 'curiosity')).status).toBe(400);
  });

  test('is gone for ever when the person is erased; proofs that people hold verify still', async () => {
    const event = await recorded();
    await server.stop('SIGTERM');
    const key = keyInFile(join(server.data, 'master.key'), 'it is lost');
    const vault = openSqliteVault(join(server.data, 'vault.db'), key, false);
    await vault.erase(FRIEND as PartyId);
    await vault.close();
    await server.start();
    const { text } = await proofFor('auditor', `${event}?purpose=audit`);
    expect(proveRecord(text, ours).disclosures).toEqual([]);
    expect(proveRecord(kept, ours).disclosures).toEqual([{ name: 'sourceAccount', value: IBAN }]);
  });
});

test('another’s event is answered as one that is not there', async () => {
  const none = await textOf('/v1/proofs-of-record/00000000-0000-4000-8000-000000000000', 'friend');
  for (const who of ['friend', 'stranger']) {
    const { status, text } = await proofFor(who, registered);
    expect([status, JSON.parse(text).code]).toEqual([404, 'NOT_FOUND']);
  }
  expect([none.status, JSON.parse(none.text).code]).toEqual([404, 'NOT_FOUND']);
  expect((await textOf(`/v1/proofs-of-record/${registered}`)).status).toBe(401);
});

test('the page is served to anybody, and nowhere in a frame', async () => {
  const { status, headers, text } = await textOf('/verify');
  expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(headers.get('content-security-policy')).toBe("frame-ancestors 'none'");
  expect(text).toContain('<title>Sijill: verify a proof of record or of balances');
});
