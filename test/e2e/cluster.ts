import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRejection } from '../../src/event-store/catalogue.js';
import { openEventStoreDbReader } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { wholeLog } from '../contract/event-store/opened.js';
import { StandIn } from '../servers/eventstoredb/stand-in.js';
import { Books as Auditor } from '../world/books.js';
import { Server, type Answer } from './server.js';

export const CREDITOR = 'party_11111111-1111-4111-8111-111111111111';
export const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';
const BANK = 'party_44444444-4444-4444-8444-444444444444';
const PEOPLE = { clerk: CREDITOR, approver: CREDITOR, debtor: DEBTOR, bank: BANK, operator: BANK };
export type Who = keyof typeof PEOPLE;

export const sar = (amount: string) => ({ amount, currency: 'SAR' });
export const DRAFT = { debtor: DEBTOR, creditor: CREDITOR, amount: sar('5000.00'), ground: 'fine' };
export const receipt = (debt: string, reference: string, amount: string) => ({
  reference,
  payer: DEBTOR,
  payee: CREDITOR,
  target: { debt },
  amount: sar(amount),
  paidOn: '2026-01-15',
  channel: 'sadad',
});

export interface Ask {
  readonly who: Who;
  readonly path: string;
  readonly body: unknown;
  readonly key: string;
  readonly headers?: Record<string, string>;
}

/** Built servers on one EventStoreDB (protocol-level), all with one vault. */
export class Cluster {
  readonly #vault = mkdtempSync(join(tmpdir(), 'sijill-vault-'));
  /** Each server trusts its own tokens; the same people have them. */
  readonly #tokens = new Map<Server, Record<Who, string>>();
  readonly servers: readonly Server[];

  private constructor(
    readonly store: StandIn,
    count: number,
    settings: Readonly<Record<string, string>>,
    each: readonly Readonly<Record<string, string>>[],
  ) {
    const environment = { EVENT_STORE_URL: store.url, SIJILL_VAULT: this.#vault, ...settings };
    this.servers = Array.from({ length: count }, (_, n) => new Server({ ...environment, ...each[n] }));
  }

  /** Of servers that have not started. @param settings of their environment @param each of that of one of them */
  static async of(
    count: number,
    settings: Readonly<Record<string, string>> = {},
    each: readonly Readonly<Record<string, string>>[] = [],
  ): Promise<Cluster> {
    return new Cluster(await StandIn.start(), count, settings, each);
  }

  /** @param readiness what `/health/ready` is to answer before the test goes on */
  async start(server: Server, readiness?: number): Promise<void> {
    await server.start(readiness);
    if (this.#tokens.has(server)) return;
    const all = Object.entries(PEOPLE).map(async ([who, party]) => [who, await server.token(`${who}-1`, who, party)]);
    this.#tokens.set(server, Object.fromEntries(await Promise.all(all)) as Record<Who, string>);
  }

  post(server: Server, { who, path, body, key, headers = {} }: Ask): Promise<Answer> {
    const token = this.#tokens.get(server)![who];
    return server.call('POST', path, { token, body, headers: { 'idempotency-key': key, ...headers } });
  }

  get(server: Server, who: Who, path: string): Promise<Answer> {
    return server.call('GET', path, { token: this.#tokens.get(server)![who] });
  }

  /** As it is, an error too. */
  async answer(server: Server, who: Who, path: string): Promise<string> {
    const headers = { authorization: `Bearer ${this.#tokens.get(server)![who]}` };
    return (await fetch(server.url + path, { headers })).text();
  }

  /** Once it is there: what is asked again with a 202 is not. */
  async text(server: Server, who: Who, path: string): Promise<string> {
    for (;;) {
      const headers = { authorization: `Bearer ${this.#tokens.get(server)![who]}` };
      const answer = await fetch(server.url + path, { headers });
      const text = await answer.text();
      if (answer.status === 200) return text;
      if (answer.status !== 202) throw new Error(`${path}: ${answer.status} ${text}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** As a client does behind a load balancer: no answer, or none that is an outcome, and another server is asked. */
  async ask(wanted: Ask, random: () => number): Promise<Answer> {
    for (;;) {
      const server = this.servers[Math.floor(random() * this.servers.length)]!;
      const answer = await this.post(server, wanted).catch(() => undefined);
      if (answer === undefined) await new Promise(setImmediate);
      else if (answer.status === 503) expect(answer.headers.get('retry-after')).not.toBeNull();
      else return answer;
    }
  }

  async registered(server: Server, key: string): Promise<string> {
    const { body } = await this.post(server, { who: 'clerk', path: '/v1/debts', body: DRAFT, key });
    const path = `/v1/debts/${body.id}/registration`;
    const ask = { who: 'approver', path, body: {}, key, headers: { 'if-match': '"0"', prefer: 'wait=10' } } as const;
    expect((await this.post(server, ask)).status).toBe(200);
    return body.id as string;
  }

  async events(): Promise<Envelope[]> {
    const reader = openEventStoreDbReader(this.store.url);
    try {
      return (await wholeLog(reader)).map(({ event }) => event);
    } finally {
      await reader.close();
    }
  }

  async dispose(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.dispose()));
    await this.store.dispose();
    rmSync(this.#vault, { recursive: true, force: true });
  }
}

/** What a client was told that there is: an event, with its revision in its stream. */
export interface Acknowledged {
  readonly event: string;
  readonly revision?: number;
}

/** One ledger, in which all that was acknowledged is there, once, and the books are right. */
export function expectRight(log: readonly Envelope[], acknowledged: readonly Acknowledged[]): void {
  const byId = new Map(log.map((event) => [event.id as string, event]));
  expect(byId.size).toBe(log.length);
  expect(log.flatMap(({ type }, at) => (type === 'ledger.LedgerOpened' ? [at] : []))).toEqual([0]);
  expect(acknowledged.filter(({ event, revision = 0 }) => byId.get(event)?.revision !== revision)).toEqual([]);
  const auditor = new Auditor();
  for (const event of log.slice(1)) if (!isRejection(event)) auditor.take(event);
  expect(auditor.close()).toEqual([]);
}
