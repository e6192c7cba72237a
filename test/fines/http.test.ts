import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { clerk, MUNICIPALITY, officer, type Sender } from '../../examples/road-fines/actors.js';
import { HttpClient } from '../../examples/road-fines/http-client.js';
import { sendStep } from '../../examples/road-fines/http-target.js';
import type { Command, Step } from '../../examples/road-fines/target.js';
import type { Uuid } from '../../src/kernel/ids.js';

/*
 * What the import says over HTTP, and how it takes the answers that are no outcome: seen by a bare server that speaks
 * the API's words (the real one is imported into elsewhere).
 */
interface Said {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}
interface Heard {
  readonly route: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

const DEBT = '0d5a5c5e-0000-5000-8000-000000000001' as Uuid;
const ACCEPTED: Said = {
  status: 201,
  body: { id: DEBT, revision: 3, sequence: 7, event: 'e3', state: 'outstanding' },
};

let server: Server;
let client: HttpClient;
let heard: Heard[];
let tokens: number;
/** Answered in turn to what is not `/dev/token`; the last for ever. */
let script: Said[];
let tokenLifetime: number;

beforeEach(async () => {
  heard = [];
  tokens = 0;
  script = [ACCEPTED];
  tokenLifetime = 600;
  server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    const text = Buffer.concat(chunks as Buffer[]).toString('utf8');
    const body = text === '' ? undefined : (JSON.parse(text) as unknown);
    const route = `${request.method} ${request.url}`;
    heard.push({ route, headers: request.headers, body });
    const token = () => ({ access_token: `token-${++tokens}`, token_type: 'Bearer', expires_in: tokenLifetime });
    const said =
      route === 'POST /dev/token' ? { status: 201, body: token() } : script.length > 1 ? script.shift()! : script[0]!;
    response.writeHead(said.status, { 'content-type': 'application/json', ...('headers' in said ? said.headers : {}) });
    response.end(said.body === undefined ? '' : JSON.stringify(said.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new HttpClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 2_000);
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const debt = { id: DEBT, revision: 2 };
const step = (command: Command, sender: Sender = clerk): Step => ({ key: 'A1/2/x', sender, on: '2006-07-24', command });
const sent = () => heard.filter(({ route }) => route !== 'POST /dev/token');
const amount = { amount: '46.00', currency: 'EUR' };
const effectiveOn = '2006-07-24';

test.each<[string, Command, string, unknown]>([
  [
    'a draft',
    { kind: 'draft', debtor: MUNICIPALITY, amount: '46.00', ground: 'article-157' },
    'POST /v1/debts',
    { debtor: MUNICIPALITY, creditor: MUNICIPALITY, amount, ground: 'article-157', effectiveOn },
  ],
  ['an edit', { kind: 'edit', debt, amount: '46.00' }, `PATCH /v1/debts/${DEBT}`, { amount, effectiveOn }],
  ['a registration', { kind: 'register', debt }, `POST /v1/debts/${DEBT}/registration`, { effectiveOn }],
  [
    'an update request',
    { kind: 'request-update', debt, amount: '46.00', ground: 'postage' },
    `POST /v1/debts/${DEBT}/update-requests`,
    { amount, ground: 'postage', effectiveOn },
  ],
  [
    'a payment request',
    { kind: 'request-payment', debt, amount: '46.00' },
    `POST /v1/debts/${DEBT}/payment-requests`,
    { amount, effectiveOn },
  ],
  [
    'a cancellation request',
    { kind: 'request-cancellation', debt, ground: 'dismissed' },
    `POST /v1/debts/${DEBT}/cancellation-requests`,
    { ground: 'dismissed', effectiveOn },
  ],
  [
    'an approval',
    { kind: 'approve', debt, request: 'r1' },
    `POST /v1/debts/${DEBT}/requests/r1/approval`,
    { effectiveOn },
  ],
  [
    'a proceeding',
    { kind: 'proceeding', debt, proceeding: 'send-fine' },
    `POST /v1/debts/${DEBT}/proceedings`,
    { kind: 'send-fine', on: effectiveOn, effectiveOn },
  ],
  [
    'a receipt',
    { kind: 'receipt', reference: 'A1/2', payer: MUNICIPALITY, debt, amount: '46.00', channel: 'bank-transfer' },
    'POST /v1/receipts',
    {
      reference: 'A1/2',
      payer: MUNICIPALITY,
      payee: MUNICIPALITY,
      target: { debt: DEBT },
      amount,
      paidOn: effectiveOn,
      channel: 'bank-transfer',
      effectiveOn,
    },
  ],
])('%s has its route, its body, its key and the revision that was seen', async (_, command, route, body) => {
  const answer = await sendStep(client, step(command));
  expect(answer).toEqual({ kind: 'accepted', id: DEBT, revision: 3, event: 'e3', state: 'outstanding' });
  expect(sent()).toHaveLength(1);
  expect(sent()[0]).toMatchObject({ route, body });
  const creates = command.kind === 'draft' || command.kind === 'receipt';
  const { 'idempotency-key': key, 'if-match': seen, authorization } = sent()[0]!.headers;
  expect([key, seen, authorization]).toEqual(['A1/2/x', creates ? undefined : '"2"', 'Bearer token-1']);
});

const REGISTER = step({ kind: 'register', debt });

test('a recorded refusal is an outcome, under its rule', async () => {
  script = [{ status: 409, body: { code: 'SELF_APPROVAL', rule: 'E7', attempt: 'a1' } }];
  expect(await sendStep(client, REGISTER)).toEqual({ kind: 'refused', code: 'SELF_APPROVAL', event: 'a1' });
});

test('412 waits, under the same key, for the event that a policy has yet to append', async () => {
  script = [{ status: 412 }, { status: 412 }, ACCEPTED];
  expect(await sendStep(client, REGISTER)).toMatchObject({ kind: 'accepted' });
  expect(sent().map(({ headers }) => headers['idempotency-key'])).toEqual(['A1/2/x', 'A1/2/x', 'A1/2/x']);
});

test.each([429, 502, 503, 504])('%i is no outcome: the same key is sent again', async (status) => {
  script = [{ status }, ACCEPTED];
  expect(await sendStep(client, REGISTER)).toMatchObject({ kind: 'accepted' });
  expect(sent().map(({ headers }) => headers['idempotency-key'])).toEqual(['A1/2/x', 'A1/2/x']);
});

test('Retry-After is kept', async () => {
  script = [{ status: 429, headers: { 'retry-after': '1' } }, ACCEPTED];
  const began = performance.now();
  await sendStep(client, REGISTER);
  expect(performance.now() - began).toBeGreaterThan(990);
});

test('a server that stays busy is given up with what it said', async () => {
  script = [{ status: 503 }];
  await expect(sendStep(client, REGISTER)).rejects.toThrow('answers 503');
});

test('a server that is not there is given up too', async () => {
  await new Promise((resolve) => server.close(resolve));
  await expect(sendStep(client, REGISTER)).rejects.toThrow('does not answer');
});

test.each([400, 403, 404, 409, 500])('%i without an attempt is no outcome, and stops the import', async (status) => {
  script = [{ status, body: { title: 'what is wrong' } }];
  await expect(sendStep(client, REGISTER)).rejects.toThrow(`A1/2/x: ${status} {"title":"what is wrong"}`);
});

test('each sender asks for one token, keeps it, and asks again only where it is refused or worn out', async () => {
  await Promise.all([sendStep(client, REGISTER), sendStep(client, REGISTER)]);
  await sendStep(client, step({ kind: 'register', debt }, officer('561')));
  expect(tokens).toBe(2);
  expect(heard.find(({ route }) => route === 'POST /dev/token')!.body).toEqual({
    sub: 'clerk',
    roles: ['importer', 'clerk'],
    party: MUNICIPALITY,
  });
  script = [{ status: 401 }, ACCEPTED];
  await sendStep(client, REGISTER);
  expect(tokens).toBe(3);
  expect(sent().at(-1)!.headers.authorization).toBe('Bearer token-3');
});

test('a token is not used to its last second', async () => {
  tokenLifetime = 0;
  await sendStep(client, REGISTER);
  await sendStep(client, REGISTER);
  expect(tokens).toBe(2);
});
