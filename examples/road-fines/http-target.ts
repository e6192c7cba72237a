import { setTimeout as wait } from 'node:timers/promises';
import { parseUuid } from '../../src/kernel/ids.js';
import { HttpClient, type HttpAnswer, type Json } from './http-client.js';
import { figuresOver } from './http-figures.js';
import { methodAndPath, requestOf } from './requests.js';
import type { Answer, Figures, Step, Target } from './target.js';

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
  const request = requestOf(step.command, step.on);
  const { debt, body } = request;
  const headers: Record<string, string> = { 'idempotency-key': step.key };
  // The revision is what the sender saw, and the wait for a policy's event too: 412 is no outcome and is not recorded.
  if (debt !== undefined) headers['if-match'] = `"${debt.revision}"`;
  const deadline = Date.now() + POLICY_MS;
  for (let pause = 5; ; pause = Math.min(pause * 2, 500)) {
    const answer = await client.send({ ...methodAndPath(request), body, sender: step.sender, headers });
    if (answer.status !== 412) return outcome(step, answer);
    if (Date.now() > deadline) {
      throw new Error(`${step.key}: debt ${debt?.id} is not at revision ${debt?.revision}: someone else changed it`);
    }
    await wait(pause);
  }
}

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
  const { attempt, code } = body;
  if (typeof attempt === 'string') return { kind: 'refused', code: String(code), event: attempt };
  throw new Error(`${step.key}: ${status} ${JSON.stringify(body)}`);
}
