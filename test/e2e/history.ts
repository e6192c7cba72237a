import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { reports } from '../../src/composition.js';
import { addressOf } from '../reports/samples.js';
import type { Answer, Server } from './server.js';

/* A small history of a ledger, and what clients see of it: what comes back, or moves, answers the same. */

const CREDITOR = 'party_11111111-1111-4111-8111-111111111111';
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';
const sar = (amount: string) => ({ amount, currency: 'SAR' });
export const draft = { debtor: DEBTOR, creditor: CREDITOR, amount: sar('115.00'), ground: 'fine' };
export const receipt = (debt: string) => ({
  reference: 'TX-1',
  payer: DEBTOR,
  payee: CREDITOR,
  target: { debt },
  amount: sar('120.00'),
  paidOn: '2026-01-15',
  channel: 'sadad',
  sourceAccount: 'SA0380000000608010167519',
});

/** A debt that was registered at the second attempt, and paid in excess. @returns what its drafting was answered */
export async function recordHistory(server: Server): Promise<Answer> {
  const acknowledged = await command(server, 'clerk', '/v1/debts', draft);
  const debt = acknowledged.body.id as string;
  expect((await command(server, 'clerk', `/v1/debts/${debt}/registration`, {}, '"0"')).status).toBe(409);
  expect((await command(server, 'approver', `/v1/debts/${debt}/registration`, {}, '"0"')).status).toBe(200);
  expect((await command(server, 'bank', '/v1/receipts', receipt(debt))).status).toBe(201);
  return acknowledged;
}

/** Runs the block of docs/operations.md under `<!-- name -->`, in a directory that has `data`. */
export function carryOut(name: string, directory: string, settings: Readonly<Record<string, string>> = {}): void {
  const block = readFileSync('docs/operations.md', 'utf8').split(`<!-- ${name} -->\n\n\`\`\`sh\n`)[1]?.split('```')[0];
  execFileSync('bash', ['-e', '-c', block as string], {
    cwd: directory,
    env: { PATH: process.env['PATH'], ...settings },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

export async function command(
  server: Server,
  role: string,
  path: string,
  body: unknown,
  ifMatch?: string,
): Promise<Answer> {
  return server.call('POST', path, {
    token: await server.token(`${role}-1`, role, role === 'bank' ? DEBTOR : CREDITOR),
    body,
    headers: { 'idempotency-key': `${role} ${path}`.replaceAll(' ', '-'), ...(ifMatch && { 'if-match': ifMatch }) },
  });
}

/** What clients see, once the projections have everything. */
export async function answers(server: Server, debt: string): Promise<unknown[]> {
  await server.quiet();
  const token = await server.token('auditor-1', 'auditor', CREDITOR);
  const paths = [
    '/v1/debts',
    `/v1/debts/${debt}`,
    `/v1/debts/${debt}/events`,
    '/v1/receipts',
    `/v1/parties/${DEBTOR}/balances`,
    '/v1/attempts',
    ...reports.map((report) => addressOf(report)),
  ];
  return Promise.all(
    paths.map(async (path) => {
      const answer = await server.call('GET', path, { token });
      expect([path, answer.status]).toEqual([path, 200]);
      return answer.body as unknown;
    }),
  );
}
