import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { StoreUnavailable } from '../../src/event-store/event-store.js';
import { CONTEXTS, ROUTE_KEYS, routeOf } from '../../src/http/access.js';
import { senderOf } from '../../src/http/auth/tokens.js';
import { aggregateId, commandId, uuid5, NAMESPACE, type PartyId, type Uuid } from '../../src/kernel/ids.js';
import { IdempotencyConflict, LedgerUnavailable, PreconditionFailed } from '../../src/ledger/outcome.js';
import { PersonErased, VaultUnavailable } from '../../src/vault/vault.js';
import {
  accepted,
  actorOf,
  DEBT,
  Outside,
  PARTY,
  refusedBy,
  REQUEST,
  SELF_APPROVAL,
  startEdge,
  VAULT,
  type Edge,
} from './edge.js';

const ISSUER = 'urn:sijill:development';
/** What stands for a token's subject in the ids of commands. */
const sender = (subject: string): string => senderOf(VAULT, actorOf(ISSUER, subject));

describe('commands over HTTP', () => {
  let edge: Edge;
  let clerk: string;
  let approver: string;
  beforeAll(async () => {
    edge = await startEdge();
    clerk = await edge.token(['clerk']);
    approver = await edge.token(['approver'], { sub: 'approver' });
  });
  beforeEach(() => {
    edge.outside.outcome = ({ target }) => accepted(target);
    edge.outside.folded = 0;
  });
  afterAll(() => edge.close());

  const post = (url: string, payload?: object, headers: Record<string, string | undefined> = {}, token = clerk) => {
    const all = { authorization: `Bearer ${token}`, 'idempotency-key': 'k1', ...headers };
    const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return edge.app.inject({ method: 'POST', url, headers: Object.fromEntries(given), ...(payload && { payload }) });
  };
  const proceedings = `/v1/debts/${DEBT}/proceedings`;
  const registration = `/v1/debts/${DEBT}/registration`;
  const draft = { debtor: PARTY, amount: { amount: '115.00', currency: 'SAR' }, ground: 'traffic-fine' };
  const last = () => edge.outside.sent.at(-1) as NonNullable<ReturnType<typeof edge.outside.sent.at>>;

  test('an acknowledgement has the id, revision, sequence, event, state and the entity tag', async () => {
    const answer = await post(proceedings);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['etag']).toBe('"3"');
    expect(answer.headers['content-type']).toContain('application/json');
    expect(answer.headers['cache-control']).toBe('private, no-store');
    expect(answer.json()).toEqual({
      id: DEBT,
      revision: 3,
      sequence: 41,
      event: uuid5(NAMESPACE.event, DEBT),
      state: 'outstanding',
      underReview: true,
    });
  });

  test('a creation answers 201 with its place; its id comes from the route and the key', async () => {
    const answer = await post('/v1/debts', draft);
    const id = aggregateId(commandId(sender('someone'), PARTY, 'POST /v1/debts', 'k1'));
    expect(answer.statusCode).toBe(201);
    expect(answer.headers['location']).toBe(`/v1/debts/${id}`);
    expect(last().target).toBe(id);
    expect(last().body).toEqual(draft);
  });

  test('the command carries who, how and when', async () => {
    await post(proceedings, { effectiveOn: '2026-01-31' });
    const { request } = last();
    expect(request).toEqual({
      id: commandId(sender('someone'), PARTY, DEBT, 'k1'),
      actor: { id: actorOf(ISSUER, 'someone'), role: 'clerk', actingFor: PARTY },
      source: 'api',
      correlation: request.id,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      mayBackdate: false,
      effectiveOn: '2026-01-31',
    });
  });

  test('who reads the log and knows the person cannot try which key makes the id of a command', async () => {
    await post(proceedings);
    const { id, actor } = last().request;
    expect([
      uuid5(NAMESPACE.command, ISSUER, 'someone', PARTY, DEBT, 'k1'),
      uuid5(NAMESPACE.command, actor.id, PARTY, DEBT, 'k1'),
    ]).not.toContain(id);
    const anotherLedger = { digest: (value: string) => createHmac('sha256', 'another').update(value).digest('hex') };
    expect(commandId(senderOf(anotherLedger, actor.id), PARTY, DEBT, 'k1')).not.toBe(id);
  });

  test('the importer may date back, and its events say where they came from', async () => {
    const importer = await edge.token(['importer'], { party: null, sub: 'import' });
    await post(proceedings, undefined, {}, importer);
    expect(last().request).toMatchObject({ mayBackdate: true, source: 'import' });
    expect(last().request.id).toBe(commandId(sender('import'), null, DEBT, 'k1'));
  });

  test('the digest is of what was received: same bytes, same digest; another field, type or path, another one', async () => {
    const digest = async (url: string, payload?: object, headers = {}, token = clerk) => {
      const answer = await post(url, payload, headers, token);
      expect(answer.statusCode).toBeLessThan(300);
      return last().request.digest;
    };
    const first = await digest('/v1/debts', draft);
    expect(await digest('/v1/debts', { ...draft })).toBe(first);
    expect(await digest('/v1/debts', { ground: draft.ground, amount: draft.amount, debtor: draft.debtor })).toBe(first);
    expect(await digest('/v1/debts', { ...draft, ground: 'other' })).not.toBe(first);
    expect(await digest('/v1/debts', { ...draft, amount: { amount: '115', currency: 'SAR' } })).not.toBe(first);
    expect(await digest(proceedings)).not.toBe(await digest(registration, undefined, { 'if-match': '"3"' }));
    const decline = (request: string) => `/v1/debts/${DEBT}/requests/${request}/decline`;
    const one = await digest(decline(REQUEST), undefined, { 'if-match': '"3"' }, approver);
    expect(await digest(decline(DEBT), undefined, { 'if-match': '"3"' }, approver)).not.toBe(one);
  });

  test('a personal value leaves its HMAC in the digest, not itself', async () => {
    const { requestDigest } = await import('../../src/http/commands/command-request.js');
    const { ROUTES } = await import('../../src/http/access.js');
    const { vault } = new Outside().ports([]);
    const received = (sourceAccount: string, reference = 'r') =>
      ({ params: {}, body: { sourceAccount, reference } }) as unknown as Parameters<typeof requestDigest>[1];
    const route = ROUTES['POST /v1/receipts'];
    const { canonicalJson, sha256 } = await import('../../src/event-store/canonical.js');
    const iban = 'SA0380000000608010167519';
    expect(requestDigest(route, received(iban), vault)).toBe(
      sha256(canonicalJson({ type: 'RecordReceipt', data: { reference: 'r', sourceAccount: vault.digest(iban) } })),
    );
    const other = { digest: (value: string) => `x${value}` };
    expect(requestDigest(route, received(iban), other)).not.toBe(requestDigest(route, received(iban), vault));
    // A national ID where none belongs does not lie open either.
    expect(requestDigest(route, received('x', '1058529940'), other)).not.toBe(
      requestDigest(route, received('x', '1058529940'), vault),
    );
  });

  test.each([
    [undefined, 400, 'IDEMPOTENCY_KEY_REQUIRED'],
    ['', 400, 'IDEMPOTENCY_KEY_REQUIRED'],
    ['with space', 400, 'IDEMPOTENCY_KEY_INVALID'],
    ['x'.repeat(256), 400, 'IDEMPOTENCY_KEY_INVALID'],
    ['x'.repeat(255), 200, undefined],
  ])('Idempotency-Key %p answers %p', async (key, status, code) => {
    const answer = await post(proceedings, undefined, { 'idempotency-key': key });
    expect([answer.statusCode, answer.json<{ code?: string }>().code]).toEqual([status, code]);
  });

  test.each([
    [undefined, 428, 'IF_MATCH_REQUIRED'],
    ['*', 400, 'IF_MATCH_INVALID'],
    ['W/"3"', 400, 'IF_MATCH_INVALID'],
    ['3', 400, 'IF_MATCH_INVALID'],
    ['"3", "4"', 400, 'IF_MATCH_INVALID'],
    ['"03"', 400, 'IF_MATCH_INVALID'],
    ['"3"', 200, undefined],
  ])('a decision with If-Match %p answers %p', async (ifMatch, status, code) => {
    const answer = await post(registration, undefined, { 'if-match': ifMatch });
    expect([answer.statusCode, answer.json<{ code?: string }>().code]).toEqual([status, code]);
    if (status === 200) expect(last().request.expectedRevision).toBe(3n);
  });

  test('If-Match is optional elsewhere, and obeyed', async () => {
    await post(proceedings, undefined, { 'if-match': '"12"' });
    expect(last().request.expectedRevision).toBe(12n);
    await post(proceedings);
    expect(last().request.expectedRevision).toBeUndefined();
  });

  test('a valid traceparent gives the correlation, another is ignored', async () => {
    await post(proceedings, undefined, { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' });
    expect(last().request.correlation).toBe('4bf92f35-77b3-8da6-a3ce-929d0e0e4736');
    for (const traceparent of ['00-00000000000000000000000000000000-00f067aa0ba902b7-01', 'ff-1', 'x']) {
      await post(proceedings, undefined, { traceparent });
      expect(last().request.correlation).toBe(last().request.id);
    }
  });

  test('Prefer: return=minimal answers 204 with everything in headers', async () => {
    const answer = await post('/v1/debts', draft, { prefer: 'return=minimal' });
    expect([answer.statusCode, answer.body]).toEqual([204, '']);
    expect(answer.headers).toMatchObject({
      etag: '"3"',
      'sijill-sequence': '41',
      'preference-applied': 'return=minimal',
      location: `/v1/debts/${last().target}`,
    });
  });

  test('Prefer: wait says whether the lists have come so far', async () => {
    expect((await post(proceedings, undefined, { prefer: 'wait=1' })).headers['preference-applied']).toBeUndefined();
    edge.outside.folded = 41;
    const answer = await post(proceedings, undefined, { prefer: 'wait=1, return=minimal' });
    expect(answer.headers['preference-applied']).toBe('wait=1, return=minimal');
  });

  test('Prefer: proof answers with the proof of record, or where it will be', async () => {
    const pending = await post(proceedings, undefined, { prefer: 'proof' });
    const at = `/v1/proofs-of-record/${pending.json().event}`;
    expect(pending.json()).toMatchObject({ proofAt: at });
    expect(pending.json()).not.toHaveProperty('proof');
    expect(pending.headers['preference-applied']).toBeUndefined();
    edge.outside.folded = 41;
    const proved = await post(proceedings, undefined, { prefer: 'proof, wait=1' });
    expect(proved.json()).toMatchObject({ proof: 'proof of 41', proofAt: at });
    expect(proved.headers['preference-applied']).toBe('wait=1, proof');
    // An answer without a body has none; nor has one that nobody asked for it.
    expect(
      (await post(proceedings, undefined, { prefer: 'proof, return=minimal' })).headers['preference-applied'],
    ).toBe('return=minimal');
    expect((await post(proceedings)).json()).not.toHaveProperty('proofAt');
  });

  test('a repeat says that it is one, and has the same status', async () => {
    edge.outside.outcome = ({ target }) => ({ ...accepted(target), repeated: true }) as ReturnType<typeof accepted>;
    const answer = await post('/v1/debts', draft);
    expect([answer.statusCode, answer.headers['idempotency-replayed']]).toEqual([201, 'true']);
  });

  test.each([
    ['state', 409],
    ['value', 422],
    ['forbidden', 403],
  ] as const)('a refusal about %s answers %p with the rule and the attempt', async (kind, status) => {
    edge.outside.outcome = () => ({ ...refusedBy(SELF_APPROVAL, { day: '2026-01-31' }), of: kind });
    const answer = await post(proceedings, undefined, { 'accept-language': 'ar' });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.headers['content-language']).toBe('ar');
    expect(answer.json()).toMatchObject({
      type: 'urn:sijill:problem:self-approval',
      code: 'SELF_APPROVAL',
      rule: 'E7',
      ruleVersion: 2,
      attempt: refusedBy(SELF_APPROVAL).attempt,
      detail: 'طلبته أنت في 2026-01-31: يقرره شخص آخر.',
      status,
    });
  });

  test('a hidden thing is answered like a missing one', async () => {
    edge.outside.outcome = () => ({ ...refusedBy(SELF_APPROVAL), of: 'hidden' });
    const answer = await post(proceedings);
    expect(answer.statusCode).toBe(404);
    const missing = await edge.app.inject({
      url: `/v1/debts/${uuid5(NAMESPACE.event, 'missing')}`,
      headers: { authorization: `Bearer ${clerk}` },
    });
    expect(answer.body).toBe(missing.body);
    expect(answer.body).not.toContain('SELF_APPROVAL');
  });

  test.each([
    [new IdempotencyConflict('x'), 409, 'IDEMPOTENCY_KEY_REUSED', {}],
    [new PreconditionFailed(8), 412, 'PRECONDITION_FAILED', { etag: '"8"' }],
    [new PersonErased(`party_${uuid5(NAMESPACE.event, 'erased')}` as PartyId), 409, 'PERSON_ERASED', {}],
    [new LedgerUnavailable('disk full at /secret'), 503, 'LEDGER_UNAVAILABLE', { 'retry-after': '1' }],
    [new StoreUnavailable('disk full at /secret'), 503, 'LEDGER_UNAVAILABLE', { 'retry-after': '1' }],
    [new VaultUnavailable('disk full at /secret'), 503, 'LEDGER_UNAVAILABLE', { 'retry-after': '1' }],
    [new Error('password=hunter2'), 500, 'INTERNAL', {}],
  ])('%p answers %p', async (error, status, code, headers) => {
    edge.outside.outcome = () => Promise.reject(error);
    const before = edge.logged.length;
    const answer = await post(proceedings);
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([status, code]);
    expect(answer.headers).toMatchObject(headers);
    expect(answer.body).not.toMatch(/secret|hunter2|node_modules/);
    expect(edge.logged.length - before).toBe(status === 500 ? 1 : 0);
    if (status === 500) {
      const { request } = JSON.parse(edge.logged.at(-1) as string) as { request: string };
      expect(answer.json<{ detail: string }>().detail).toContain(request);
    }
  });

  test('a precondition on something that does not exist has no entity tag', async () => {
    edge.outside.outcome = () => Promise.reject(new PreconditionFailed(-1));
    expect((await post(proceedings)).headers['etag']).toBeUndefined();
  });

  test('a role that may not do it is told so whatever else is wrong', async () => {
    const debtor = await edge.token(['debtor']);
    const answer = await post(registration, { nonsense: 1.5 }, { 'idempotency-key': undefined }, debtor);
    expect(answer.statusCode).toBe(403);
    expect(edge.outside.refusals.at(-1)?.request.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  test('the commands of the table are those of the contexts', () => {
    const known = CONTEXTS.filter((context) => context !== 'reports') // it has readings only
      .map((context) => readFileSync(`src/contexts/${context}/commands.ts`, 'utf8'))
      .join('\n');
    const commands = ROUTE_KEYS.filter((key) => !key.startsWith('GET')).flatMap((key) => routeOf(key).command ?? []);
    // A reading, sent as POST because what it looks for must not stand in a URL: only its refusals have a name.
    const readings = ['LookUpParty'];
    for (const name of commands.filter((each) => !readings.includes(each))) {
      expect(known).toContain(`readonly type = '${name}'`);
    }
  });

  test('the id of a command tells apart subject, party, target and key', () => {
    const ids = [
      commandId(sender('a'), PARTY, DEBT, 'k'),
      commandId(sender('b'), PARTY, DEBT, 'k'),
      commandId(sender('a'), null, DEBT, 'k'),
      commandId(sender('a'), PARTY, REQUEST as Uuid, 'k'),
      commandId(sender('a'), PARTY, DEBT, 'l'),
    ];
    expect(new Set(ids).size).toBe(5);
  });
});
