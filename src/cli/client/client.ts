import { isLoopback } from '../../config/variables.js';
import type { Configuration } from '../../config/configuration.js';
import type { Role } from '../../kernel/envelope.js';

/** Nobody answers, or not to this caller: the message says what to do. */
export class NoServer extends Error {
  override readonly name = 'NoServer';
}

/** The server's answer is a problem; the message is its text. */
export class ServerRefused extends Error {
  override readonly name = 'ServerRefused';
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export type Language = 'en' | 'ar';

/** A server as the command line talks to it: it may own the files, and knows who may see what. */
export interface Client {
  readonly url: string;
  /**
   * @param path from `/v1/…` on
   * @throws NoServer, ServerRefused
   */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  post(path: string, body: object): Promise<Response>;
}

type Place = Pick<Configuration, 'host' | 'port' | 'url' | 'token'>;

/** Where the server is: as `SIJILL_URL` says, else where one with this environment listens. Without a slash at its end. */
export function serverUrl({ host, port, url }: Place): string {
  if (url !== undefined) return url.href.replace(/\/+$/, '');
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/**
 * @param role in which a development ledger on this machine gives a token by itself, where none is set
 * @throws NoServer
 */
export async function clientOf(place: Place, role: Role, language: Language, signal: AbortSignal): Promise<Client> {
  const url = serverUrl(place);
  const token = place.token ?? (await developmentToken(url, role, signal));
  const common = { authorization: `Bearer ${token}`, 'accept-language': language };
  const ask = async (path: string, init: RequestInit): Promise<Response> => {
    const response = await reach(`${url}${path}`, { ...init, signal });
    if (!response.ok) throw await refusal(response);
    return response;
  };
  return {
    url,
    get: (path, headers) => ask(path, { headers: { ...common, ...headers } }),
    post: (path, body) =>
      ask(path, {
        method: 'POST',
        headers: { ...common, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
  };
}

async function developmentToken(url: string, role: Role, signal: AbortSignal): Promise<string> {
  const body = JSON.stringify({ sub: 'command-line', roles: [role] });
  if (isLoopback(new URL(url).hostname)) {
    const headers = { 'content-type': 'application/json' };
    const response = await reach(`${url}/dev/token`, { method: 'POST', headers, body, signal });
    if (response.ok) return ((await response.json()) as { access_token: string }).access_token;
  }
  throw new NoServer(
    `the server at ${url} asks for a token: put one of your issuer's, with the role ${role}, into SIJILL_TOKEN ` +
      '(a development ledger on this machine gives one by itself)',
  );
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    const { code } = ((error as Error).cause ?? {}) as { code?: string };
    throw new NoServer(
      `no server answers at ${new URL(url).origin}${code === undefined ? '' : ` (${code})`}: start it (sijill serve), or say ` +
        'in SIJILL_URL where it is',
      { cause: error },
    );
  }
}

interface ProblemBody {
  readonly title?: string;
  readonly detail?: string;
  readonly code?: string;
  readonly errors?: readonly { readonly path?: string; readonly detail?: string; readonly message?: string }[];
}

async function refusal(response: Response): Promise<ServerRefused> {
  const text = await response.text();
  let problem: ProblemBody = {};
  try {
    problem = JSON.parse(text) as ProblemBody;
  } catch {
    // not one of ours: a proxy's page
  }
  const { code, detail, title, errors = [] } = problem;
  const said = detail ?? title ?? `${response.url} answered ${response.status}`;
  const fields = errors.map(({ path, detail: why, message }) => `${path ?? '?'}: ${why ?? message ?? ''}`);
  return new ServerRefused(
    response.status,
    [`${said}${code === undefined ? ` (${response.status})` : ` (${code})`}`, ...fields].join('\n  '),
  );
}
