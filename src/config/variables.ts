import { readFileSync } from 'node:fs';

/** What the environment may say: from this table come validation, `--help` and the README's table. */
export interface Variable<T> {
  /** As it would be written in the environment; absent: not set. */
  readonly default?: string;
  readonly meaning: string;
  /** Completes "must be …". */
  readonly accepts: string;
  /** Never shown, not even in an error. */
  readonly secret?: true;
  /** undefined: not accepted. */
  parse(text: string): T | undefined;
}

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const VARIABLES = {
  HOST: {
    default: '127.0.0.1',
    meaning: 'Address to listen on.',
    accepts: 'an IP address or a host name',
    parse: (text) => (/^(?=.{1,253}$)[A-Za-z0-9.:_-]+$/.test(text) ? text : undefined),
  } satisfies Variable<string>,
  PORT: {
    default: '3000',
    meaning: 'Port to listen on; 0 takes any free one.',
    accepts: 'a whole number from 0 to 65535',
    parse: (text) => wholeNumber(text, 0, 65_535),
  } satisfies Variable<number>,
  SIJILL_DATA: {
    default: './data',
    meaning: 'Directory of the embedded stores, the vault and generated keys; it is created where it is missing.',
    accepts: 'a path',
    parse: path,
  } satisfies Variable<string>,
  EVENT_STORE_URL: {
    meaning: 'The EventStoreDB or KurrentDB that keeps the events. Not set: a file in SIJILL_DATA.',
    accepts: 'esdb://user:password@host:2113 (esdb+discover://… for a cluster; ?tls=false without a user)',
    secret: true,
    parse: eventStoreUrl,
  } satisfies Variable<string>,
  MONGODB_URI: {
    meaning: 'The MongoDB database that keeps the read models, and nothing else. Not set: a file in SIJILL_DATA.',
    accepts: 'mongodb://user:password@host:27017/database (several hosts with commas; mongodb+srv:// too)',
    secret: true,
    parse: (text) => (MONGODB_URI.test(text) ? text : undefined),
  } satisfies Variable<string>,
  REDIS_URL: {
    meaning: 'The Redis that keeps the jobs. Not set: a file in SIJILL_DATA.',
    accepts: 'redis://user:password@host:6379/0 (rediss:// for TLS; the user, port and database may be left out)',
    secret: true,
    parse: (text) => (isRedisUrl(text) ? text : undefined),
  } satisfies Variable<string>,
  SIJILL_VAULT: {
    meaning:
      'Directory of the vault and its generated key: the processes of one ledger share it. Not set: SIJILL_DATA.',
    accepts: 'a path',
    parse: path,
  } satisfies Variable<string>,
  VAULT_MONGODB_URI: {
    meaning:
      'The MongoDB database that keeps the vault, and nothing else: processes on several machines share it. Instead of SIJILL_VAULT; it needs a key of your own.',
    accepts: 'mongodb://user:password@host:27017/database, another one than in MONGODB_URI',
    secret: true,
    parse: (text) => (MONGODB_URI.test(text) ? text : undefined),
  } satisfies Variable<string>,
  SIJILL_MASTER_KEY: {
    meaning:
      'Wraps the keys of the vault. Not set: generated once, in a file beside the vault that only its owner reads.',
    accepts: '32 bytes, as 64 hexadecimal digits or as base64',
    secret: true,
    parse: keyOf,
  } satisfies Variable<Buffer>,
  SIJILL_MASTER_KEY_FILE: {
    meaning: 'The same key, in a file: a mounted secret shows in no list of variables.',
    accepts: 'the path of a file that can be read and holds such a key',
    parse: (path) => keyOf(contentOf(path)),
  } satisfies Variable<Buffer>,
  LOG_MONGODB_URI: {
    meaning:
      'The MongoDB database that keeps the transparency log, and nothing else: processes that share their read models share it. Not set: a file in SIJILL_DATA, and with MONGODB_URI none is kept. It needs a key of your own.',
    accepts: 'mongodb://user:password@host:27017/database, another one than in MONGODB_URI and VAULT_MONGODB_URI',
    secret: true,
    parse: (text) => (MONGODB_URI.test(text) ? text : undefined),
  } satisfies Variable<string>,
  SIJILL_LOG_KEY: {
    meaning:
      'Signs the transparency log (Ed25519). Not set: generated once, in a file in SIJILL_DATA that only its owner reads.',
    accepts: '32 bytes, as 64 hexadecimal digits or as base64',
    secret: true,
    parse: keyOf,
  } satisfies Variable<Buffer>,
  SIJILL_LOG_KEY_FILE: {
    meaning: 'The same key, in a file: a mounted secret shows in no list of variables.',
    accepts: 'the path of a file that can be read and holds such a key',
    parse: (path) => keyOf(contentOf(path)),
  } satisfies Variable<Buffer>,
  SIJILL_WITNESSES: {
    meaning: 'Who is asked to cosign the checkpoints of the transparency log, and how many must have. Not set: nobody.',
    accepts: 'the path of a file as c2sp.org/tlog-policy has it, each witness with its URL (docs/transparency.md)',
    parse: (path) => contentOf(path) || undefined,
  } satisfies Variable<string>,
  SIJILL_ENVIRONMENT: {
    default: 'development',
    meaning: "Written into a new ledger's first event, so that a test's ledger is never taken for a real one.",
    accepts: 'a code of letters, digits, dots and hyphens, at most 64 of them',
    parse: (text) => (/^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$/.test(text) ? text : undefined),
  } satisfies Variable<string>,
  SIJILL_LOG_ORIGIN: {
    default: 'sijill.localhost/ledger',
    meaning: "Name of the transparency log, written into a new ledger's first event.",
    accepts: 'a host name and an optional path, without a scheme: log.example.sa/ledger',
    parse: (text) => (/^[a-z0-9][a-z0-9.-]*(\/[A-Za-z0-9._-]+)*$/.test(text) && text.length <= 200 ? text : undefined),
  } satisfies Variable<string>,
  OIDC_ISSUER: {
    meaning: 'Issuer (`iss`) of the bearer tokens. Not set: a development ledger, which issues its own.',
    accepts: 'an http or https URL',
    parse: (text) => (webUrl(text) === undefined ? undefined : text),
  } satisfies Variable<string>,
  OIDC_AUDIENCE: {
    meaning: 'Audience (`aud`) that a token must name.',
    accepts: 'a text of 1 to 255 visible ASCII characters',
    parse: (text) => (/^[\x21-\x7e]{1,255}$/.test(text) ? text : undefined),
  } satisfies Variable<string>,
  OIDC_JWKS_URL: {
    meaning: "Where the issuer's public keys are.",
    accepts: 'an https URL (http only on a loopback host)',
    parse: (text) => {
      const url = webUrl(text);
      return url !== undefined && (url.protocol === 'https:' || isLoopback(url.hostname)) ? url : undefined;
    },
  } satisfies Variable<URL>,
  LOG_LEVEL: {
    default: 'info',
    meaning: 'Least severe messages that are logged; `debug` adds a line for each request.',
    accepts: `one of ${LOG_LEVELS.join(', ')}`,
    parse: (text) => LOG_LEVELS.find((level) => level === text),
  } satisfies Variable<LogLevel>,
  SIJILL_BACKDATING_DAYS: {
    default: '30',
    meaning: 'How many days back `effectiveOn` may lie without the role `importer`.',
    accepts: 'a whole number of days from 0 to 3650',
    parse: (text) => wholeNumber(text, 0, 3_650),
  } satisfies Variable<number>,
  SIJILL_TARIFF: {
    meaning:
      'Plans, prices, rates of VAT and terms of the subscriptions, by date. Not set: the plan `basic`, 100.00 SAR and VAT.',
    accepts: 'the path of a file of JSON as docs/operations.md describes it',
    parse: (path) => jsonOf(contentOf(path)),
  } satisfies Variable<object>,
  SIJILL_WORKING_DAYS: {
    meaning:
      'Weekends and holidays, by date: a notice of a late instalment runs 30 working days. Not set: Friday and Saturday, no holidays.',
    accepts: 'the path of a file of JSON as docs/operations.md describes it',
    parse: (path) => jsonOf(contentOf(path)),
  } satisfies Variable<object>,
  SIJILL_RETENTION: {
    meaning:
      'Years for which records are kept, by class and date, before the data of a party may be destroyed. Not set: books 10 years, tax records 6.',
    accepts: 'the path of a file of JSON as docs/operations.md describes it',
    parse: (path) => jsonOf(contentOf(path)),
  } satisfies Variable<object>,
  SIJILL_BODY_LIMIT: {
    default: '32768',
    meaning: 'Largest request body, in bytes.',
    accepts: 'a whole number of bytes from 1024 to 1048576',
    parse: (text) => wholeNumber(text, 1_024, 1_048_576),
  } satisfies Variable<number>,
  SIJILL_REQUESTS_PER_MINUTE: {
    default: '6000',
    meaning:
      'Requests that one subject may make in a minute, and proofs of the public log that one address may ask for; 0: no limit. The role `importer` has none.',
    accepts: 'a whole number from 0 to 1000000000',
    parse: (text) => wholeNumber(text, 0, 1_000_000_000),
  } satisfies Variable<number>,
  SIJILL_REFUSALS_PER_HOUR: {
    default: '600',
    meaning: 'Recorded refusals that one subject may cause in an hour; 0: no limit. The role `importer` has none.',
    accepts: 'a whole number from 0 to 1000000000',
    parse: (text) => wholeNumber(text, 0, 1_000_000_000),
  } satisfies Variable<number>,
  SIJILL_STREAMS: {
    default: '1000',
    meaning: 'Streams of events that may be open at once; 0: none.',
    accepts: 'a whole number from 0 to 9000',
    parse: (text) => wholeNumber(text, 0, 9_000),
  } satisfies Variable<number>,
  SIJILL_STREAMS_PER_SUBJECT: {
    default: '10',
    meaning: 'Streams of events that one subject may have open at once; 0: no limit of its own.',
    accepts: 'a whole number from 0 to 9000',
    parse: (text) => wholeNumber(text, 0, 9_000),
  } satisfies Variable<number>,
  SIJILL_CACHE_MIB: {
    default: '64',
    meaning: 'Memory for cached aggregates, in MiB.',
    accepts: 'a whole number of MiB from 1 to 65536',
    parse: (text) => wholeNumber(text, 1, 65_536),
  } satisfies Variable<number>,
  SIJILL_DRAIN_SECONDS: {
    default: '10',
    meaning: 'How long a shutdown waits for the requests that are still running, and then as long for the jobs.',
    accepts: 'a whole number of seconds from 0 to 300',
    parse: (text) => wholeNumber(text, 0, 300),
  } satisfies Variable<number>,
  SIJILL_URL: {
    meaning: 'For the command line: where the server is. Not set: where one with this environment listens.',
    accepts: 'an http or https URL, such as https://ledger.example.sa',
    parse: webUrl,
  } satisfies Variable<URL>,
  SIJILL_TOKEN: {
    meaning: 'For the command line: the bearer token that it shows the server.',
    accepts: "a token of the server's issuer",
    secret: true,
    parse: (text) => (/^[A-Za-z0-9_.~+/=-]+$/.test(text) ? text : undefined),
  } satisfies Variable<string>,
} as const;

export type VariableName = keyof typeof VARIABLES;
export type ValueOf<N extends VariableName> = Exclude<ReturnType<(typeof VARIABLES)[N]['parse']>, undefined>;

/** 127.0.0.0/8, ::1 and localhost: reached from this machine only. */
export const isLoopback = (host: string): boolean => /^(localhost|\[?::1\]?|127(\.\d{1,3}){3})$/i.test(host);

function wholeNumber(text: string, least: number, most: number): number | undefined {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  return number >= least && number <= most ? number : undefined;
}

function webUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined;
}

/** The adapter takes it apart in the same way. */
function isRedisUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isRedis = url?.protocol === 'redis:' || url?.protocol === 'rediss:';
  return isRedis && url.hostname !== '' && /^(\/\d{0,3})?$/.test(url.pathname) && url.search === '' && url.hash === '';
}

const EVENT_STORE_URL =
  /^esdb(?:\+discover)?:\/\/(?<user>[^\s/@:]+:[^\s/@]*@)?[\w.-]+(?::\d{1,5})?(?:,[\w.-]+(?::\d{1,5})?)*\/?(?:\?(?<options>\S+))?$/;

/** The adapter looks at the options. */
function eventStoreUrl(text: string): string | undefined {
  const parts = EVENT_STORE_URL.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const isPlain = new URLSearchParams(parts['options']).get('tls') === 'false';
  return parts['user'] !== undefined || isPlain ? text : undefined;
}

/** The name of the database is required: without it the driver would take `test`. */
const MONGODB_URI =
  /^mongodb(\+srv)?:\/\/([^\s/@:]+(:[^\s/@]*)?@)?[\w.%[\]:-]+(,[\w.%[\]:-]+)*\/[^\s/\\."$*<>:|?]{1,63}(\?\S*)?$/;

function path(text: string): string | undefined {
  return text.includes('\0') ? undefined : text;
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

function jsonOf(text: string): object | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}

/** 32 bytes. */
function keyOf(text: string): Buffer | undefined {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return undefined;
  const key = Buffer.from(text, 'base64');
  return key.length === 32 ? key : undefined;
}
