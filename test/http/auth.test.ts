import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey } from 'jose';
import { ROLES } from '../../src/kernel/envelope.js';
import { actorOf, DEBT, Outside, OTHER_PARTY, PARTY, startEdge, type Edge } from './edge.js';

const NATIONAL_ID = '1058529940';

describe('tokens of an OIDC issuer', () => {
  const issuer = 'https://id.example.sa';
  const outside = new Outside();
  let edge: Edge;
  let keys: Server;
  let fetched = 0;
  let down = false;
  let ours: CryptoKey;
  let foreign: CryptoKey;

  beforeAll(async () => {
    const pair = await generateKeyPair('ES256', { extractable: true });
    ours = pair.privateKey;
    foreign = (await generateKeyPair('ES256')).privateKey;
    const jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }] };
    keys = createServer((_, response) => {
      fetched++;
      response.writeHead(down ? 500 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(jwks));
    });
    await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
    const jwksUrl = new URL(`http://127.0.0.1:${(keys.address() as AddressInfo).port}/keys`);
    edge = await startEdge({ outside, oidc: { issuer, audience: 'sijill', jwksUrl } });
  });
  afterAll(async () => {
    await edge.close();
    await new Promise((resolve) => keys.close(resolve));
  });

  const seconds = () => Math.floor(outside.now / 1000);
  const sign = (claims: Record<string, unknown> = {}, key = ours) =>
    new SignJWT({
      iss: issuer,
      aud: 'sijill',
      sub: 'a.clerk',
      exp: seconds() + 600,
      roles: ['clerk'],
      party: PARTY,
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .sign(key);
  const post = (token: string) =>
    edge.app.inject({
      method: 'POST',
      url: `/v1/debts/${DEBT}/proceedings`,
      headers: { authorization: `Bearer ${token}`, 'idempotency-key': 'k' },
    });

  test('while the keys cannot be fetched the answer is 503, and no token is judged', async () => {
    down = true;
    const answer = await post(await sign());
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([503, 'ISSUER_UNAVAILABLE']);
    expect(answer.headers['retry-after']).toBe('5');
    down = false;
  });

  test('a valid token is verified once, and acts under pseudonyms', async () => {
    const token = await sign({ azp: 'portal', sub: NATIONAL_ID });
    expect((await post(token)).statusCode).toBe(200);
    const before = fetched;
    expect((await post(token)).statusCode).toBe(200);
    expect(fetched).toBe(before);
    const { actor } = outside.sent.at(-1)?.request ?? {};
    expect(actor).toEqual({ id: actorOf(issuer, NATIONAL_ID), role: 'clerk', actingFor: PARTY, client: 'portal' });
    expect(JSON.stringify(actor)).not.toContain(NATIONAL_ID);
  });

  test('a cached token ends when it expires', async () => {
    const token = await sign({ exp: seconds() + 60 });
    expect((await post(token)).statusCode).toBe(200);
    outside.now += 66_000;
    const answer = await post(token);
    outside.now -= 66_000;
    expect([answer.statusCode, answer.json<{ detail: string }>().detail]).toEqual([
      401,
      'The token is not accepted: it has expired.',
    ]);
  });

  test('a client whose name holds a personal number is left out', async () => {
    await post(await sign({ azp: `app-${NATIONAL_ID}` }));
    expect(outside.sent.at(-1)?.request.actor.client).toBeUndefined();
  });

  test('roles of other programs are ignored', async () => {
    await post(await sign({ roles: ['superuser', 'clerk'] }));
    expect(outside.sent.at(-1)?.request.actor.role).toBe('clerk');
    expect((await post(await sign({ roles: ['superuser'] }))).statusCode).toBe(403);
  });

  test.each<[string, () => Promise<string> | string, string]>([
    ['of another issuer', () => sign({ iss: 'https://other.example' }), 'its issuer, audience'],
    ['for another audience', () => sign({ aud: 'other' }), 'its issuer, audience'],
    ['signed by another key', () => sign({}, foreign), 'its signature'],
    ['expired', () => sign({ exp: 5 }), 'it has expired'],
    ['not valid yet', () => sign({ nbf: seconds() + 600 }), 'it is not valid yet'],
    ['without an end', () => sign({ exp: undefined }), 'it must have a claim "exp"'],
    ['without a subject', () => sign({ sub: undefined }), 'its claim "sub"'],
    ['without roles', () => sign({ roles: 'clerk' }), 'its claim "roles"'],
    ['whose party is a national ID', () => sign({ party: NATIONAL_ID }), 'a national ID is never accepted'],
    ['whose party is a list', () => sign({ party: [PARTY] }), 'its claim "party"'],
    [
      'without a signature',
      () => new UnsecuredJWT({ sub: 'x', roles: ['clerk'] }).setIssuer(issuer).setAudience('sijill').encode(),
      'it is not a signed JWT',
    ],
    [
      'signed with a shared secret',
      () =>
        new SignJWT({ iss: issuer, aud: 'sijill', sub: 'x', exp: seconds() + 60, roles: ['clerk'] })
          .setProtectedHeader({ alg: 'HS256' })
          .sign(Buffer.alloc(32, 1)),
      'it is not a signed JWT',
    ],
    ['that is no JWT', () => 'abc.def', 'it is not a signed JWT'],
  ])('a token %s is refused', async (_, make, reason) => {
    const answer = await post(await make());
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([401, 'TOKEN_INVALID']);
    expect(answer.json<{ detail: string }>().detail).toContain(reason);
    expect(answer.headers['www-authenticate']).toMatch(
      /^Bearer realm="sijill", error="invalid_token", error_description="[^"]+"$/,
    );
  });

  test.each([undefined, 'Basic eDp5', 'Bearer', 'Bearer a b'])('Authorization %p asks for a token', async (header) => {
    const answer = await edge.app.inject({
      url: '/v1/debts',
      headers: header === undefined ? {} : { authorization: header },
    });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([401, 'TOKEN_REQUIRED']);
  });

  test('with an issuer nobody gets a development token', async () => {
    const payload = { sub: 'x', roles: ['operator'] };
    expect((await edge.app.inject({ method: 'POST', url: '/dev/token', payload })).json()).toMatchObject({
      status: 404,
      code: 'ROUTE_NOT_FOUND',
    });
  });
});

describe('development tokens', () => {
  let data: string;
  beforeAll(() => {
    data = mkdtempSync(join(tmpdir(), 'sijill-dev-'));
  });
  afterAll(() => rmSync(data, { recursive: true, force: true }));

  test('they survive a restart; their key is readable by its owner only', async () => {
    const first = await startEdge({ data });
    const token = await first.token(['auditor']);
    await first.close();
    const [file] = readdirSync(data);
    expect(statSync(join(data, file as string)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(data, file as string), 'utf8')).toContain('"d"');

    const second = await startEdge({ data });
    const ask = (authorization: string) => second.app.inject({ url: '/v1/debts', headers: { authorization } });
    expect((await ask(`Bearer ${token}`)).statusCode).toBe(200);
    await second.close();

    const stranger = await startEdge();
    const answer = await stranger.app.inject({ url: '/v1/debts', headers: { authorization: `Bearer ${token}` } });
    await stranger.close();
    expect(answer.statusCode).toBe(401);
  });

  test('what a token is asked with is checked', async () => {
    const edge = await startEdge();
    const ask = async (payload: object, host = 'localhost:3000') => {
      const answer = await edge.app.inject({ method: 'POST', url: '/dev/token', payload, headers: { host } });
      const { errors = [] } = answer.json<{ errors?: { path: string; code: string }[] }>();
      return [answer.statusCode, ...errors.map(({ path, code }) => `${path} ${code}`)];
    };
    const wish = { sub: 'x', roles: [...ROLES], party: OTHER_PARTY };
    expect(await ask(wish)).toEqual([200]);
    expect(await ask({ ...wish, party: NATIONAL_ID })).toEqual([400, 'party PARTY_IS_NATIONAL_ID']);
    expect(await ask({ ...wish, roles: ['root'] })).toEqual([400, 'roles NOT_ACCEPTED']);
    expect(await ask({ roles: [], admin: true })).toEqual([
      400,
      'admin UNKNOWN_FIELD',
      'sub REQUIRED',
      'roles NOT_ACCEPTED',
    ]);
    // A name of someone else's that points to this machine (DNS rebinding).
    expect(await ask(wish, 'evil.example')).toEqual([404]);
    await edge.close();
  });

  test('a header that asks for another algorithm than the key has is refused, not believed', async () => {
    const edge = await startEdge();
    const { privateKey } = await generateKeyPair('RS256');
    const token = await new SignJWT({ roles: ['operator'] })
      .setProtectedHeader({ alg: 'RS256' })
      .setSubject('x')
      .setIssuer('urn:sijill:development')
      .setAudience('sijill')
      .setExpirationTime('1h')
      .sign(privateKey);
    const answer = await edge.app.inject({ url: '/v1/projections', headers: { authorization: `Bearer ${token}` } });
    expect(answer.json()).toMatchObject({ status: 401, code: 'TOKEN_INVALID' });
    await edge.close();
  });

  test('the answer is that of RFC 6749', async () => {
    const edge = await startEdge();
    const payload = { sub: 'x', roles: ['clerk'], party: PARTY };
    const answer = await edge.app.inject({ method: 'POST', url: '/dev/token', payload });
    expect(answer.json()).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) as string,
      token_type: 'Bearer',
      expires_in: 43_200,
    });
    await edge.close();
  });
});
