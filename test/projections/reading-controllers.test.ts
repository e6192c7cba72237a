import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Test } from '@nestjs/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { AttemptsController } from '../../projections/attempts/controller.js';
import { attemptsModel } from '../../projections/attempts/model.js';
import { DebtListController } from '../../projections/debt-list/controller.js';
import { debtListModel } from '../../projections/debt-list/model.js';
import { PartyBalancesController } from '../../projections/party-balances/controller.js';
import { partyBalancesModel } from '../../projections/party-balances/model.js';
import { ReceiptsController } from '../../projections/receipts/controller.js';
import { receiptsModel } from '../../projections/receipts/model.js';
import { HttpModule } from '../../src/http/http.module.js';
import { Metrics } from '../../src/http/metrics.js';
import { configureApp, createHttpAdapter } from '../../src/http/server.js';
import type { Document, Model } from '../../src/read-models/read-models.js';
import { READ_MODELS } from '../../src/read-models/token.js';
import { id, party } from '../given.js';
import { Outside } from '../http/edge.js';
import { InMemoryReadModels } from '../read-models/in-memory.js';

const [PAYER, ENTITY, OTHER] = [party('payer'), party('entity'), party('other')];
const MODELS = [attemptsModel, debtListModel, partyBalancesModel, receiptsModel] as readonly Model[];
const line = (entity: string) => ({ entity, sector: 'traffic', currency: 'SAR', amount: '1.00' });
const receipt = (n: number, matched: boolean) => ({
  id: id(`r${n}`),
  bank: OTHER,
  payer: PAYER,
  payee: ENTITY,
  matched,
  applied: null,
  revision: n,
  state: matched ? 'matched' : 'unmatched',
  recordedAt: `2026-01-0${n}T00:00:00.000Z`,
});
const debt = (n: number, registeredOn: string | null) => ({
  id: id(`d${n}`),
  debtor: PAYER,
  creditor: ENTITY,
  state: registeredOn === null ? 'draft' : 'outstanding',
  underReview: false,
  currency: 'SAR',
  balanceKey: n,
  registeredOn,
  listedOn: registeredOn ?? '2026-01-02',
});
const attempt = (n: number, rule: string, code: string) => ({
  id: id(`a${n}`),
  rule,
  code,
  actor: 'actor_x',
  target: id('t'),
  recordedAt: `2026-01-0${n}T00:00:00.000Z`,
});

describe('the readings, over HTTP', () => {
  const data = mkdtempSync(join(tmpdir(), 'sijill-readings-'));
  const outside = new Outside();
  let app: NestFastifyApplication;
  beforeAll(async () => {
    const models = new InMemoryReadModels();
    await models.open(MODELS);
    const save = (model: Model, ...documents: Document[]) =>
      models.apply(
        { model, generation: 'live' },
        model.name,
        documents.map((document) => ({ model: model.name, id: document.id, document, sequence: 1, previous: null })),
        { position: '1', count: 1 },
      );
    await save(partyBalancesModel, { id: PAYER, owed: [line(ENTITY), line(OTHER)], credits: [] });
    await save(debtListModel, debt(1, '2026-01-01'), debt(2, null), debt(3, '2026-01-02'), debt(4, '2026-01-03'));
    await save(receiptsModel, receipt(1, false), receipt(2, true), receipt(3, false));
    await save(attemptsModel, attempt(1, 'E7', 'SELF_APPROVAL'), attempt(2, 'TWO_TIMES', 'BACKDATING'));
    const [logger, metrics] = [pino({ level: 'silent' }), new Metrics()];
    const configuration = { data, requestsPerMinute: 0, refusalsPerHour: 0, streams: 0, streamsPerSubject: 0 };
    const edge = await HttpModule.register({ configuration, ports: outside.ports([]), logger, metrics });
    const built = await Test.createTestingModule({
      imports: [edge],
      controllers: [AttemptsController, DebtListController, PartyBalancesController, ReceiptsController],
      providers: [{ provide: READ_MODELS, useValue: models }],
    }).compile();
    const server = { bodyLimit: 8_192, drainMs: 1_000 };
    app = built.createNestApplication<NestFastifyApplication>(createHttpAdapter(server, logger, metrics), {
      logger: false,
    });
    configureApp(app);
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
  });
  afterAll(async () => {
    await app.close();
    rmSync(data, { recursive: true, force: true });
  });

  async function get(url: string, role: string, acting?: string) {
    const payload = { sub: role, roles: [role], ...(acting !== undefined && { party: acting }) };
    const token = (await app.inject({ method: 'POST', url: '/dev/token', payload })).json<{ access_token: string }>();
    return app.inject({ url, headers: { authorization: `Bearer ${token.access_token}` } });
  }
  const items = async (url: string, role: string, acting?: string) =>
    (await get(url, role, acting)).json<{ items: { id: string }[] }>().items.map((item) => item.id);

  test('a party sees all of its balances, an entity its own part, nobody another party’s', async () => {
    const url = `/v1/parties/${PAYER}/balances`;
    expect((await get(url, 'debtor', PAYER)).json<{ owed: object[] }>().owed).toHaveLength(2);
    expect((await get(url, 'clerk', ENTITY)).json()).toEqual({ id: PAYER, owed: [line(ENTITY)], credits: [] });
    expect((await get(url, 'debtor', OTHER)).statusCode).toBe(404);
    expect(outside.refusals).toEqual([expect.objectContaining({ command: 'ViewBalances' })]);
  });

  test('debts are found by their day of registration, both included, whatever they are ordered by; a draft has none', async () => {
    const found = async (query: string) => items(`/v1/debts?${query}`, 'auditor');
    expect(await found('registeredFrom=2026-01-02')).toEqual([id('d4'), id('d3')]);
    expect(await found('registeredTo=2026-01-02')).toEqual([id('d3'), id('d1')]);
    expect(await found('registeredFrom=2026-01-02&registeredTo=2026-01-02&sort=balance')).toEqual([id('d3')]);
    expect(await found(`creditor=${ENTITY}&sort=registeredOn`)).toHaveLength(4);
    expect(await items('/v1/debts', 'debtor', PAYER)).toEqual([id('d4'), id('d3'), id('d1')]);
  });

  test('receipts are listed by whose they are, latest first, page by page', async () => {
    expect(await items('/v1/receipts', 'debtor', PAYER)).toEqual([id('r3'), id('r2'), id('r1')]);
    expect(await items('/v1/receipts', 'clerk', OTHER)).toEqual([]);
    expect(await items('/v1/receipts?matched=false', 'bank', OTHER)).toEqual([id('r3'), id('r1')]);
    const page = await get('/v1/receipts?limit=2', 'auditor');
    const next = /^<(.+)>; rel="next"$/.exec(page.headers['link'] as string)?.[1] as string;
    expect(await items(next, 'auditor')).toEqual([id('r1')]);
  });

  test('a receipt has its entity tag once nothing is pending; another payer’s is not there', async () => {
    expect((await get(`/v1/receipts/${id('r1')}`, 'debtor', PAYER)).headers['etag']).toBe('"1"');
    expect((await get(`/v1/receipts/${id('r2')}`, 'debtor', PAYER)).headers['etag']).toBeUndefined();
    expect((await get(`/v1/receipts/${id('r1')}`, 'debtor', OTHER)).statusCode).toBe(404);
  });

  test('attempts are found by when they were recorded: days in Asia/Riyadh, both included, or moments', async () => {
    const found = async (query: string) => items(`/v1/attempts?${query}`, 'auditor');
    expect(await found('from=2026-01-02')).toEqual([id('a2')]); // recorded at midnight UTC, 3 o'clock there
    expect(await found('to=2026-01-01')).toEqual([id('a1')]);
    expect(await found('from=2026-01-01&to=2026-01-02')).toEqual([id('a2'), id('a1')]);
    expect(await found('from=2026-01-02T00:00:00Z')).toEqual([id('a2')]);
    expect(await found('from=2026-01-02T03:00:00.001%2B03:00')).toEqual([]);
    expect(await found('to=2026-01-01T23:59:59.999Z&rule=E7')).toEqual([id('a1')]);
    expect((await get('/v1/attempts?from=yesterday', 'auditor')).statusCode).toBe(400);
  });

  test('a cursor that was made up is refused, whatever it names', async () => {
    const link = (await get('/v1/receipts?limit=1', 'auditor')).headers['link'] as string;
    const [query, value, receiptId] = JSON.parse(
      Buffer.from(/cursor=([\w-]+)/.exec(link)?.[1] as string, 'base64url').toString(),
    ) as [string, string, string];
    for (const [at, by] of [
      [5, receiptId],
      [true, receiptId],
      ['\0', receiptId],
      [value, '\0'],
    ]) {
      const cursor = Buffer.from(JSON.stringify([query, at, by])).toString('base64url');
      const answer = await get(`/v1/receipts?limit=1&cursor=${cursor}`, 'auditor');
      expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([400, 'CURSOR_INVALID']);
    }
  });

  test('attempts are found by rule, by law and by code', async () => {
    expect(await items('/v1/attempts', 'auditor')).toEqual([id('a2'), id('a1')]);
    expect(await items('/v1/attempts?rule=E7', 'auditor')).toEqual([id('a1')]);
    expect(await items('/v1/attempts?rule=TWO_TIMES', 'auditor')).toEqual([id('a2')]);
    expect(await items('/v1/attempts?rule=SELF_APPROVAL', 'auditor')).toEqual([id('a1')]);
    expect((await get('/v1/attempts', 'debtor', PAYER)).statusCode).toBe(403);
  });
});
