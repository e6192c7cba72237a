import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Server } from './server.js';

const BANK = 'party_44444444-4444-4444-8444-444444444444';
const CITY = 'party_11111111-1111-4111-8111-111111111111';

test('a ledger goes on as the same one under a new master key, once no server runs', async () => {
  const server = new Server();
  const next = join(server.data, 'next.key');
  const sijill = (...args: readonly string[]) =>
    spawnSync(process.execPath, ['dist/src/cli/main.js', 'vault-rotate-key', ...args], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], SIJILL_DATA: server.data },
    });
  const receipt = async (of = server) =>
    of.call('POST', '/v1/receipts', {
      token: await of.token('bank', 'bank', BANK),
      body: {
        reference: 'TX-1',
        payer: 'party_33333333-3333-4333-8333-333333333333',
        payee: CITY,
        amount: { amount: '115.00', currency: 'SAR' },
        channel: 'sadad',
        paidOn: '2026-01-15',
        sourceAccount: 'SA0380000000608010167519',
      },
      headers: { 'idempotency-key': 'one' },
    });
  try {
    await server.start();
    const before = await receipt();
    expect(before.status).toBe(201);
    expect(sijill(next)).toMatchObject({ status: 1, stderr: expect.stringContaining('in use') });
    await server.stop('SIGTERM');

    expect(sijill('--help').stdout).toContain('Usage: sijill vault-rotate-key NEW_KEY_FILE');
    expect(sijill()).toMatchObject({ status: 2 });
    const rotated = sijill(next);
    expect([rotated.status, rotated.stdout + rotated.stderr]).toEqual([
      0,
      expect.stringContaining("keys and the ledger's in "),
    ]);
    expect(statSync(next).mode & 0o777).toBe(0o600);
    expect(sijill(next).stderr + sijill(next).stdout).toContain('has this master key already');

    const renewed = new Server({ SIJILL_MASTER_KEY: readFileSync(next, 'utf8').trim() }, server.data);
    await renewed.start();
    // The same caller, request and salts: the ledger's key did not change.
    const { status, headers, body } = await receipt(renewed);
    expect([status, headers.get('idempotency-replayed'), body.id]).toEqual([201, 'true', before.body.id]);
    await renewed.stop('SIGTERM');
  } finally {
    await server.dispose();
  }
});
