import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signedCheckpoint } from '../../src/verify/checkpoint.js';
import { parsePolicy } from '../../src/verify/policy.js';
import type { Finding } from '../../src/cli/doctor/findings.js';
import { sijill } from '../cli/moving.js';
import { WitnessServer } from '../transparency/support/witness-server.js';
import { Server, until } from './server.js';

/** A server with two witnesses, which are processes' worth of HTTP away and share no code with it but the verifier. */

const CITY = 'party_11111111-1111-4111-8111-111111111111';
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';
const ORIGIN = 'log.example.sa/ledger';
const MINUTES = 600_000;

const folder = mkdtempSync(join(tmpdir(), 'sijill-witnesses-'));
const policyFile = join(folder, 'policy');
const server = new Server({ SIJILL_LOG_ORIGIN: ORIGIN, SIJILL_WITNESSES: policyFile });
const witnesses = [new WitnessServer('one.example'), new WitnessServer('two.example')] as const;
let vkey = '';
let token = '';

const get = async (path: string): Promise<{ status: number; text: string }> => {
  const answer = await fetch(server.url + path);
  return { status: answer.status, text: await answer.text() };
};
const logState = async () => (await server.call('GET', '/health/ready')).body.checks.transparency;
const policy = () => parsePolicy(`log ${vkey}\n${readFileSync(policyFile, 'utf8')}`);
const witnessed = () =>
  until(
    () => get('/transparency/witnessed'),
    ({ status }) => status === 200,
    MINUTES,
  );
const witnessedAt = (size: number) =>
  until(
    async () => signedCheckpoint((await witnessed()).text, policy()),
    (checkpoint) => checkpoint.size === size,
    MINUTES,
  );

let drafts = 0;
async function draft(): Promise<string> {
  const body = { debtor: DEBTOR, creditor: CITY, ground: 'fine', amount: { amount: '115.00', currency: 'SAR' } };
  const headers = { 'idempotency-key': `draft-${drafts++}` };
  const answer = await server.call('POST', '/v1/debts', { token, body, headers });
  expect(answer.status).toBe(201);
  return answer.body.event as string;
}

beforeAll(async () => {
  for (const witness of witnesses) await witness.start();
  writeFileSync(
    policyFile,
    [...witnesses.map(({ line }) => line), 'group both all one.example two.example', 'quorum both', ''].join('\n'),
  );
  await server.start();
  vkey = (await get('/transparency/vkey')).text.trimEnd();
  token = await server.token('huda', 'clerk', CITY);
}, MINUTES);
afterAll(async () => {
  await server.dispose();
  for (const witness of witnesses) await witness.stop();
  rmSync(folder, { recursive: true, force: true });
});

test(
  'witnesses that were not told of the log show, and delay nothing',
  async () => {
    const event = await draft();
    const state = await until(
      logState,
      ({ signed, witnesses: said }) => signed === 2 && String(said).includes('two.example UNKNOWN_LOG'),
      MINUTES,
    );
    expect(state).toMatchObject({ status: 'up', state: 'running', witnessed: 0 });
    expect(JSON.parse((await get('/transparency/witnessed')).text)).toMatchObject({
      status: 404,
      code: 'NOT_WITNESSED',
    });
    // A proof is there all the same: signed, and not witnessed.
    const proof = await fetch(`${server.url}/v1/proofs-of-record/${event}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(proof.status).toBe(200);
    const file = join(folder, 'unwitnessed.txt');
    writeFileSync(file, await proof.text());
    expect(await sijill(['verify', 'record', file, '--vkey', vkey], {})).toMatchObject({ code: 0 });
  },
  MINUTES,
);

test(
  'once they know it they cosign, and a proof of record names a checkpoint that they witnessed',
  async () => {
    for (const witness of witnesses) witness.know(vkey);
    await witnessedAt(2);
    const event = await draft();
    const checkpoint = await witnessedAt(3);
    expect(checkpoint.witnesses.map(({ key }) => key.name)).toEqual(['one.example', 'two.example']);
    const headers = { authorization: `Bearer ${token}` };
    const proof = await (await fetch(`${server.url}/v1/proofs-of-record/${event}`, { headers })).text();
    const [file, trusted] = [join(folder, 'record.txt'), join(folder, 'trusted')];
    writeFileSync(file, proof);
    writeFileSync(trusted, `log ${vkey}\n${readFileSync(policyFile, 'utf8')}`);
    const verified = await sijill(['verify', 'record', file, '--policy', trusted], {});
    expect(verified).toMatchObject({ code: 0 });
    expect(verified.out).toContain('two.example');
    expect(await logState()).toMatchObject({
      witnessed: 3,
      witnesses: 'one.example cosigned 3; two.example cosigned 3',
    });
    const metrics = (await get('/metrics')).text;
    expect(metrics).toContain('sijill_transparency_events{state="witnessed"} 3');
    expect(metrics).toContain('sijill_transparency_cosigned{witness="one.example"} 3');
    expect(metrics).toContain('sijill_transparency_witness_silent{witness="one.example"} 0');
  },
  MINUTES,
);

test(
  'cosignatures are still there after a restart without witnesses, and the doctor takes the policy',
  async () => {
    await server.stop('SIGTERM');
    for (const witness of witnesses) await witness.stop();
    await server.start();
    expect((await get('/transparency/checkpoint')).text).toBe((await witnessed()).text);
    await draft();
    await until(
      logState,
      ({ signed, witnesses: said }) => signed === 4 && String(said).includes('UNREACHABLE'),
      MINUTES,
    );
    expect((await witnessedAt(3)).size).toBe(3);
    const { out } = await sijill(['doctor', '--json', '--skip-integrity'], {
      SIJILL_DATA: server.data,
      SIJILL_URL: server.url,
      ...server.settings,
    });
    const found = (JSON.parse(out).findings as Finding[]).filter(({ check }) => check === 'witnesses');
    expect(found.map(({ level, said }) => [level, said])).toEqual([
      ['ok', `the policy is accepted; asked to cosign: one.example, two.example. Each has to know ${vkey}`],
    ]);
    for (const witness of witnesses) await witness.start();
    await witnessedAt(4);
  },
  MINUTES,
);

test(
  'a whole ledger that is put back, with all that it signed, is found out by a witness, and signs nothing more',
  async () => {
    await server.stop('SIGTERM');
    const copy = join(folder, 'copy');
    cpSync(server.data, copy, { recursive: true });
    await server.start();
    token = await server.token('huda', 'clerk', CITY);
    await draft();
    await witnessedAt(5);
    await server.stop('SIGTERM');
    rmSync(server.data, { recursive: true });
    cpSync(copy, server.data, { recursive: true });

    await server.start();
    const halted = await until(logState, ({ state }) => state === 'halted', MINUTES);
    expect(halted).toMatchObject({ status: 'up', signed: 4, halt: 'ROLLED_BACK' });
    expect(server.reported.filter((line) => line.includes('the transparency log halted (ROLLED_BACK)'))).toHaveLength(
      1,
    );
    await draft();
    expect((await get('/metrics')).text).toContain('sijill_transparency_halted{log="own"} 1');
    expect(
      signedCheckpoint((await get('/transparency/checkpoint')).text, { ...policy(), quorum: undefined }).size,
    ).toBe(4);
  },
  MINUTES,
);

test(
  'a policy that is none keeps the server from starting, and says why',
  async () => {
    const bad = join(folder, 'bad');
    writeFileSync(bad, `${witnesses[0].line.replace(/ http\S+/, '')}\nquorum one.example\n`);
    const { code, err, out } = await sijill(['serve'], {
      SIJILL_DATA: join(folder, 'new'),
      PORT: '0',
      SIJILL_WITNESSES: bad,
    });
    expect(code).not.toBe(0);
    expect(err + out).toContain('the witness one.example has no URL');
  },
  MINUTES,
);
