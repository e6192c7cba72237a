import { createHash } from 'node:crypto';
import { text as allOf } from 'node:stream/consumers';
import { Server, until } from './server.js';

/*
 * Whoever asks the public log for what it has not, in whatever way: an answer that says so, that no cache keeps, and that
 * costs nothing. The table in docs/transparency.md names these. Byte by byte, for fetch would tidy them up.
 */

const CITY = 'party_11111111-1111-4111-8111-111111111111';
const OTHER = 'party_99999999-9999-4999-8999-999999999999';
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';

const server = new Server({
  SIJILL_LOG_ORIGIN: 'log.example.sa/ledger',
  SIJILL_DRAIN_SECONDS: '1',
  SIJILL_REQUESTS_PER_MINUTE: '300',
});
beforeAll(async () => {
  await server.start();
  for (let at = 0; at < 3; at++) await draft(server, `${at}`);
  await until(
    async () => (await ask('GET', 'checkpoint')).body,
    (checkpoint) => checkpoint.split('\n')[1] === '4',
  );
});
afterAll(() => server.dispose());

async function draft(at: Server, key: string): Promise<string> {
  const token = await at.token('huda', 'clerk', CITY);
  const body = { debtor: DEBTOR, creditor: CITY, ground: 'fine', amount: { amount: '115.00', currency: 'SAR' } };
  return (await at.call('POST', '/v1/debts', { token, body, headers: { 'idempotency-key': key } })).body.event;
}

interface Raw {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}
/** Exactly this path. */
async function ask(method: string, path: string, more = ''): Promise<Raw> {
  const socket = await server.sendOnly(
    `${method} /transparency/${path} HTTP/1.1\r\nHost: log\r\n${more}Connection: close\r\n\r\n`,
  );
  socket.setEncoding('latin1');
  const answer = await allOf(socket);
  const [head = '', ...body] = answer.split('\r\n\r\n');
  return { status: Number(head.slice(9, 12)), head, body: body.join('\r\n\r\n') };
}
const codeOf = ({ body }: Raw): string | undefined => /"code":"([A-Z_]+)"/.exec(body)?.[1];

describe('a tile', () => {
  test.each([
    ['with numbers beyond any log', 'tile/0/x009/x007/x199/x254/x740/991', 'NOT_IN_LOG'],
    ['with numbers beyond any number', 'tile/0/x999/x999/x999/x999/x999/999', 'NO_TILE'],
    ['beyond the last', 'tile/0/x999/999', 'NOT_IN_LOG'],
    ['of the highest level', 'tile/63/000', 'NOT_IN_LOG'],
    ['of a level above all', 'tile/64/000', 'NO_TILE'],
    ['of a negative number', 'tile/0/-01', 'NO_TILE'],
    ['of a negative width', 'tile/0/000.p/-4', 'NO_TILE'],
    ['of no width', 'tile/0/000.p/0', 'NO_TILE'],
    ['of the whole width, as a partial one', 'tile/0/000.p/256', 'NO_TILE'],
    ['of more than the width', 'tile/0/000.p/257', 'NO_TILE'],
    ['wider than it is yet', 'tile/0/000.p/5', 'NOT_IN_LOG'],
    ['full before it is', 'tile/0/000', 'NOT_IN_LOG'],
    ['of a width with a zero in front', 'tile/0/000.p/04', 'NO_TILE'],
    ['with a slash at its end', 'tile/0/000.p/4/', 'NO_TILE'],
    ['with two slashes', 'tile//0/000.p/4', 'NO_TILE'],
    ['with a slash that is escaped', 'tile/0/000.p%2F4', 'NO_TILE'],
    ['with a digit that is escaped', 'tile/%30/000.p/4', 'NO_TILE'],
    ['with a null character', 'tile/0/000%00.p/4', 'NO_TILE'],
    ['above its folder', 'tile/../checkpoint', 'NO_TILE'],
    ['above its folder, escaped', 'tile/%2e%2e/%2e%2e/etc/passwd', 'NO_TILE'],
    ['with a parameter in its path', 'tile/0/000.p/4;a=1', 'NO_TILE'],
    ['of Go’s sumdb', 'tile/8/0/000.p/4', 'NO_TILE'],
    ['of no name', 'tile/', 'NO_TILE'],
    ['of thousands of characters', `tile/0/${'x001/'.repeat(2_000)}001`, 'NO_TILE'],
  ])('%s is answered 404, and no cache keeps that', async (_, path, code) => {
    const answer = await ask('GET', path);
    expect([answer.status, codeOf(answer)]).toEqual([404, code]);
    expect(answer.head.toLowerCase()).toContain('cache-control: no-store');
    expect(answer.head).not.toContain('immutable');
  });

  test('has one address, so that a cache keeps it once', async () => {
    expect(codeOf(await ask('GET', 'tile/0/000.p/4?version=2'))).toBe('INVALID_REQUEST');
    expect((await ask('GET', 'TILE/0/000.p/4')).status).toBe(404);
  });

  test('is given whole, whatever part is asked for', async () => {
    const whole = await ask('GET', 'tile/0/000.p/4');
    expect([whole.status, whole.body.length]).toEqual([200, 128]);
    for (const range of ['bytes=0-31', 'bytes=900-', 'bytes=-1', 'bytes=0-0,1-1,2-2']) {
      const { status, body } = await ask('GET', 'tile/0/000.p/4', `Range: ${range}\r\n`);
      expect([status, body]).toEqual([200, whole.body]);
    }
    const head = await ask('HEAD', 'tile/0/000.p/4');
    expect([head.status, head.body]).toEqual([200, '']);
    expect(head.head.toLowerCase()).toContain('content-length: 128');
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])('is not to be changed: %s', async (method) => {
    expect(codeOf(await ask(method, 'tile/0/000.p/4'))).toBe('METHOD_NOT_ALLOWED');
  });
});

test.each([
  ['proof?seq=4', 'NOT_IN_LOG'],
  ['proof?seq=999999999999999', 'NOT_IN_LOG'],
  ['proof?seq=9007199254740993', 'INVALID_REQUEST'],
  ['proof?seq=1e0', 'INVALID_REQUEST'],
  ['proof?seq=0x1', 'INVALID_REQUEST'],
  ['proof?seq=1.0', 'INVALID_REQUEST'],
  ['proof?seq=+1', 'INVALID_REQUEST'],
  ['proof?seq=%201', 'INVALID_REQUEST'],
  ['proof?seq=%00', 'INVALID_REQUEST'],
  ['proof?seq=', 'INVALID_REQUEST'],
  ['proof?seq=1&seq=2', 'INVALID_REQUEST'],
  ['proof?seq[]=1', 'INVALID_REQUEST'],
  ['proof?__proto__=1&seq=1', 'INVALID_REQUEST'],
  ['consistency?from=5', 'NOT_IN_LOG'],
  ['consistency?from=5&to=4', 'NOT_IN_LOG'],
  ['consistency?from=4&to=3', 'INVALID_REQUEST'],
  ['consistency?from=999999999999999&to=999999999999999', 'NOT_IN_LOG'],
  ['consistency?from=1&to=', 'INVALID_REQUEST'],
  ['consistency?from=1&from=2', 'INVALID_REQUEST'],
  ['balances?seq=-1', 'INVALID_REQUEST'],
  ['balances?seq=999999999999999', 'BALANCES_UNSIGNED'],
])('%s is answered %s', async (path, code) => {
  const answer = await ask('GET', path);
  expect(codeOf(answer)).toBe(code);
  expect(answer.head.toLowerCase()).toContain('cache-control: no-store');
});

test('from nothing, and from a tree to itself, a log grows by a proof without a hash', async () => {
  const { body: checkpoint } = await ask('GET', 'checkpoint');
  expect((await ask('GET', 'consistency?from=0')).body).toBe(`old 0\n\n${checkpoint}`);
  for (const path of ['consistency?from=4', 'consistency?from=4&to=4'])
    expect((await ask('GET', path)).body).toBe(`old 4\n\n${checkpoint}`);
  expect((await ask('GET', 'consistency?from=0&to=0')).body).toBe('old 0\n\n');
});

test('who asks for proofs without end is told to wait; what a proof is made of, and those with a token, stay', async () => {
  let answer = await ask('GET', 'proof?seq=0');
  for (let asked = 1; answer.status === 200 && asked < 3_000; asked++) answer = await ask('GET', 'proof?seq=0');
  expect([answer.status, codeOf(answer)]).toEqual([429, 'TOO_MANY_REQUESTS']);
  expect(answer.head.toLowerCase()).toMatch(/retry-after: [1-9]/);
  for (const path of ['checkpoint', 'vkey', 'tile/0/000.p/4', 'tile/entries/000.p/4'])
    expect((await ask('GET', path)).status).toBe(200);
  const token = await server.token('huda', 'clerk', CITY);
  expect((await server.call('GET', '/v1/debts', { token })).status).toBe(200);
});

test('of an event that is not signed yet there is no proof, for its parties; others are told that there is no event', async () => {
  await server.stop('SIGTERM');
  const key = createHash('sha256').update('another').digest('hex');
  // A log that halts signs nothing, and the ledger goes on.
  const halted = new Server({ ...server.settings, SIJILL_LOG_KEY: key, SIJILL_REQUESTS_PER_MINUTE: '0' }, server.data);
  await halted.start();
  try {
    const event = await draft(halted, 'unsigned');
    const path = `/v1/proofs-of-record/${event}`;
    const proofFor = async (role: string, party: string) =>
      halted.call('GET', path, { token: await halted.token(`${role}-${party}`, role, party) });
    const { status, headers, body } = await until(
      () => proofFor('clerk', CITY),
      (answer) => answer.status !== 404,
    );
    expect([status, headers.get('retry-after'), headers.get('cache-control')]).toEqual([202, '2', 'no-store']);
    expect(body).toEqual({ status: 'pending', sequence: 4, signed: 4 });
    const none = await halted.call('GET', '/v1/proofs-of-record/00000000-0000-4000-8000-000000000000', {
      token: await halted.token(`clerk-${OTHER}`, 'clerk', OTHER),
    });
    for (const [role, party] of [
      ['clerk', OTHER],
      ['debtor', OTHER],
    ] as const)
      expect(await proofFor(role, party)).toMatchObject({ status: 404, body: none.body });
  } finally {
    await halted.stop('SIGTERM');
  }
});
