import { setTimeout as wait } from 'node:timers/promises';
import type { Sender } from './actors.js';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}
export type Json = { readonly [name: string]: unknown };

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** From the root: `/v1/debts`. */
  readonly path: string;
  readonly sender?: Sender;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Json;
}

/** How long a server may stay away or busy before the import gives up, in milliseconds. */
const PATIENCE_MS = 120_000;
const MOST_TOKENS = 1_000;

/** JSON over HTTP with a bearer token for each sender; waits where the server is away or asks for time. */
export class HttpClient {
  /** Promises, so that one sender asks once; the eldest is forgotten when there are too many. */
  readonly #tokens = new Map<string, Promise<Token>>();

  constructor(
    readonly url: string,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  /** @throws Error when the server stays unreachable, busy (429) or unavailable (503, 502, 504) */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    const deadline = Date.now() + this.patienceMs;
    for (let pause = 50; ; pause = Math.min(pause * 2, 2_000)) {
      let trouble: string;
      try {
        const answer = await this.#authorised(request);
        if (![429, 502, 503, 504].includes(answer.status)) return answer;
        trouble = `answers ${answer.status}`;
        const seconds = Number(answer.headers.get('retry-after') ?? 'NaN');
        if (seconds > 0) pause = seconds * 1_000;
      } catch (error) {
        const { name, message, cause } = error as Error;
        if (name !== 'TypeError') throw error; // fetch throws a TypeError where there was no answer
        trouble = `does not answer: ${(cause as Error | undefined)?.message ?? message}`;
      }
      if (Date.now() + pause > deadline) throw new Error(`${this.url} ${trouble}`);
      await wait(pause);
    }
  }

  async #authorised(request: HttpRequest): Promise<HttpAnswer> {
    if (request.sender === undefined) return this.#fetch(request);
    const answer = await this.#fetch(request, await this.#token(request.sender));
    if (answer.status !== 401) return answer;
    // The token may have expired on the way, or the server may have a new key.
    this.#tokens.delete(request.sender.sub);
    return this.#fetch(request, await this.#token(request.sender));
  }

  async #token(sender: Sender): Promise<string> {
    const asking = this.#tokens.get(sender.sub);
    if (asking !== undefined) {
      const known = await asking;
      if (known.until > Date.now()) return known.text;
    }
    const asked = this.#newToken(sender);
    this.#tokens.delete(sender.sub);
    this.#tokens.set(sender.sub, asked);
    asked.catch(() => this.#tokens.delete(sender.sub));
    if (this.#tokens.size > MOST_TOKENS) this.#tokens.delete(this.#tokens.keys().next().value!);
    return (await asked).text;
  }

  async #newToken({ sub, roles, party }: Sender): Promise<Token> {
    const { status, body } = await this.#fetch({ method: 'POST', path: '/dev/token', body: { sub, roles, party } });
    if (status >= 400) {
      throw new Error(
        `${this.url}/dev/token answers ${status}: the import needs a development server, which issues tokens itself`,
      );
    }
    const lifetime = Number(body['expires_in']);
    return { text: String(body['access_token']), until: Date.now() + lifetime * 900 }; // nine tenths of it
  }

  async #fetch({ method, path, headers, body }: HttpRequest, token?: string): Promise<HttpAnswer> {
    const response = await fetch(new URL(path, this.url), {
      method,
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parse(text) };
  }
}

interface Token {
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** An answer that is no JSON, such as a proxy's page, is kept as its text. */
function parse(text: string): Json {
  try {
    return text === '' ? {} : (JSON.parse(text) as Json);
  } catch {
    return { text };
  }
}
