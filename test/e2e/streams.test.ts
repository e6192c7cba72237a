import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { Listener } from '../http/listener.js';
import { Server, until } from './server.js';

/** A debt's events as Server-Sent Events, on the built server (DESIGN.md, The edge). */

const CREDITOR = 'party_11111111-1111-4111-8111-111111111111';
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';
const STRANGER = 'party_33333333-3333-4333-8333-333333333333';
const BANK = 'party_44444444-4444-4444-8444-444444444444';

const server = new Server({ SIJILL_DRAIN_SECONDS: '300' });
const opened: Listener[] = [];
let tokens: Record<'clerk' | 'approver' | 'debtor' | 'stranger' | 'bank' | 'auditor', string>;
let keys = 0;

beforeAll(async () => {
  await server.start();
  tokens = {
    clerk: await server.token('clerk', 'clerk', CREDITOR),
    approver: await server.token('approver', 'approver', CREDITOR),
    debtor: await server.token('debtor', 'debtor', DEBTOR),
    stranger: await server.token('stranger', 'debtor', STRANGER),
    bank: await server.token('bank', 'bank', BANK),
    auditor: await server.token('auditor', 'auditor', CREDITOR),
  };
});
afterEach(() => opened.splice(0).forEach((each) => each.close()));
afterAll(() => server.dispose());

async function send(who: keyof typeof tokens, path: string, body: unknown, ifMatch?: number) {
  const match = ifMatch !== undefined && { 'if-match': `"${ifMatch}"` };
  const headers = { 'idempotency-key': `key-${++keys}`, prefer: 'wait=10', ...match };
  const answer = await server.call('POST', path, { token: tokens[who], body, headers });
  expect([path, answer.body.code]).toEqual([path, undefined]);
  return answer.body;
}

async function registered(): Promise<string> {
  const amount = { amount: '115.00', currency: 'SAR' };
  const { id } = await send('clerk', '/v1/debts', { debtor: DEBTOR, creditor: CREDITOR, amount, ground: 'fine' });
  await send('approver', `/v1/debts/${id}/registration`, {}, 0);
  return id;
}

const proceed = (id: string) =>
  server.call('POST', `/v1/debts/${id}/proceedings`, {
    token: tokens.clerk,
    body: { kind: 'notice-served', on: '2026-11-01' },
    headers: { 'idempotency-key': `key-${++keys}` },
  });

async function listen(id: string, token: string, last?: string): Promise<Listener> {
  const listener = await Listener.open(`${server.url}/v1/debts/${id}/events`, token, { last });
  opened.push(listener);
  return listener;
}

test('the debtor hears of a payment as it is applied, in the words of the page', async () => {
  const id = await registered();
  const listener = await listen(id, tokens.debtor);
  await listener.until(({ heard }) => heard.length === 2);
  await send('bank', '/v1/receipts', {
    reference: 'TX-1',
    payer: STRANGER,
    payee: CREDITOR,
    target: { debt: id },
    channel: 'sadad',
    amount: { amount: '40.00', currency: 'SAR' },
    paidOn: '2026-11-01',
  });
  await listener.until(({ heard }) => heard.length === 3);
  expect(listener.heard.map(({ type }) => type)).toEqual([
    'debts.DebtDrafted',
    'debts.DebtRegistered',
    'debts.ReceiptApplied',
  ]);
  const page = await server.call('GET', `/v1/debts/${id}/events`, { token: tokens.debtor });
  expect(listener.heard.map(({ data }) => data)).toEqual(page.body.items);
  expect(page.headers.get('vary')).toBe('Accept');
  expect(JSON.stringify(page.body)).not.toContain(STRANGER); // who else paid is for the creditor to know
  const whole = await server.call('GET', `/v1/debts/${id}/events`, { token: tokens.clerk });
  expect(whole.body.items[2].data.payer).toBe(STRANGER);
});

test('with many writes and readers that come and go, each event is heard once and in its turn', async () => {
  const id = await registered();
  const total = 301;
  const writing = (async () => {
    for (let next = 2; next <= total; next += 15) {
      await Promise.all(Array.from({ length: Math.min(15, total + 1 - next) }, () => proceed(id)));
    }
  })();
  const reading = [1, 2, 3].map(async (pace) => {
    const heard: number[] = [];
    for (let round = 0; heard.at(-1) !== total; round++) {
      const listener = await listen(id, tokens.clerk, heard.at(-1)?.toString());
      await listener.until((each) => each.heard.length > (pace * (round + 5)) % 37 || each.lastId === String(total));
      listener.close();
      heard.push(...listener.heard.map((each) => Number(each.id)));
    }
    return heard;
  });
  await writing;
  const all = Array.from({ length: total + 1 }, (_, revision) => revision);
  for (const heard of await Promise.all(reading)) expect(heard).toEqual(all);
});

test('a stranger gets the 404 of the page, and the attempt is recorded; a page’s query is none of a stream', async () => {
  const id = await registered();
  const foreign = await listen(id, tokens.stranger);
  await foreign.until(({ ended }) => ended !== undefined);
  expect(foreign.status).toBe(404);
  const attempts = await until(
    () => server.call('GET', `/v1/attempts?target=${id}`, { token: tokens.auditor }),
    ({ body }) => body.items.length > 0,
  );
  expect(attempts.body.items).toMatchObject([{ target: id, command: 'ViewDebtEvents', code: 'NOT_YOURS' }]);
  const accept = { accept: 'text/event-stream' };
  const paged = await server.call('GET', `/v1/debts/${id}/events?limit=2`, { token: tokens.clerk, headers: accept });
  expect([paged.status, paged.body.errors[0].path]).toEqual([400, 'limit']);
});

test('SIGTERM ends open streams cleanly and at once; after a restart a reader goes on where it was', async () => {
  const id = await registered();
  const listener = await listen(id, tokens.debtor);
  await listener.until(({ heard }) => heard.length === 2);
  expect(await server.stop('SIGTERM')).toBe(0); // the drain would take longer than the test may
  await listener.until(({ ended }) => ended !== undefined);
  expect([listener.ended, listener.comments.at(-1)]).toEqual(['end', 'the server is stopping']);
  await server.start();
  const again = await listen(id, tokens.debtor, listener.lastId);
  await proceed(id);
  await again.until(({ heard }) => heard.length === 1);
  expect(again.heard.map(({ id: revision }) => revision)).toEqual(['2']);
});

test('a stream ends when its token expires, and the token opens none after that', async () => {
  const pair = await generateKeyPair('ES256', { extractable: true });
  const jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }] };
  const issuer: HttpServer = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(jwks));
  });
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
  const id = await registered();
  await server.stop('SIGTERM');
  const { port } = issuer.address() as AddressInfo;
  const settings = { OIDC_ISSUER: 'https://id.example.sa', OIDC_AUDIENCE: 'sijill' };
  const other = new Server({ ...settings, OIDC_JWKS_URL: `http://127.0.0.1:${port}/` }, server.data);
  try {
    await other.start();
    const expires = Math.floor(Date.now() / 1000) + 5;
    const token = await new SignJWT({ roles: ['debtor'], party: DEBTOR })
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .setSubject('sami')
      .setIssuer(settings.OIDC_ISSUER)
      .setAudience(settings.OIDC_AUDIENCE)
      .setExpirationTime(expires)
      .sign(pair.privateKey);
    const listener = await Listener.open(`${other.url}/v1/debts/${id}/events`, token);
    await listener.until(({ ended }) => ended !== undefined);
    expect([listener.heard.length, listener.ended, listener.comments.at(-1)]).toEqual([
      2,
      'end',
      'the token has expired',
    ]);
    expect(Date.now() / 1000).toBeGreaterThan(expires - 1);
  } finally {
    await other.stop('SIGTERM');
    issuer.close();
  }
});
