import { MaxLength } from 'class-validator';
import { checked } from '../../src/http/validation/dto.pipe.js';
import { PageQuery } from '../../src/http/validation/dtos.js';
import * as fields from '../../src/http/validation/fields.js';
import { Problem } from '../../src/http/problems/problem.js';
import { DEBT, PARTY, startEdge, type Edge } from './edge.js';

const NATIONAL_ID = '1058529940';

describe('what a body may hold', () => {
  let edge: Edge;
  let token: string;
  beforeAll(async () => {
    edge = await startEdge({ bodyLimit: 4_096 });
    token = await edge.token(['clerk']);
  });
  afterAll(() => edge.close());

  let key = 0;
  const raw = (payload: string, contentType = 'application/json') =>
    edge.app.inject({
      method: 'POST',
      url: '/v1/debts',
      headers: { authorization: `Bearer ${token}`, 'idempotency-key': `v${++key}`, 'content-type': contentType },
      payload,
    });
  const draft = { debtor: PARTY, amount: { amount: '115.00', currency: 'SAR' }, ground: 'traffic-fine' };
  const errorsOf = async (body: unknown) => {
    const answer = await raw(JSON.stringify(body));
    expect(answer.statusCode).toBe(400);
    const { errors } = answer.json<{ errors: { path: string; code: string; message: string }[] }>();
    expect(errors.every(({ message }) => message.length > 0 && !message.includes('{'))).toBe(true);
    return errors.map(({ path, code }) => `${path} ${code}`);
  };

  test.each([
    [{ ...draft, debtor: NATIONAL_ID }, 'debtor PARTY_IS_NATIONAL_ID'],
    [{ ...draft, debtor: `party_${NATIONAL_ID}` }, 'debtor PARTY_IS_NATIONAL_ID'],
    [{ ...draft, debtor: '١٠٥٨٥٢٩٩٤٠' }, 'debtor PARTY_IS_NATIONAL_ID'],
    [{ ...draft, debtor: 'party_x' }, 'debtor NOT_A_PARTY'],
    [{ ...draft, debtor: null }, 'debtor NOT_TEXT'],
    [{ ...draft, debtor: undefined }, 'debtor REQUIRED'],
    [{ ...draft, amount: '115.00' }, 'amount NOT_AN_OBJECT'],
    [{ ...draft, amount: [draft.amount] }, 'amount NOT_AN_OBJECT'],
    [{ ...draft, amount: { amount: 115, currency: 'SAR' } }, 'amount.amount NOT_TEXT'],
    [{ ...draft, amount: { amount: '115.001', currency: 'SAR' } }, 'amount.amount MONEY_DECIMALS'],
    [{ ...draft, amount: { amount: '-1', currency: 'SAR' } }, 'amount.amount MONEY_FORMAT'],
    [{ ...draft, amount: { amount: '1e3', currency: 'SAR' } }, 'amount.amount MONEY_FORMAT'],
    [{ ...draft, amount: { amount: '9'.repeat(40), currency: 'SAR' } }, 'amount.amount MONEY_TOO_LARGE'],
    [{ ...draft, amount: { amount: '1', currency: 'sar' } }, 'amount.currency CURRENCY_UNKNOWN'],
    [{ ...draft, amount: { amount: '1' } }, 'amount.currency REQUIRED'],
    [{ ...draft, amount: { ...draft.amount, minor: 1 } }, 'amount.minor UNKNOWN_FIELD'],
    [{ ...draft, ground: `case-${NATIONAL_ID}` }, 'ground PERSONAL_NUMBER'],
    [{ ...draft, ground: 'SA0380000000608010167519' }, 'ground PERSONAL_NUMBER'],
    [{ ...draft, ground: '+966512345678' }, 'ground PERSONAL_NUMBER'],
    [{ ...draft, ground: 'free text about someone' }, 'ground NOT_A_CODE'],
    [{ ...draft, ground: '' }, 'ground NOT_A_CODE'],
    [{ ...draft, dueOn: '2023-02-30' }, 'dueOn NOT_A_DATE'],
    [{ ...draft, dueOn: null }, 'dueOn NOT_TEXT'],
    [{ ...draft, effectiveOn: 5 }, 'effectiveOn NOT_TEXT'],
    [{ ...draft, sourceAccount: 'SA0380000000608010167518' }, 'sourceAccount NOT_AN_IBAN'],
    [{ ...draft, note: 'x' }, 'note UNKNOWN_FIELD'],
    [{ ...draft, toString: 'x' }, 'toString UNKNOWN_FIELD'],
    [[draft], ' NOT_AN_OBJECT'],
    ['text', ' NOT_AN_OBJECT'],
    [5, ' NOT_AN_OBJECT'],
  ])('%j is refused', async (body, expected) => {
    expect(await errorsOf(body)).toEqual([expected]);
    expect(edge.outside.sent).toHaveLength(0);
  });

  test('every fault is listed', async () => {
    expect(await errorsOf({ ground: 7, more: true })).toEqual([
      'more UNKNOWN_FIELD',
      'debtor REQUIRED',
      'amount REQUIRED',
      'ground NOT_TEXT',
    ]);
  });

  test.each([
    ['{"__proto__":{"admin":true}}', 400, 'MALFORMED_JSON'],
    ['{"constructor":{"prototype":{"admin":true}}}', 400, 'MALFORMED_JSON'],
    ['{"constructor":5}', 400, 'INVALID_REQUEST'],
    ['{"debtor":', 400, 'MALFORMED_JSON'],
    ['', 400, 'INVALID_REQUEST'],
    ['null', 400, 'INVALID_REQUEST'],
    [`{"amount":${'['.repeat(2_000)}${']'.repeat(2_000)}}`, 400, 'INVALID_REQUEST'],
    [`{"ground":"${'x'.repeat(5_000)}"}`, 413, 'BODY_TOO_LARGE'],
  ])('the body %.40s answers %p %p', async (payload, status, code) => {
    const answer = await raw(payload);
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([status, code]);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  test.each(['application/x-www-form-urlencoded', 'text/plain', 'application/xml'])('%s is no JSON', async (type) => {
    expect((await raw('a=b', type)).statusCode).toBe(415);
  });

  test('a compressed body is told what is accepted, not that it is no JSON', async () => {
    const answer = await edge.app.inject({
      method: 'POST',
      url: '/v1/debts',
      headers: { authorization: `Bearer ${token}`, 'idempotency-key': 'z', 'content-encoding': 'gzip' },
      payload: draft,
    });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });

  test('Arabic and Persian digits are stored as 0–9; the digest is of what was received', async () => {
    const arabic = { ...draft, amount: { amount: '١١٥.٠٠', currency: 'SAR' }, dueOn: '۲۰۲۶-٠١-٣١' };
    expect((await raw(JSON.stringify(arabic))).statusCode).toBe(201);
    const sent = edge.outside.sent.at(-1);
    expect(sent?.body).toEqual({ ...draft, dueOn: '2026-01-31' });
    expect((await raw(JSON.stringify({ ...draft, dueOn: '2026-01-31' }))).statusCode).toBe(201);
    expect(edge.outside.sent.at(-1)?.request.digest).not.toBe(sent?.request.digest);
  });

  const get = (url: string) => edge.app.inject({ url, headers: { authorization: `Bearer ${token}` } });

  test.each([
    ['/v1/debts?limit=0', 'limit NOT_IN_RANGE'],
    ['/v1/debts?limit=201', 'limit NOT_IN_RANGE'],
    ['/v1/debts?limit=1.5', 'limit NOT_IN_RANGE'],
    ['/v1/debts?limit=5&limit=6', 'limit REPEATED'],
    ['/v1/debts?colour=red', 'colour UNKNOWN_FIELD'],
    ['/v1/debts?__proto__=x', '__proto__ UNKNOWN_FIELD'],
    ['/v1/debts?debtor[$ne]=x', 'debtor[$ne] UNKNOWN_FIELD'],
    [`/v1/debts?debtor=${NATIONAL_ID}`, 'debtor PARTY_IS_NATIONAL_ID'],
    ['/v1/debts/5', 'id NOT_A_UUID'],
    [`/v1/debts/${DEBT.toUpperCase()}`, 'id NOT_A_UUID'],
    [`/v1/parties/${NATIONAL_ID}/balances`, 'party PARTY_IS_NATIONAL_ID'],
  ])('GET %s is refused', async (url, expected) => {
    const answer = await get(url);
    expect(answer.statusCode).toBe(400);
    const { errors } = answer.json<{ errors: { path: string; code: string }[] }>();
    expect(errors.map(({ path, code }) => `${path} ${code}`)).toEqual([expected]);
  });

  test('a very long id, a broken escape and an unknown route are answered as problems', async () => {
    expect((await get(`/v1/debts/${'a'.repeat(500)}`)).json()).toMatchObject({ status: 414, code: 'URI_TOO_LONG' });
    expect((await get('/v1/debts/')).statusCode).toBe(404);
    const broken = await get('/v1/debts/%E0%A4%A');
    expect([broken.statusCode, broken.headers['content-type']]).toEqual([
      400,
      'application/problem+json; charset=utf-8',
    ]);
    expect((await get('/v2/debts')).json()).toMatchObject({ status: 404, code: 'ROUTE_NOT_FOUND' });
  });

  test('a command has no query', async () => {
    const answer = await edge.app.inject({
      method: 'POST',
      url: '/v1/debts?dryRun=true',
      headers: { authorization: `Bearer ${token}`, 'idempotency-key': 'q' },
      payload: draft,
    });
    expect(answer.json()).toMatchObject({ status: 400, errors: [{ path: 'dryRun', code: 'UNKNOWN_FIELD' }] });
  });

  test.each(['PUT', 'OPTIONS', 'TRACE', 'QUERY'] as const)(
    '%s, which an address has not, answers 405 and Allow',
    async (method) => {
      const answer = await edge.app.inject({ method: method as 'PUT', url: `/v1/debts/${DEBT}` });
      expect([answer.statusCode, answer.headers['allow']]).toEqual([405, 'PATCH, DELETE, GET, HEAD']);
    },
  );
});

describe('the field decorators', () => {
  class Sample extends PageQuery {
    @fields.IsId({ optional: true }) id?: string;
    @fields.IsDayOrMoment({ optional: true }) at?: string;
    @fields.IsOneOf(['a', 'b'], { optional: true }) kind?: string;
    @fields.IsCurrency({ optional: true }) currency?: string;
    @fields.IsAmount({ optional: true }) least?: string;
    @fields.IsFlag({ optional: true }) flag?: string;
    @fields.IsReceiptTarget({ optional: true }) target?: { debt: string } | { subscription: string };
    @fields.AreOneOf(['x', 'y'], { optional: true }) roles?: string[];
    @fields.IsIban({ optional: true }) account?: string;
  }

  const faults = (value: object): string[] => {
    try {
      checked(Sample, value);
      return [];
    } catch (error) {
      return (error as Problem).faults.map(({ path, code }) => `${path} ${code}`);
    }
  };

  test.each([
    { id: DEBT, at: '2026-01-31T09:30:00Z', kind: 'a', currency: 'KWD', least: '0.005' },
    { flag: 'true', target: { debt: DEBT }, roles: ['y', 'x'], account: 'SA0380000000608010167519' },
    { target: { subscription: DEBT } },
    { at: '2026-01-31' },
    { at: '٢٠٢٦-٠١-٣١' },
    { at: '2026-01-31T23:59:59.123+03:00' },
    {},
  ])('%j is accepted', (value) => {
    expect(faults(value)).toEqual([]);
  });

  test.each([
    [{ id: 'x' }, 'id NOT_A_UUID'],
    [{ at: '2026-01-31T09:30:00' }, 'at NOT_A_DAY_OR_MOMENT'],
    [{ at: '2026-01-31T25:00:00Z' }, 'at NOT_A_DAY_OR_MOMENT'],
    [{ at: '2026-02-30T00:00:00Z' }, 'at NOT_A_DAY_OR_MOMENT'],
    [{ at: '2026-02-30' }, 'at NOT_A_DAY_OR_MOMENT'],
    [{ kind: 'c' }, 'kind NOT_ACCEPTED'],
    [{ currency: 'XXX' }, 'currency CURRENCY_UNKNOWN'],
    [{ least: '1,5' }, 'least MONEY_FORMAT'],
    [{ flag: '1' }, 'flag NOT_A_BOOLEAN'],
    [{ target: { debt: 'x' } }, 'target.debt NOT_A_UUID'],
    [{ target: { subscription: 'x' } }, 'target.subscription NOT_A_UUID'],
    [{ target: { debt: DEBT, subscription: DEBT } }, 'target.debt UNKNOWN_FIELD'],
    [{ target: { debt: DEBT, receipt: DEBT } }, 'target.receipt UNKNOWN_FIELD'],
    [{ target: DEBT }, 'target NOT_AN_OBJECT'],
    [{ roles: [] }, 'roles NOT_ACCEPTED'],
    [{ roles: ['z'] }, 'roles NOT_ACCEPTED'],
    [{ roles: 'x' }, 'roles NOT_ACCEPTED'],
    [{ account: 'SA00' }, 'account NOT_AN_IBAN'],
    [{ cursor: '' }, 'cursor TEXT_LENGTH'],
  ])('%j is refused', (value, expected) => {
    expect(faults(value)).toEqual([expected]);
  });

  test('a flood of unknown fields is answered shortly', () => {
    const flood = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`f${i}`, i]));
    expect(faults(flood)).toHaveLength(50);
  });

  test("a decorator of class-validator's own is asked as well", () => {
    class Stricter extends Sample {
      @MaxLength(3)
      @fields.IsText(1, 9)
      word!: string;
    }
    expect(checked(Stricter, { word: 'abc' })).toEqual(expect.objectContaining({ word: 'abc' }));
    expect(() => checked(Stricter, { word: 'abcd' })).toThrow(Problem);
  });
});
