import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import {
  eventsPlace,
  keepsLog,
  loadLogKey,
  openEventReader,
  openReadModelReader,
  openVault,
  refuseVanishing,
} from '../adapters.js';
import { policies, projections } from '../composition.js';
import { ConfigurationError, readConfiguration, type Configuration } from '../config/configuration.js';
import { isLoopback } from '../config/variables.js';
import { readWorkingDays } from '../contexts/debts/working-days.js';
import { readRetention } from '../contexts/parties/retention.js';
import { readTariff } from '../contexts/subscriptions/tariff.js';
import type { EventReader } from '../event-store/event-store.js';
import { APPLICATION_ID as EVENTS } from '../event-store/sqlite/schema.js';
import { APPLICATION_ID as JOBS } from '../jobs/embedded/job-file.js';
import { APPLICATION_ID as READ_MODELS } from '../read-models/sqlite/tables.js';
import { signingKey, writeVkey } from '../transparency/keys.js';
import { originOf } from '../transparency/origin.js';
import { APPLICATION_ID as LOG } from '../transparency/sqlite/sqlite-log-storage.js';
import { readWitnesses } from '../transparency/witnesses/witness-policy.js';
import { APPLICATION_ID as VAULT } from '../vault/sqlite/vault-file.js';
import { serverUrl } from './client/client.js';
import { AT_FAULT, DIFFERENT, type Command } from './command.js';
import { diskFindings, freeIn, integrityFindings, permissionFindings, type SqliteFile } from './doctor/files.js';
import { checked, error, linesOf, note, ok, warning, worstOf, type Finding, type Found } from './doctor/findings.js';
import { clockFindings, consumerFindings, eventFindings, knownOf, type Known } from './doctor/log.js';
import { transparencyFindings } from './doctor/transparency.js';
import { nothingElse, optionsOf, print } from './options.js';

const HELP = `Looks over a ledger and what it stands on, and says what to do about what it finds. It changes nothing.

Usage: sijill doctor [--json] [--skip-integrity]

  --skip-integrity  does not read the SQLite files whole: with many gigabytes that takes minutes
  --json            {"worst", "findings": [{"check", "level", "said", "todo"}]}
  --help            this text

Examples: sijill doctor
          sijill doctor --json | jq '.findings[] | select(.level == "error")'

It looks at the configuration, the disk, the permissions of files and keys, the files of SQLite, the event store (with
EventStoreDB also at metadata that lets events vanish), the read models and how far they are, the vault and its key, the
transparency log and its key, the policy of its witnesses, the clock against the last event, and at a server, where one
runs.
Exit codes: 0 nothing amiss, 2 wrong usage, 3 a warning at worst, 4 an error.
`;

async function run(args: readonly string[]): Promise<number> {
  const options = {
    json: { type: 'boolean', default: false },
    'skip-integrity': { type: 'boolean', default: false },
  } as const;
  const { positionals, values } = optionsOf(args, options);
  nothingElse(positionals);
  const findings = await examine(values['skip-integrity']);
  const worst = worstOf(findings);
  await print(values.json ? `${JSON.stringify({ worst, findings })}\n` : linesOf(findings));
  return worst === 'error' ? AT_FAULT : worst === 'warning' ? DIFFERENT : 0;
}

async function examine(skipsIntegrity: boolean): Promise<readonly Finding[]> {
  let configuration: Configuration;
  try {
    configuration = readConfiguration();
  } catch (thrown) {
    if (!(thrown instanceof ConfigurationError)) throw thrown;
    const todo = 'sijill serve --help lists the variables; nothing else can be looked at before';
    return thrown.faults.map((said) => ({ check: 'configuration', level: 'error', said, todo }));
  }
  const findings = [...(await checked('configuration', MEND_SETTINGS, () => settingFindings(configuration)))];
  const { data, vault } = configuration;
  const add = async (...check: Parameters<typeof checked>): Promise<void> => {
    findings.push(...(await checked(...check)));
  };
  if (existsSync(data)) {
    await add('disk', 'mend the disk', () => diskFindings(data, freeIn(data)));
    const directories = [...new Set([data, vault])].filter((each) => existsSync(each));
    await add('permissions', 'mend what the message says', () => permissionFindings(directories));
    if (!skipsIntegrity) await add('integrity', 'mend the disk', () => integrityFindings(sqliteFiles(configuration)));
  } else {
    findings.push({ check: 'data', ...note(`${data} is not there yet: sijill serve makes it`) });
  }
  findings.push(...(await storeFindings(configuration)));
  if (configuration.redisUrl !== undefined) {
    const { redisUrl } = configuration;
    await add('jobs', 'start the Redis of REDIS_URL, or mend the network', () => redisFindings(redisUrl));
  }
  await add('server', 'see its log', () => serverFindings(serverUrl(configuration)));
  return findings;
}

const MEND_SETTINGS = 'mend the file that the variable names';

function settingFindings({ tariff, workingDays, retention, oidc, environment }: Configuration): readonly Found[] {
  if (tariff !== undefined) readTariff(tariff);
  if (workingDays !== undefined) readWorkingDays(workingDays);
  if (retention !== undefined) readRetention(retention);
  const found = [ok(`the variables are accepted; the environment is ${environment}`)];
  if (oidc !== undefined) return found;
  const isReal = !/^(dev|test)/i.test(environment);
  const said = 'there is no OIDC_ISSUER: anyone on this machine may have any token';
  if (isReal) found.push(warning(said, 'set OIDC_ISSUER, OIDC_AUDIENCE and OIDC_JWKS_URL'));
  else found.push(note(said));
  return found;
}

function sqliteFiles(configuration: Configuration) {
  const { data, vault, eventStoreUrl, mongodbUri, vaultMongodbUri, logMongodbUri, redisUrl } = configuration;
  const files: SqliteFile[] = [];
  if (eventStoreUrl === undefined) files.push([join(data, 'ledger.db'), EVENTS]);
  if (mongodbUri === undefined) files.push([join(data, 'read-models.db'), READ_MODELS]);
  if (vaultMongodbUri === undefined) files.push([join(vault, 'vault.db'), VAULT]);
  if (redisUrl === undefined) files.push([join(data, 'jobs.db'), JOBS]);
  if (mongodbUri === undefined && logMongodbUri === undefined) files.push([join(data, 'transparency.db'), LOG]);
  return files;
}

async function storeFindings(configuration: Configuration): Promise<readonly Finding[]> {
  const { data, eventStoreUrl, environment } = configuration;
  const place = eventsPlace(configuration);
  const begin = `${place} is not there yet: sijill serve begins a ledger`;
  if (eventStoreUrl === undefined && !existsSync(place)) return [{ check: 'events', ...note(begin) }];
  const findings: Finding[] = [];
  const add = async (...check: Parameters<typeof checked>): Promise<void> => {
    findings.push(...(await checked(...check)));
  };
  let reader: EventReader | undefined;
  try {
    let known: Known | undefined;
    const todo = 'start EventStoreDB, or set EVENT_STORE_URL; of a file, restore it from a back-up';
    await add('events', todo, async () => {
      reader = await openEventReader(configuration);
      known = await knownOf(reader);
      return eventFindings(known, place, environment);
    });
    const [log, begun] = [reader, known as Known | undefined];
    if (log === undefined || findings.some(({ level }) => level === 'error')) return findings;
    if (eventStoreUrl !== undefined) {
      await add('retention', 'take it out of the metadata, and find out what is lost', async () => {
        await refuseVanishing(configuration);
        return [ok('no stream says that its events may vanish')];
      });
    }
    await add('clock', 'see that the event store answers', () => clockFindings(log, Date.now()));
    const { witnesses } = configuration;
    if (witnesses !== undefined) {
      await add('witnesses', MEND_SETTINGS, () => witnessFindings(witnesses, configuration, log));
    }
    if (begun === undefined) return findings;
    if (configuration.mongodbUri === undefined && !existsSync(join(data, 'read-models.db'))) {
      findings.push({ check: 'read models', ...note('there are none yet: sijill serve makes them') });
    } else {
      await add('read models', 'start MongoDB, or set MONGODB_URI', async () => {
        const models = await openReadModelReader(configuration);
        const names = policies.map(({ name }) => name);
        return consumerFindings(models, projections, names, begun.count).finally(() => models.close());
      });
    }
    await add('vault', 'restore the vault and its key, both of one back-up', async () => {
      const vault = await openVault(configuration, false);
      const owner = await vault.ledger().finally(() => vault.close());
      if (owner === undefined || owner === begun.ledger) return [ok('its key opens it, and it is of this ledger')];
      const set = 'set SIJILL_VAULT or VAULT_MONGODB_URI to the vault of this ledger';
      return [error(`the vault is of the ledger ${owner}, the events of ${begun.ledger}`, set)];
    });
    await add('transparency', 'start the MongoDB of LOG_MONGODB_URI; of a file, restore it from a back-up', () =>
      transparencyFindings(configuration, log, begun.count),
    );
  } finally {
    await reader?.close();
  }
  return findings;
}

/** They are not asked: what they say of a checkpoint they say to the server. */
async function witnessFindings(policy: string, configuration: Configuration, log: EventReader) {
  const { data, logKey } = configuration;
  if (!keepsLog(configuration)) return [note('no transparency log is kept here, and nobody is asked to cosign it')];
  if (logKey === undefined && !existsSync(join(data, 'log.key'))) return [note('there is no key of the log yet')];
  const vkey = writeVkey(signingKey(await originOf(log), loadLogKey(configuration, logKey)));
  const { witnesses } = readWitnesses(policy, vkey);
  const names = witnesses.map(({ name }) => name).join(', ');
  const open = witnesses.filter(({ url }) => url.protocol === 'http:' && !isLoopback(url.hostname));
  return [
    ok(`the policy is accepted; asked to cosign: ${names || 'nobody'}. Each has to know ${vkey}`),
    ...open.map(({ name }) =>
      warning(`the witness ${name} is asked over http: who is on the way can halt the log`, 'use https'),
    ),
  ];
}

/** What it says of itself is asked of the server, which talks to it: `/health/ready`, `/v1/jobs`. */
function redisFindings(url: string): Promise<readonly Found[]> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port || 6379), hostname.replace(/^\[|\]$/g, ''));
    socket.setTimeout(3_000, () => socket.destroy(new Error(`Redis at ${hostname} does not answer`)));
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.destroy();
      resolve([ok(`Redis at ${hostname} can be reached`)]);
    });
  });
}

interface Readiness {
  readonly status: string;
  readonly checks: Readonly<Record<string, { readonly status: string; readonly findings?: number }>>;
}

async function serverFindings(url: string): Promise<readonly Found[]> {
  const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
  if (answer === undefined) return [note(`none answers at ${url}`)];
  const { status, checks } = (await answer.json()) as Readiness;
  const down = Object.entries(checks).filter(([, check]) => check.status !== 'up');
  const findings = checks['selfAudit']?.findings ?? 0;
  const amiss =
    findings > 0
      ? [warning(`its self-audit found ${findings} things amiss`, 'its log says each with what to do (self-audit: …)')]
      : [];
  if (status === 'up') return [ok(`it answers at ${url}, and is ready`), ...amiss];
  return down.map(([name, check]) =>
    error(
      `${name} of the server at ${url} is down: ${JSON.stringify(check)}`,
      'docs/operations.md, Health, says what to do',
    ),
  );
}

export const doctorCommand: Command = { help: HELP, run };
