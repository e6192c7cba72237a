import { Compile } from 'typebox/schema';
import { Server, type Answer } from './server.js';

/**
 * The document at /openapi.json against what the built server answers: each answer has a documented status and the
 * shape that is documented for it, and no field that is not.
 */

const CREDITOR = 'party_11111111-1111-4111-8111-111111111111';
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';
const BANK = 'party_44444444-4444-4444-8444-444444444444';

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}
interface Operation {
  readonly requestBody?: { readonly required: boolean };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema?: Schema }>> }>>;
}

const server = new Server();
const tokens: Record<string, string> = {};
let document: {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};
let keys = 0;
const seen = new Set<string>();

beforeAll(async () => {
  await server.start();
  for (const role of ['clerk', 'approver', 'auditor']) tokens[role] = await server.token(role, role, CREDITOR);
  tokens['debtor'] = await server.token('debtor', 'debtor', DEBTOR);
  tokens['bank'] = await server.token('bank', 'bank', BANK);
  tokens['stranger'] = await server.token('stranger', 'debtor', BANK);
  tokens['operator'] = await server.token('operator', 'operator', BANK);
  document = (await server.call('GET', '/openapi.json')).body;
});
afterAll(() => server.dispose());

/** @throws Error: there is none of that path and method */
function operation(path: string, method: string): Operation {
  const found = document.paths[path]?.[method];
  if (found === undefined) throw new Error(`the document has no ${method} ${path}`);
  return found;
}

/** Sends a request and holds its answer against the document. @param route as the document names it */
async function ask(
  who: string,
  route: string,
  ids: Readonly<Record<string, string>> = {},
  { query = '', body, headers = {} }: { query?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const [method = '', path = ''] = route.split(' ');
  const isCommand = method !== 'GET' && path.startsWith('/v1');
  const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] as string) + query;
  const answer = await server.call(method, url, {
    ...(tokens[who] !== undefined && { token: tokens[who] }),
    body,
    headers: { ...(isCommand && { 'idempotency-key': `key-${++keys}`, prefer: 'wait=10' }), ...headers },
  });
  const { responses } = operation(path, method.toLowerCase());
  const documented = responses[answer.status] ?? responses['default'];
  expect([route, answer.status, Object.keys(documented ?? {})]).toEqual([route, answer.status, expect.anything()]);
  const type = answer.headers.get('content-type')?.split(';')[0];
  if (answer.body === undefined) {
    expect(documented?.content).toBeUndefined();
  } else {
    const schema = resolved(documented?.content?.[type as string]?.schema as Schema);
    const [, errors] = Compile(schema as object).Errors(answer.body);
    expect([route, errors]).toEqual([route, []]);
    expect([route, undocumented(schema, answer.body)]).toEqual([route, []]);
  }
  seen.add(`${route} ${answer.status}`);
  return answer;
}

const resolved = (schema: Schema): Schema =>
  schema.$ref === undefined ? schema : (document.components.schemas[schema.$ref.split('/').at(-1) as string] as Schema);

/** The paths of fields that the schema does not name, where it names any. */
function undocumented(schema: Schema, value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => undocumented(schema.items ?? {}, item, `${path}[]`));
  const choices = [schema, ...(schema.anyOf ?? [])];
  const properties = choices.find((choice) => choice.properties !== undefined)?.properties;
  if (typeof value !== 'object' || value === null || properties === undefined) return [];
  return Object.entries(value).flatMap(([name, item]) => {
    const property = properties[name];
    return property === undefined ? [`${path}.${name}`] : undocumented(property, item, `${path}.${name}`);
  });
}

const sar = (amount: string) => ({ amount, currency: 'SAR' });

test('every answer of a debt’s life is as documented', async () => {
  const draft = { debtor: DEBTOR, creditor: CREDITOR, amount: sar('115.00'), ground: 'fine', dueOn: '2026-12-31' };
  const drafted = await ask('clerk', 'POST /v1/debts', {}, { body: draft });
  const { id } = drafted.body as { id: string };
  await ask('clerk', 'PATCH /v1/debts/{id}', { id }, { body: { ground: 'fee' }, headers: { 'if-match': '"0"' } });
  await ask('clerk', 'POST /v1/debts/{id}/registration', { id }, { headers: { 'if-match': '"1"' } });
  await ask('approver', 'POST /v1/debts/{id}/registration', { id }, { headers: { 'if-match': '"0"' } });
  await ask('approver', 'POST /v1/debts/{id}/registration', { id });
  await ask('approver', 'POST /v1/debts/{id}/registration', { id }, { headers: { 'if-match': '"1"' } });
  const notice = { kind: 'notice-served', on: '2026-11-01' };
  const minimal = { body: notice, headers: { prefer: 'return=minimal' } };
  await ask('clerk', 'POST /v1/debts/{id}/proceedings', { id }, minimal);
  const facts = { payer: DEBTOR, payee: CREDITOR, target: { debt: id }, paidOn: '2026-11-01', channel: 'sadad' };
  const body = { ...facts, reference: 'TX-1', amount: sar('120.00') };
  const receipt = (await ask('bank', 'POST /v1/receipts', {}, { body })).body as { id: string };
  await ask('bank', 'POST /v1/receipts', {}, { body: { ...body, amount: sar('121.00') } });
  await ask('bank', 'POST /v1/receipts', {}, { body: { ...body, amount: 5 } });
  await ask('debtor', 'POST /v1/debts/{id}/payment-requests', { id }, { body: { amount: sar('999.00') } });
  const asked = await ask('debtor', 'POST /v1/debts/{id}/payment-requests', { id }, { body: { amount: sar('15.00') } });

  for (const who of ['debtor', 'clerk', 'auditor']) {
    await ask(who, 'GET /v1/debts', {}, { query: '?state=outstanding&limit=1' });
    const shown = await ask(who, 'GET /v1/debts/{id}', { id });
    const known = { headers: { 'if-none-match': shown.headers.get('etag') as string } };
    expect((await ask(who, 'GET /v1/debts/{id}', { id }, known)).status).toBe(304);
    await ask(who, 'GET /v1/debts/{id}/events', { id });
    await ask(who, 'GET /v1/receipts');
    await ask(who, 'GET /v1/receipts/{id}', { id: receipt.id });
    await ask(who, 'GET /v1/parties/{party}/balances', { party: DEBTOR });
    await ask(who, 'GET /v1/attempts');
    await ask(who, 'GET /v1/audit', {}, { query: `?about=${id}&limit=3` });
    await ask(who, 'GET /v1/events/{id}', { id: asked.body.event as string });
    await ask(who, 'GET /v1/events/{id}/trace', { id: asked.body.event as string });
  }
  const audited = await ask('auditor', 'GET /v1/audit', {}, { query: '?type=debts.DebtRegistered' });
  const [registered] = (audited.body as { items: { actor: { id: string } }[] }).items;
  await ask('auditor', 'GET /v1/officers/{actor}/decisions', { actor: registered!.actor.id });
  const request = { id, request: asked.body.event as string };
  const seenBy = { headers: { 'if-match': `"${asked.body.revision}"` } };
  await ask('approver', 'POST /v1/debts/{id}/requests/{request}/approval', request, seenBy);
  await ask('bank', 'POST /v1/receipts/{id}/reversal', receipt, { body: { reference: 'BACK-1', on: '2026-11-02' } });
  await ask('bank', 'GET /v1/receipts/{id}', receipt);
  await ask('stranger', 'GET /v1/debts/{id}', { id });
  await ask('nobody', 'GET /v1/debts/{id}', { id });
  await ask('bank', 'GET /v1/debts/{id}', { id });
  await ask('clerk', 'DELETE /v1/debts/{id}', { id });

  await ask('operator', 'GET /v1/projections');
  await ask('operator', 'POST /v1/projections/{name}/rebuild', { name: 'receipts' });
  await ask('operator', 'GET /v1/jobs', {}, { query: '?state=dead' });
  await ask('operator', 'POST /v1/jobs/{id}/retry', { id });
  await ask('nobody', 'GET /health/live');
  await ask('nobody', 'GET /health/ready');
  await ask('nobody', 'POST /dev/token', {}, { body: { sub: 'x', roles: ['clerk'] } });
  expect([...seen].map((each) => each.split(' ').at(-1))).toEqual(
    expect.arrayContaining(['200', '201', '202', '204', '304', '400', '401', '403', '404', '409', '412', '422', '428']),
  );
});

test('a body that the document asks for names what is required, and forbids the rest', () => {
  const { DraftDebtBody } = document.components.schemas as unknown as Record<string, Record<string, unknown>>;
  expect(DraftDebtBody).toMatchObject({
    additionalProperties: false,
    required: ['debtor', 'creditor', 'amount', 'ground'],
    properties: { amount: { required: ['amount', 'currency'] } },
  });
  const bodyOf = (path: string, method: string) => operation(path, method).requestBody?.required;
  expect([bodyOf('/v1/debts', 'post'), bodyOf('/v1/debts/{id}', 'delete')]).toEqual([true, false]);
});
