import { isLoopback, VARIABLES, type LogLevel, type ValueOf, type Variable, type VariableName } from './variables.js';

/** Everything that the environment decides, read once at start. */
export interface Configuration {
  readonly host: string;
  readonly port: number;
  /** Directory. */
  readonly data: string;
  /** Directory of the vault and its generated key, unless it is in MongoDB. */
  readonly vault: string;
  /** Absent: the vault is in its directory. */
  readonly vaultMongodbUri?: string;
  /** Absent: the events are in the directory. */
  readonly eventStoreUrl?: string;
  /** Absent: the read models are in a file. */
  readonly mongodbUri?: string;
  /** Absent: the transparency log is in a file, or none is kept. */
  readonly logMongodbUri?: string;
  readonly redisUrl?: string;
  /** 32 bytes. */
  readonly masterKey?: Buffer;
  /** 32 bytes. */
  readonly logKey?: Buffer;
  /** A policy as it was read; absent: nobody cosigns. */
  readonly witnesses?: string;
  readonly environment: string;
  readonly logOrigin: string;
  /** Absent: the development mode, which issues its own tokens on a loopback address. */
  readonly oidc?: Oidc;
  readonly logLevel: LogLevel;
  readonly backdatingDays: number;
  /** As it was read; the subscriptions say whether it is one. */
  readonly tariff?: object;
  /** As `readWorkingDays` takes it. */
  readonly workingDays?: object;
  /** How long records are kept, as it was read. */
  readonly retention?: object;
  /** Bytes. */
  readonly bodyLimit: number;
  /** For each subject; 0: no limit. */
  readonly requestsPerMinute: number;
  /** For each subject; 0: no limit. */
  readonly refusalsPerHour: number;
  /** Streams of events open at once. */
  readonly streams: number;
  /** For each subject; 0: no limit. */
  readonly streamsPerSubject: number;
  readonly cacheBytes: number;
  /** Milliseconds. */
  readonly drainMs: number;
  /** Of the server that the command line asks; absent: one with this configuration. */
  readonly url?: URL;
  /** What the command line shows it. */
  readonly token?: string;
}

export interface Oidc {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: URL;
}

/** Start-up is refused; the message lists every fault at once. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  constructor(readonly faults: readonly string[]) {
    super(['The configuration is not accepted:', ...faults.map((fault) => `  - ${fault}`)].join('\n'));
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What the tests read: harmless to a server that they start. */
const isForTests = (name: string): boolean => /^SIJILL_(FINES|PROPERTY|TEST|WRITE)(_|$)/.test(name);

/** @throws ConfigurationError naming every fault and what would be accepted */
export function readConfiguration(environment: Environment = process.env): Configuration {
  const faults = unknownNames(environment);
  const read = <N extends VariableName>(name: N): ValueOf<N> | undefined => {
    const variable = VARIABLES[name] as Variable<ValueOf<N>>;
    const text = environment[name]?.trim() || variable.default; // `NAME=` in a file of settings means "not set"
    if (text === undefined) return undefined;
    const value = variable.parse(text);
    if (value === undefined) {
      faults.push(`${name} must be ${variable.accepts}${variable.secret ? '' : `; it is ${JSON.stringify(text)}`}`);
    }
    return value;
  };
  const data = read('SIJILL_DATA');
  const values = {
    host: read('HOST'),
    port: read('PORT'),
    data,
    vault: read('SIJILL_VAULT') ?? data,
    eventStoreUrl: read('EVENT_STORE_URL'),
    mongodbUri: read('MONGODB_URI'),
    vaultMongodbUri: read('VAULT_MONGODB_URI'),
    logMongodbUri: read('LOG_MONGODB_URI'),
    redisUrl: read('REDIS_URL'),
    masterKey: read('SIJILL_MASTER_KEY') ?? read('SIJILL_MASTER_KEY_FILE'),
    logKey: read('SIJILL_LOG_KEY') ?? read('SIJILL_LOG_KEY_FILE'),
    witnesses: read('SIJILL_WITNESSES'),
    environment: read('SIJILL_ENVIRONMENT'),
    logOrigin: read('SIJILL_LOG_ORIGIN'),
    logLevel: read('LOG_LEVEL'),
    backdatingDays: read('SIJILL_BACKDATING_DAYS'),
    tariff: read('SIJILL_TARIFF'),
    workingDays: read('SIJILL_WORKING_DAYS'),
    retention: read('SIJILL_RETENTION'),
    bodyLimit: read('SIJILL_BODY_LIMIT'),
    requestsPerMinute: read('SIJILL_REQUESTS_PER_MINUTE'),
    refusalsPerHour: read('SIJILL_REFUSALS_PER_HOUR'),
    streams: read('SIJILL_STREAMS'),
    streamsPerSubject: read('SIJILL_STREAMS_PER_SUBJECT'),
    cacheMib: read('SIJILL_CACHE_MIB'),
    drainSeconds: read('SIJILL_DRAIN_SECONDS'),
    issuer: read('OIDC_ISSUER'),
    audience: read('OIDC_AUDIENCE'),
    jwksUrl: read('OIDC_JWKS_URL'),
    url: read('SIJILL_URL'),
    token: read('SIJILL_TOKEN'),
  };
  for (const name of ['SIJILL_MASTER_KEY', 'SIJILL_LOG_KEY']) {
    if (environment[name]?.trim() && environment[`${name}_FILE`]?.trim()) {
      faults.push(`${name} and ${name}_FILE name one key: set one of them`);
    }
  }
  faults.push(...vaultFaults(environment, values), ...logFaults(environment, values));
  faults.push(...issuerFaults(environment, values.host));
  if (faults.length > 0) throw new ConfigurationError(faults);

  const {
    eventStoreUrl,
    mongodbUri,
    vaultMongodbUri,
    logMongodbUri,
    redisUrl,
    masterKey,
    logKey,
    witnesses,
    tariff,
    workingDays,
    retention,
    issuer,
    audience,
    jwksUrl,
    cacheMib,
    drainSeconds,
    url,
    token,
    ...plain
  } = values as Checked<typeof values>;
  return {
    ...plain,
    cacheBytes: cacheMib * 1024 * 1024,
    drainMs: drainSeconds * 1000,
    ...(eventStoreUrl !== undefined && { eventStoreUrl }),
    ...(mongodbUri !== undefined && { mongodbUri }),
    ...(vaultMongodbUri !== undefined && { vaultMongodbUri }),
    ...(logMongodbUri !== undefined && { logMongodbUri }),
    ...(redisUrl !== undefined && { redisUrl }),
    ...(masterKey !== undefined && { masterKey }),
    ...(logKey !== undefined && { logKey }),
    ...(witnesses !== undefined && { witnesses }),
    ...(tariff !== undefined && { tariff }),
    ...(workingDays !== undefined && { workingDays }),
    ...(retention !== undefined && { retention }),
    ...(url !== undefined && { url }),
    ...(token !== undefined && { token }),
    ...(issuer !== undefined &&
      audience !== undefined &&
      jwksUrl !== undefined && { oidc: { issuer, audience, jwksUrl } }),
  };
}

type OptionalName =
  | 'eventStoreUrl'
  | 'mongodbUri'
  | 'vaultMongodbUri'
  | 'logMongodbUri'
  | 'redisUrl'
  | 'masterKey'
  | 'logKey'
  | 'witnesses'
  | 'tariff'
  | 'workingDays'
  | 'retention'
  | 'issuer'
  | 'audience'
  | 'jwksUrl'
  | 'url'
  | 'token';
/** What is left once no fault was found: only the variables without a default may be absent. */
type Checked<T> = { [K in keyof T]: K extends OptionalName ? T[K] : Exclude<T[K], undefined> };

interface Places {
  readonly mongodbUri: string | undefined;
  readonly vaultMongodbUri: string | undefined;
  readonly logMongodbUri: string | undefined;
}

/** A vault has one place, of its own, and one key for all the processes that share it. */
function vaultFaults(environment: Environment, { mongodbUri, vaultMongodbUri }: Places): string[] {
  if (vaultMongodbUri === undefined) return [];
  const faults: string[] = [];
  if (environment['SIJILL_VAULT']?.trim()) {
    faults.push('SIJILL_VAULT and VAULT_MONGODB_URI name two places for one vault: set one of them');
  }
  if (!environment['SIJILL_MASTER_KEY']?.trim() && !environment['SIJILL_MASTER_KEY_FILE']?.trim()) {
    faults.push(
      'VAULT_MONGODB_URI needs SIJILL_MASTER_KEY_FILE or SIJILL_MASTER_KEY, the same in all processes (openssl rand -base64 32 makes a key)',
    );
  }
  if (mongodbUri !== undefined && databaseOf(mongodbUri) === databaseOf(vaultMongodbUri)) {
    faults.push(
      'VAULT_MONGODB_URI and MONGODB_URI name one database: name two, for read models are dropped and made again',
    );
  }
  return faults;
}

/** What was signed is remembered apart from what may be dropped or destroyed, and signed with one key by all processes. */
function logFaults(environment: Environment, { mongodbUri, vaultMongodbUri, logMongodbUri }: Places): string[] {
  if (logMongodbUri === undefined) return [];
  const faults: string[] = [];
  if (!environment['SIJILL_LOG_KEY']?.trim() && !environment['SIJILL_LOG_KEY_FILE']?.trim()) {
    faults.push(
      'LOG_MONGODB_URI needs SIJILL_LOG_KEY_FILE or SIJILL_LOG_KEY, the same in all processes (openssl rand -base64 32 makes a key)',
    );
  }
  for (const [name, uri] of Object.entries({ MONGODB_URI: mongodbUri, VAULT_MONGODB_URI: vaultMongodbUri })) {
    if (uri === undefined || databaseOf(uri) !== databaseOf(logMongodbUri)) continue;
    faults.push(
      `LOG_MONGODB_URI and ${name} name one database: name two, for what was signed is kept apart from the rest`,
    );
  }
  return faults;
}

/** Hosts and database: the adapter finds out what is one in spite of two names. */
const databaseOf = (uri: string): string => uri.replace(/^([^/]*\/\/)[^/]*@/, '$1').replace(/\?.*/s, '');

/** Without an issuer anyone who reaches the port can make tokens: so nobody else may reach it. */
function issuerFaults(environment: Environment, host: string | undefined): string[] {
  const names = ['OIDC_ISSUER', 'OIDC_AUDIENCE', 'OIDC_JWKS_URL'] as const;
  const missing = names.filter((name) => !environment[name]?.trim());
  if (missing.length > 0 && missing.length < names.length) {
    return [`${names.join(', ')} must be set together or not at all; missing: ${missing.join(', ')}`];
  }
  if (missing.length === 0) return [];
  const set = `set ${names.join(', ')}`;
  const faults: string[] = [];
  if (/^\s*prod(uction)?\s*$/i.test(environment['NODE_ENV'] ?? '')) {
    faults.push(`NODE_ENV is production and there is no issuer of tokens: ${set}`);
  }
  if (host !== undefined && !isLoopback(host)) {
    faults.push(
      `HOST ${JSON.stringify(host)} can be reached from elsewhere and there is no issuer of tokens: ${set}, or listen on 127.0.0.1`,
    );
  }
  return faults;
}

function unknownNames(environment: Environment): string[] {
  const known = Object.keys(VARIABLES);
  return Object.keys(environment)
    .filter((name) => !known.includes(name) && !isForTests(name))
    .flatMap((name) => {
      const meant = known.find((candidate) => squeezed(candidate) === squeezed(name));
      if (meant !== undefined) return [`${name} is not known: ${meant} is meant`];
      if (!/^(SIJILL|OIDC)_/i.test(name)) return [];
      return [
        `${name} is not known: remove it, or use ${known.filter((k) => k.startsWith(name.slice(0, 4).toUpperCase())).join(', ')}`,
      ];
    });
}

/** `sijill-data`, `SIJILLDATA` and `SIJILL_DATA` are one name to a hasty reader. `host` and `port` are not ours alone. */
const squeezed = (name: string): string =>
  name.includes('_') || name.includes('-') || name.length > 5 ? name.toUpperCase().replaceAll(/[_-]/g, '') : name;

/** The table of the README. */
export function configurationTable(): string {
  const rows = Object.entries<Variable<unknown>>(VARIABLES).map(
    ([name, { default: value, meaning, accepts }]) =>
      `| \`${name}\` | ${value === undefined ? '' : `\`${value}\``} | ${meaning} | ${accepts} |`,
  );
  return ['| Variable | Default | Meaning | Accepted |', '|-|-|-|-|', ...rows].join('\n');
}

/** The part of `--help` about the environment. */
export function configurationHelp(): string {
  const width = Math.max(...Object.keys(VARIABLES).map((name) => name.length));
  return Object.entries<Variable<unknown>>(VARIABLES)
    .map(([name, { default: value, meaning, accepts }]) => {
      const indent = ' '.repeat(width + 4);
      return `  ${name.padEnd(width)}  ${meaning}\n${indent}${accepts}${value === undefined ? '' : ` (default ${value})`}`;
    })
    .join('\n');
}
