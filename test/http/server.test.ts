import { Controller, Get } from '@nestjs/common';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { OpenAPIObject } from '@nestjs/swagger';
import { methodOf, pathOf, ROUTE_KEYS, routeOf } from '../../src/http/access.js';
import { accepted, DEBT, Outside, PARTY, refusedBy, SELF_APPROVAL, startEdge, type Edge } from './edge.js';

@Controller()
class Forgotten {
  @Get('/forgotten')
  open() {
    return 'secret';
  }
}

describe('the server', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await startEdge({ level: 'debug', extra: [Forgotten] });
  });
  afterAll(() => edge.close());

  test('a handler that the table does not name is nobody’s', async () => {
    const answer = await edge.app.inject({ url: '/forgotten' });
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('secret');
  });

  test('live and ready', async () => {
    expect((await edge.app.inject({ url: '/health/live' })).json()).toEqual({ status: 'up' });
    edge.outside.indicators.push(
      { name: 'store', check: () => Promise.resolve({ up: true }) },
      { name: 'projections', check: () => Promise.resolve({ up: true, details: { 'debt-list': 3 } }) },
    );
    const ready = await edge.app.inject({ url: '/health/ready' });
    expect([ready.statusCode, ready.json()]).toEqual([
      200,
      { status: 'up', checks: { store: { status: 'up' }, projections: { status: 'up', 'debt-list': 3 } } },
    ]);
    edge.outside.indicators.push({ name: 'vault', check: () => Promise.reject(new Error('/secret/path')) });
    const down = await edge.app.inject({ url: '/health/ready' });
    expect([down.statusCode, down.json<{ checks: object }>().checks]).toEqual([
      503,
      expect.objectContaining({ vault: { status: 'down', reason: 'failed' } }),
    ]);
    edge.outside.indicators.length = 0;
  });

  test('metrics count outcomes once, requests by route, and read gauges when asked', async () => {
    edge.metrics.outcome('ApproveRequest', accepted(DEBT));
    edge.metrics.outcome('ApproveRequest', { ...accepted(DEBT), repeated: true } as ReturnType<typeof accepted>);
    edge.metrics.outcome('ApproveRequest', refusedBy(SELF_APPROVAL));
    edge.metrics.gauge('sijill_projection_lag_events', 'Events behind.', 'projection', () => [['debt-list', 7]]);
    const token = await edge.token(['clerk']);
    await edge.app.inject({ url: `/v1/debts/${DEBT}`, headers: { authorization: `Bearer ${token}` } });
    const { body, headers } = await edge.app.inject({ url: '/metrics' });
    expect(headers['content-type']).toContain('text/plain');
    expect(body).toContain('sijill_commands_total{type="ApproveRequest",code="ACCEPTED"} 1');
    expect(body).toContain('sijill_commands_total{type="ApproveRequest",code="SELF_APPROVAL"} 1');
    expect(body).toContain('sijill_refusals_total{code="SELF_APPROVAL"} 1');
    expect(body).toContain('sijill_projection_lag_events{projection="debt-list"} 7');
    expect(body).toContain(
      'sijill_http_request_duration_seconds_count{route="/v1/debts/:id",method="GET",status="200"} 1',
    );
    expect(body).toContain('nodejs_eventloop_lag');
    expect(body).not.toContain(DEBT);
  });

  test('the log has a line for each request at debug, with no token, body or id of anyone', async () => {
    const token = await edge.token(['clerk'], { sub: 'private-subject' });
    const before = edge.logged.length;
    await edge.app.inject({
      method: 'POST',
      url: `/v1/debts/${DEBT}/proceedings?x=private`,
      headers: { authorization: `Bearer ${token}`, 'idempotency-key': 'k' },
      payload: { kind: 'private' },
    });
    const lines = edge.logged.slice(before).filter((line) => line.includes('"msg":"request"'));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] as string)).toMatchObject({ route: 'POST /v1/debts/{id}/proceedings', status: 400 });
    for (const secret of [token.slice(-20), 'private', PARTY, DEBT]) expect(edge.logged.join('')).not.toContain(secret);
  });

  test('the OpenAPI document names every route, its roles and its headers', async () => {
    const answer = await edge.app.inject({ url: '/openapi.json' });
    const document = answer.json<OpenAPIObject>();
    expect(document.openapi).toBe('3.1.0');
    for (const key of ROUTE_KEYS) {
      const operation = document.paths[pathOf(key)]?.[methodOf(key).toLowerCase() as 'get'];
      expect([key, operation?.summary]).toEqual([key, routeOf(key).en]);
      expect([key, operation?.tags?.length]).toEqual([key, 1]); // a page shows it once
      const { roles, ifMatch, command, reads } = routeOf(key);
      if (roles !== 'public') expect(operation?.description).toContain(roles.join(', '));
      const headers = (operation?.parameters ?? []) as { name: string; required?: boolean }[];
      const required = headers.filter((header) => header.required === true).map(({ name }) => name);
      const isCommand = command !== undefined && !key.startsWith('GET') && reads !== true;
      if (isCommand) expect(required).toContain('Idempotency-Key');
      expect(required.includes('If-Match')).toBe(ifMatch === true);
    }
    const body = document.components?.schemas?.['DraftBody'] as { required: string[]; properties: object };
    expect(body.required.toSorted()).toEqual(['amount', 'debtor', 'ground']);
    expect(Object.keys(body.properties).toSorted()).toEqual([
      'amount',
      'correction',
      'debtor',
      'dueOn',
      'effectiveOn',
      'ground',
      'sourceAccount',
    ]);
    expect(document.components?.schemas).toHaveProperty('Problem');
  });

  test('the page at /docs is protected; answers of the API carry no page headers', async () => {
    const page = await edge.app.inject({ url: '/docs' });
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-security-policy']).toContain("default-src 'self'");
    expect(page.headers['x-frame-options']).toBe('DENY');
    expect(page.body).not.toMatch(/<script>[^<]/);
    const script = await edge.app.inject({ url: '/docs/swagger-ui-bundle.js' });
    expect(script.statusCode).toBe(200);
    const api = await edge.app.inject({ url: '/health/live' });
    expect(api.headers['content-security-policy']).toBeUndefined();
    expect(api.headers['x-content-type-options']).toBe('nosniff');
  });
});

test('a shutdown lets what runs finish, answers 503 to what still comes, and then ends', async () => {
  const outside = new Outside();
  const edge = await startEdge({ outside, drainMs: 5_000 });
  await edge.app.listen(0, '127.0.0.1');
  const { port } = edge.app.getHttpServer().address() as AddressInfo;
  const token = await edge.token(['clerk']);
  const post = () =>
    fetch(`http://127.0.0.1:${port}/v1/debts/${DEBT}/proceedings`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'idempotency-key': 'k' },
    });

  let finish = (): void => undefined;
  const started = new Promise<void>((running) => {
    outside.outcome = async ({ target }) => {
      running();
      await new Promise<void>((resolve) => (finish = resolve));
      return accepted(target);
    };
  });
  const running = post();
  await started;
  const closed = edge.close();
  await new Promise((resolve) => setTimeout(resolve, 30));

  const late = await post();
  expect([late.status, late.headers.get('connection')]).toEqual([503, 'close']);
  expect(await late.json()).toMatchObject({ code: 'SHUTTING_DOWN' });

  finish();
  expect((await running).status).toBe(200);
  await closed;
  await expect(post()).rejects.toThrow('fetch failed');
});

test('a shutdown does not wait longer than it was told to', async () => {
  const outside = new Outside();
  const edge = await startEdge({ outside, drainMs: 50 });
  const token = await edge.token(['clerk']);
  let reached = (): void => undefined;
  const started = new Promise<void>((resolve) => (reached = resolve));
  outside.outcome = () => {
    reached();
    return new Promise(() => undefined);
  };
  void edge.app.inject({
    method: 'POST',
    url: `/v1/debts/${DEBT}/proceedings`,
    headers: { authorization: `Bearer ${token}`, 'idempotency-key': 'k' },
  });
  await started;
  await edge.close(); // or never: the request does not end
});

/** Longer than any test may take. */
const NEVER_MS = 3_600_000;

describe('a connection', () => {
  let edge: Edge;
  beforeEach(async () => {
    edge = await startEdge({ drainMs: NEVER_MS });
    await edge.app.listen(0, '127.0.0.1');
  });

  function open(text: string): { socket: Socket; answer: Promise<string> } {
    const socket = connect((edge.app.getHttpServer().address() as AddressInfo).port, '127.0.0.1');
    let received = '';
    socket.on('data', (data) => (received += String(data)));
    socket.on('error', () => undefined);
    socket.write(text);
    return { socket, answer: new Promise((resolve) => socket.once('close', () => resolve(received))) };
  }
  const half = 'POST /v1/debts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"a":';
  const requests = async (): Promise<number> =>
    new Promise((resolve) => edge.app.getHttpServer().getConnections((_: unknown, count: number) => resolve(count)));

  test('that was given up in the middle of a request does not hold up the shutdown', async () => {
    const { socket } = open(half);
    while ((await requests()) < 1) await new Promise(setImmediate);
    socket.destroy();
    while ((await requests()) > 0) await new Promise(setImmediate);
    await edge.close(); // or never
  });

  test.each([
    ['GET /v1/debts HTTP/1.1\r\nHost: x\r\nNot a header\r\n\r\n', 400, 'BAD_REQUEST'],
    [`GET /v1/debts HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'HEADERS_TOO_LARGE'],
  ])('that sends no HTTP is told so in problem details, and closed: %.40s', async (text, status, code) => {
    const answer = await open(text).answer;
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('application/problem+json');
    expect(answer).toContain(`"code":"${code}"`);
    await edge.close();
  });

  test('is bounded in number and in time', async () => {
    const server = edge.app.getHttpServer();
    expect(server).toMatchObject({ maxConnections: 10_000, headersTimeout: 10_000, requestTimeout: 30_000 });
    expect(server).toMatchObject({ timeout: 60_000, connectionsCheckingInterval: 5_000 });
    await edge.close();
  });
});
