import { revisionIn } from '../../src/http/reads.js';
import { DEBT, OTHER_PARTY, PARTY, REQUEST, startEdge, type Edge } from './edge.js';

describe('readings', () => {
  let edge: Edge;
  let debtor: string;
  let clerk: string;
  beforeAll(async () => {
    edge = await startEdge();
    debtor = await edge.token(['debtor']);
    clerk = await edge.token(['clerk']);
  });
  afterAll(() => edge.close());

  const get = (url: string, token = clerk, headers: Record<string, string> = {}) =>
    edge.app.inject({ url, headers: { authorization: `Bearer ${token}`, ...headers } });

  test('one has its entity tag, and 304 for who has it already', async () => {
    const answer = await get(`/v1/debts/${DEBT}`, debtor);
    expect([answer.statusCode, answer.headers['etag']]).toEqual([200, '"7"']);
    for (const known of ['"7"', 'W/"7"', '"1", "7"', '*']) {
      const again = await get(`/v1/debts/${DEBT}`, debtor, { 'if-none-match': known });
      expect([again.statusCode, again.body]).toEqual([304, '']);
    }
    expect((await get(`/v1/debts/${DEBT}`, debtor, { 'if-none-match': '"8"' })).statusCode).toBe(200);
  });

  test("someone else's is not found, word for word, and the attempt is recorded", async () => {
    const before = edge.outside.refusals.length;
    const foreign = await get(`/v1/debts/${REQUEST}`, debtor);
    const missing = await get('/v1/debts/2d9d6f3e-7d55-4c1b-9c0e-0f6a3d1f7a10', debtor);
    expect([foreign.statusCode, foreign.body]).toEqual([404, missing.body]);
    expect(edge.outside.refusals.slice(before)).toEqual([
      expect.objectContaining({ context: 'debts', command: 'ViewDebt', target: REQUEST }),
    ]);
    expect((await get(`/v1/debts/${REQUEST}`, clerk)).statusCode).toBe(200);
  });

  test('pages follow one another through their links, each item once', async () => {
    const seen: number[] = [];
    let url: string | undefined = '/v1/debts?limit=20';
    let pages = 0;
    while (url !== undefined && pages++ < 10) {
      const answer = await get(url);
      seen.push(...answer.json<{ items: number[] }>().items);
      url = /^<(.+)>; rel="next"$/.exec((answer.headers['link'] as string | undefined) ?? '')?.[1];
    }
    expect(pages).toBe(3);
    expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  test('HEAD is answered like GET, without the body', async () => {
    const head = (url: string, token: string) =>
      edge.app.inject({ method: 'HEAD', url, headers: { authorization: `Bearer ${token}`, 'idempotency-key': 'k' } });
    const list = await head(`/v1/debts?debtor=${PARTY}&limit=1`, clerk);
    expect([list.statusCode, list.body, typeof list.headers['link']]).toEqual([200, '', 'string']);
    const before = edge.outside.refusals.length;
    await head(`/v1/debts/${REQUEST}`, debtor);
    await head(`/v1/debts/${REQUEST}`, debtor);
    const ids = edge.outside.refusals.slice(before).map(({ request }) => request.id);
    expect(new Set(ids).size).toBe(2); // each reading is an attempt of its own, whatever key it carries
  });

  test('a page has 20 items unless asked otherwise', async () => {
    expect((await get('/v1/debts')).json<{ items: number[] }>().items).toHaveLength(20);
  });

  test('a cursor belongs to its query, its role and its party', async () => {
    const link = (await get(`/v1/debts?debtor=${PARTY}`)).headers['link'] as string;
    const cursor = /cursor=([\w-]+)/.exec(link)?.[1] as string;
    expect((await get(`/v1/debts?debtor=${PARTY}&cursor=${cursor}`)).statusCode).toBe(200);
    expect((await get(`/v1/debts?debtor=${PARTY}&limit=5&cursor=${cursor}`)).statusCode).toBe(200);
    const refusals = await Promise.all([
      get(`/v1/debts?debtor=${OTHER_PARTY}&cursor=${cursor}`),
      get(`/v1/debts?cursor=${cursor}`),
      get(`/v1/debts?debtor=${PARTY}&cursor=${cursor}`, debtor),
      get(`/v1/debts?debtor=${PARTY}&cursor=${cursor}`, await edge.token(['clerk'], { party: OTHER_PARTY })),
      get(`/v1/debts?debtor=${PARTY}&cursor=${cursor.slice(0, -3)}`),
      get(`/v1/debts?cursor=${Buffer.from('{"a":1}').toString('base64url')}`),
      get(`/v1/debts?cursor=${Buffer.from('["x",{"$ne":1},"y"]').toString('base64url')}`),
      get('/v1/debts?cursor=%3Cscript%3E'),
    ]);
    for (const answer of refusals) {
      expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([400, 'CURSOR_INVALID']);
    }
  });

  test("Sijill-After waits for one's own write", async () => {
    edge.outside.folded = 41;
    expect((await get('/v1/debts', clerk, { 'sijill-after': '41' })).statusCode).toBe(200);
    const behind = await get('/v1/debts', clerk, { 'sijill-after': '42' });
    expect([behind.statusCode, behind.headers['retry-after']]).toEqual([503, '1']);
    expect(behind.json<{ detail: string }>().detail).toContain('42');
    expect((await get('/v1/debts', clerk, { 'sijill-after': '-1' })).json()).toMatchObject({ code: 'AFTER_INVALID' });
  });
});

describe('the revision of a stored document', () => {
  test.each<[{ readonly revision: number; readonly [other: string]: unknown }, string]>([
    [{ id: 'a', revision: 0 }, 'last'],
    [{ id: 'a', revision: Number.MAX_SAFE_INTEGER }, 'last, and as large as it gets'],
    [{ revision: 7 }, 'alone'],
    [{ revision: 7, id: 'a' }, 'not last'],
    [{ revision: 7, plan: { revision: 9 } }, 'beside that of an inner object'],
    [{ revision: 7, plan: [{ revision: 9 }] }, 'beside that of a list'],
    [{ revision: 7, note: ',"revision":9}' }, 'beside a text that looks like it'],
    [{ revision: 7, 'x,"revision': 9 }, 'beside a key that looks like it'],
    [{ revision: 7, aRevision: 9 }, 'beside a key that ends like it'],
  ])('%j: %s', (document) => {
    expect(revisionIn(JSON.stringify(document))).toBe(document.revision);
  });
});
