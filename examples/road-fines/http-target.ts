import { setTimeout as wait } from 'node:timers/promises';
import { parseUuid } from '../../src/kernel/ids.js';
import { MUNICIPALITY } from './actors.js';
import { HttpClient, type HttpAnswer, type HttpRequest, type Json } from './http-client.js';
import { figuresOver } from './http-figures.js';
import type { Answer, Command, DebtSeen, Figures, Step, Target } from './target.js';

/** A running server, over its HTTP API alone. */
export class HttpTarget implements Target {
  readonly #client: HttpClient;

  constructor(url: string) {
    this.#client = new HttpClient(url);
  }

  send(step: Step): Promise<Answer> {
    return sendStep(this.#client, step);
  }

  /** `/health/ready` says of each consumer of the feed how far it is behind: `running, 0 behind`. */
  async drain(): Promise<void> {
    for (let pause = 20; ; pause = Math.min(pause * 2, 1_000)) {
      const { status, body } = await this.#client.send({ method: 'GET', path: '/health/ready' });
      if (status === 200 && caughtUp(body)) return;
      await wait(pause);
    }
  }

  figures(): Promise<Figures> {
    return figuresOver(this.#client);
  }

  async close(): Promise<void> {}
}

function caughtUp(health: Json): boolean {
  const { projections, policies } = health['checks'] as Record<'projections' | 'policies', Json>;
  const { status: _, ...consumers } = { ...projections, ...policies };
  return Object.values(consumers).every((standing) => standing === 'running, 0 behind');
}

/** How long a policy may take to carry a receipt to its debt, in milliseconds. */
const POLICY_MS = 120_000;

/** @throws Error where the server gave no outcome: see Target.send */
export async function sendStep(client: HttpClient, step: Step): Promise<Answer> {
  const { debt, request } = requestOf(step.command, step.on);
  const headers: Record<string, string> = { 'idempotency-key': step.key };
  // The revision is what the sender saw, and the wait for a policy's event too: 412 is no outcome and is not recorded.
  if (debt !== undefined) headers['if-match'] = `"${debt.revision}"`;
  const deadline = Date.now() + POLICY_MS;
  for (let pause = 5; ; pause = Math.min(pause * 2, 500)) {
    const answer = await client.send({ ...request, sender: step.sender, headers });
    if (answer.status !== 412) return outcome(step, answer);
    if (Date.now() > deadline) {
      throw new Error(`${step.key}: debt ${debt?.id} is not at revision ${debt?.revision}: someone else changed it`);
    }
    await wait(pause);
  }
}

function requestOf(command: Command, on: string): { debt?: DebtSeen; request: HttpRequest } {
  switch (command.kind) {
    case 'draft': {
      const { debtor, ground, amount } = command;
      const body = { debtor, creditor: MUNICIPALITY, amount: euros(amount), ground, effectiveOn: on };
      return { request: { method: 'POST', path: '/v1/debts', body } };
    }
    case 'receipt': {
      const { reference, payer, debt, amount, channel } = command;
      const target = { debt: debt.id };
      const body = { reference, payer, payee: MUNICIPALITY, target, amount: euros(amount), paidOn: on, channel };
      return { request: { method: 'POST', path: '/v1/receipts', body: { ...body, effectiveOn: on } } };
    }
    case 'edit':
      return onDebt('PATCH', command.debt, '', { amount: euros(command.amount), effectiveOn: on });
    case 'register':
      return onDebt('POST', command.debt, '/registration', { effectiveOn: on });
    case 'request-update': {
      const { ground, amount } = command;
      return onDebt('POST', command.debt, '/update-requests', { amount: euros(amount), ground, effectiveOn: on });
    }
    case 'request-payment':
      return onDebt('POST', command.debt, '/payment-requests', { amount: euros(command.amount), effectiveOn: on });
    case 'request-cancellation':
      return onDebt('POST', command.debt, '/cancellation-requests', { ground: command.ground, effectiveOn: on });
    case 'approve':
      return onDebt('POST', command.debt, `/requests/${command.request}/approval`, { effectiveOn: on });
    case 'proceeding':
      return onDebt('POST', command.debt, '/proceedings', { kind: command.proceeding, on, effectiveOn: on });
  }
}

const onDebt = (method: 'POST' | 'PATCH', debt: DebtSeen, path: string, body: Json) => ({
  debt,
  request: { method, path: `/v1/debts/${debt.id}${path}`, body },
});

const euros = (amount: string): Json => ({ amount, currency: 'EUR' });

/** A refusal is recorded and names its attempt; any other error is no outcome, and the import must not go on over it. */
function outcome(step: Step, { status, body }: HttpAnswer): Answer {
  if (status < 300) {
    return {
      kind: 'accepted',
      id: parseUuid(String(body['id'])),
      revision: Number(body['revision']),
      event: String(body['event']),
      state: String(body['state']),
    };
  }
  if (body['attempt'] !== undefined) return { kind: 'refused', code: codeOf(String(body['type'])) };
  throw new Error(`${step.key}: ${status} ${JSON.stringify(body)}`);
}

/** The problem type ends in the rule's code: `…/problems/self-approval` is SELF_APPROVAL. */
const codeOf = (type: string): string => type.split(/[/:#]/).at(-1)!.replaceAll('-', '_').toUpperCase();
