import { formatMinor, parseCurrency, parseMoney, type MoneyJson } from '../../src/kernel/money.js';
import { MUNICIPALITY, type Sender } from './actors.js';
import type { HttpAnswer, HttpClient, Json } from './http-client.js';
import { STATES, SUM_NAMES, type Figures, type SumName } from './target.js';

/** Reads everything and changes nothing. */
const AUDITOR: Sender = { sub: 'auditor', roles: ['auditor'], party: MUNICIPALITY };
/** Requests for single documents under way at a time. */
const AT_ONCE = 32;

const EUR = parseCurrency('EUR');

/** The report's figures, from the lists and documents that any auditor can ask for. */
export async function figuresOver(client: HttpClient): Promise<Figures> {
  const states = { draft: 0, outstanding: 0, settled: 0, cancelled: 0 };
  const sums = Object.fromEntries(SUM_NAMES.map((name) => [name, 0n])) as Record<SumName, bigint>;
  const refused: Record<string, number> = {};

  const cancelled: string[] = [];
  for (const state of STATES) {
    for await (const debt of pages(client, `/v1/debts?creditor=${MUNICIPALITY}&state=${state}&limit=200`)) {
      states[state]++;
      if (state === 'draft') continue;
      sums.registered += minor(debt['amount']);
      if (state === 'cancelled') {
        cancelled.push(String(debt['id']));
        continue;
      }
      sums.applied += minor(debt['amount']) - minor(debt['balance']);
      sums.outstanding += minor(debt['balance']);
    }
  }
  await each(cancelled, async (id) => {
    for await (const event of pages(client, `/v1/debts/${id}/events?limit=200`)) {
      if (event['type'] !== 'debts.DebtCancelled') continue;
      const data = event['data'] as Json;
      sums.applied += cents(data, 'received');
      sums.cancelledPaid += cents(data, 'received');
      sums.cancelledUnpaid += cents(data, 'unpaid');
    }
  });

  const payers = new Set<string>();
  for await (const receipt of pages(client, '/v1/receipts?limit=200')) {
    if (receipt['payee'] !== MUNICIPALITY) continue;
    sums.received += cents(receipt, 'amount');
    if (receipt['state'] === 'unmatched') sums.unmatched += cents(receipt, 'amount');
    else payers.add(String(receipt['payer']));
  }
  await each(payers, async (payer) => {
    const { body } = await read(client, `/v1/parties/${payer}/balances`);
    for (const credit of body['credits'] as readonly Json[]) {
      if (credit['entity'] === MUNICIPALITY) sums.refundable += cents(credit, 'refundable');
    }
  });

  for await (const attempt of pages(client, '/v1/attempts?limit=200')) {
    const code = String(attempt['code']);
    refused[code] = (refused[code] ?? 0) + 1;
  }
  const texts = SUM_NAMES.map((name) => [name, formatMinor(sums[name], EUR)] as const);
  return { refused, states, sums: { EUR: Object.fromEntries(texts) as Record<SumName, string> } };
}

const minor = (money: unknown): bigint => parseMoney(money as MoneyJson).minor;

/** Of a document that states one currency for all of its amounts. */
const cents = (document: Json, name: string): bigint =>
  minor({ amount: document[name], currency: document['currency'] });

async function read(client: HttpClient, path: string): Promise<HttpAnswer> {
  const answer = await client.send({ method: 'GET', path, sender: AUDITOR });
  if (answer.status !== 200) throw new Error(`GET ${path} answers ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer;
}

/** The documents of a list, page by page, as its `Link: rel="next"` leads. */
async function* pages(client: HttpClient, first: string): AsyncGenerator<Json> {
  for (let path: string | undefined = first; path !== undefined;) {
    const { headers, body } = await read(client, path);
    yield* body['items'] as readonly Json[];
    const next: string | undefined = /<([^>]+)>;\s*rel="?next"?/.exec(headers.get('link') ?? '')?.[1];
    path = next === undefined ? undefined : pathOf(next, client.url);
  }
}

const pathOf = (link: string, base: string): string => {
  const { pathname, search } = new URL(link, base);
  return pathname + search;
};

/** Some at a time. */
async function each<T>(items: Iterable<T>, act: (item: T) => Promise<void>): Promise<void> {
  const rest = items[Symbol.iterator]();
  const work = async () => {
    for (let next = rest.next(); next.done !== true; next = rest.next()) await act(next.value);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}
