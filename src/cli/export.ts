import { resolve } from 'node:path';
import { eventsPlace, openEventReader, openReadModelReader, openVault } from '../adapters.js';
import { catalogue, projections, RULE_SET } from '../composition.js';
import { readConfiguration, type Configuration } from '../config/configuration.js';
import type { EventId } from '../kernel/ids.js';
import { EventsMissing } from '../transparency/auditing/audit-files.js';
import { exportForAudit } from './bundle/audit-export.js';
import { exportBundle, NotSound } from './bundle/export-bundle.js';
import { DIFFERENT, say, STOPPED, stopSignal, WrongUsage, type Command } from './command.js';
import { Stopped } from './log/check-file.js';
import { exportLog } from './log/export-log.js';
import { optionsOf, print } from './options.js';
import { duration, grouped } from './progress.js';
import { withSigned } from './signed-log.js';

const HELP = `Writes a ledger as a bundle, from which sijill replay builds and proves a second instance; or its log alone.

Usage: sijill export BUNDLE [--json]
       sijill export [--out FILE]
       sijill export --audit DIR

  BUNDLE      a directory that does not exist yet: events, schemas, configuration (rule set, tariff, working days; nothing
              secret), every document of every read model, and bundle.json with the digest of each file
  --out FILE  the log alone, one line for each event in the order of their sequences, with exactly what is stored: a file
              that does not exist yet, gzipped where its name ends in .gz; - is the standard output (default)
  --audit DIR a directory that does not exist yet: the log up to the last checkpoint, the salt of each event, the
              checkpoint and the roots over all balances: all that sijill verify audit asks for. For auditors and regulators, who may read every event
  --json      prints what bundle.json says, and its digest
  --help      this text

Examples: sijill export bundle-2026
          sijill export --out ledger.jsonl.gz
          sijill export --audit ledger-2026 && sijill verify audit ledger-2026 --vkey log.vkey

The stores are the server's. A server may run; what it records after the export has begun is left out. While a bundle is
made the live documents are held against the events, as sijill rebuild --verify does: of an instance that is not sound
there is none. One ledger at one event makes one bundle and one log, byte for byte, whichever stores it is in. They hold
pseudonyms, amounts and commitments, and nothing of the vault (--audit: the salts, which are worked out under its key).
The digest that is shown at the end stands for the whole: keep it apart, and give it to replay or import.
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a document differs, or
events are missing that a checkpoint covers, 130 stopped; where it did not end with 0 nothing is kept.
`;

async function run(args: readonly string[]): Promise<number> {
  const { bundle, audit, out, asJson } = parse(args);
  const configuration = readConfiguration();
  const signal = stopSignal();
  try {
    if (audit !== undefined) await exportAudit(configuration, audit, signal);
    else if (bundle === undefined) await exportAlone(configuration, out, signal);
    else await exportWhole(configuration, bundle, asJson, signal);
    return 0;
  } catch (error) {
    if (error instanceof NotSound || error instanceof EventsMissing) {
      say(`export: ${error.message}`);
      return DIFFERENT;
    }
    if (!signal.aborted && !(error instanceof Stopped)) throw error;
    say('stopped: nothing was kept');
    return STOPPED;
  }
}

async function exportAlone(configuration: Configuration, out: string, signal: AbortSignal): Promise<void> {
  const reader = await openEventReader(configuration);
  const began = performance.now();
  try {
    const { ledger, events, digest } = await exportLog(reader, catalogue, out, signal);
    const seconds = duration((performance.now() - began) / 1_000);
    say(`exported ${grouped(events)} events of the ledger ${ledger} from ${eventsPlace(configuration)} in ${seconds}`);
    if (out !== '-') say(`to ${resolve(out)}`);
    say(`digest ${digest}`);
  } finally {
    await reader.close();
  }
}

async function exportAudit(configuration: Configuration, out: string, signal: AbortSignal): Promise<void> {
  const signed = await withSigned(configuration, async (_log, last) => last);
  const vault = await openVault(configuration, false);
  const reader = await openEventReader(configuration);
  try {
    const saltOf = (event: EventId): string => vault.leafSalt(event);
    const audited = { reader, catalogue, signed, saltOf, leafKey: () => vault.leafKey() };
    const { ledger, events } = await exportForAudit(audited, out, signal);
    say(`exported the ${grouped(events)} events of the ledger ${ledger} that the last checkpoint covers`);
    say(`to ${resolve(out)}; verify it with sijill verify audit`);
  } finally {
    await reader.close();
    await vault.close();
  }
}

async function exportWhole(settings: Configuration, out: string, asJson: boolean, signal: AbortSignal): Promise<void> {
  const reader = await openEventReader(settings);
  const began = performance.now();
  try {
    const live = await openReadModelReader(settings);
    const { backdatingDays, tariff, workingDays, retention } = settings;
    const configuration = {
      ruleSet: RULE_SET,
      backdatingDays,
      tariff: tariff ?? 'built in: the plan basic',
      workingDays: workingDays ?? 'built in: Friday and Saturday, no holidays',
      retention: retention ?? 'built in: books 10 years, tax records 6',
    };
    const instance = { log: { reader, catalogue }, live, projections, ruleSet: RULE_SET, configuration };
    const { manifest, digest } = await exportBundle(instance, out, signal).finally(() => live.close());
    if (asJson) return await print(`${JSON.stringify({ ...manifest, bundleDigest: digest })}\n`);
    const documents = manifest.models.reduce((sum, model) => sum + model.documents, 0);
    const seconds = duration((performance.now() - began) / 1_000);
    say(
      `exported ${grouped(manifest.events)} events of the ledger ${manifest.ledger} and ${grouped(documents)} documents in ${seconds}`,
    );
    say(`to ${resolve(out)}`);
    say(`digest ${digest}`);
  } finally {
    await reader.close();
  }
}

interface Parsed {
  readonly bundle: string | undefined;
  readonly audit: string | undefined;
  readonly out: string;
  readonly asJson: boolean;
}

function parse(args: readonly string[]): Parsed {
  const text = { type: 'string' } as const;
  const { positionals, values } = optionsOf(args, {
    out: text,
    audit: text,
    json: { type: 'boolean', default: false },
  });
  const [bundle, ...more] = positionals;
  const { audit, out = '-', json: asJson } = values;
  if (more.length > 0) throw new WrongUsage('one BUNDLE at most');
  if ([bundle, audit, values.out].filter((each) => each !== undefined).length > 1) {
    throw new WrongUsage('a BUNDLE, --audit or --out: one of them');
  }
  if (bundle === undefined && asJson) throw new WrongUsage('--json goes with a BUNDLE');
  return { bundle, audit, out, asJson };
}

export const exportCommand: Command = { help: HELP, run };
