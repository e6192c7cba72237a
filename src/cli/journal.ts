import { resolve } from 'node:path';
import { eventsPlace, openEventReader } from '../adapters.js';
import { catalogue } from '../composition.js';
import { readConfiguration } from '../config/configuration.js';
import type { EventReader } from '../event-store/event-store.js';
import { wholeHead } from '../event-store/whole-head.js';
import { exported, FORMATS, type FormatName } from '../journal/journal.js';
import type { Language, Selection } from '../journal/format.js';
import { namesIn } from '../journal/names.js';
import { lineSchema } from '../journal/ndjson.js';
import { parseBusinessDate } from '../kernel/calendar.js';
import { parsePartyId } from '../kernel/ids.js';
import { InvalidValue } from '../kernel/invalid-value.js';
import { say, STOPPED, stopSignal, WrongUsage, type Command } from './command.js';
import { EmptyLog } from './log/export-log.js';
import { writeOut } from './log/write-out.js';
import { LANG, languageOf, nothingElse, optionsOf } from './options.js';
import { duration, grouped, progressOf } from './progress.js';

const HELP = `Writes the ledger's journal as other programs read it: what the events' entries say, by sequence.

Usage: sijill journal --format FORMAT [OPTIONS]

  --format FORMAT     ledger (for hledger and Ledger), beancount, csv (a line for each posting), ndjson (all events, one
                      on a line), schema (the JSON Schema of such a line)
  --out FILE          a file that does not exist yet, gzipped where its name ends in .gz; default: the standard output
  --entity PARTY      this entity's entries, or of ndjson the events about it
  --from, --to DATE   what counts on these days and between them (YYYY-MM-DD)
  --known-at SEQUENCE the last event that is known; default: the last one that there is
  --lang LANGUAGE     of the names of accounts and events: ar or en, the default
  --help              this text

Examples:
  sijill journal --format ledger --out journal.ledger
  hledger -f journal.ledger check --strict
  hledger -f journal.ledger balance --end 2026-01-01 --depth 2
  ledger -f journal.ledger --strict balance
  sijill journal --format beancount --out journal.beancount && bean-check journal.beancount

The store is the server's: the file in SIJILL_DATA, or EVENT_STORE_URL. A server may run. The same options with the same
--known-at write the same bytes for ever; their SHA-256 is shown at the end.
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped; where it did not end with 0 there is no file.
`;

interface Asked {
  readonly format: FormatName | 'schema';
  readonly out: string;
  readonly language: Language;
  readonly selection: Omit<Selection, 'sequence'>;
  readonly knownAt: number | undefined;
}

async function run(args: readonly string[]): Promise<number> {
  const asked = parse(args);
  const { format, out } = asked;
  const signal = stopSignal();
  try {
    if (format === 'schema') {
      await writeOut([`${JSON.stringify(lineSchema(catalogue.definitions), undefined, 2)}\n`], out, signal);
      return 0;
    }
    const configuration = readConfiguration();
    const reader = await openEventReader(configuration);
    try {
      await write(reader, format, asked, signal, eventsPlace(configuration));
    } finally {
      await reader.close();
    }
    return 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    say('stopped: nothing was kept');
    return STOPPED;
  }
}

async function write(
  reader: EventReader,
  name: FormatName,
  { out, language, selection, knownAt }: Asked,
  signal: AbortSignal,
  place: string,
): Promise<void> {
  const { count } = await wholeHead(reader);
  if (count === 0) throw new EmptyLog('the store has no event: there is nothing to export');
  if (knownAt !== undefined && knownAt >= count) {
    throw new WrongUsage(`--known-at ${knownAt}: the last event that there is has the sequence ${count - 1}`);
  }
  const sequence = knownAt ?? count - 1;
  const began = performance.now();
  const progress = progressOf(sequence + 1, 'events');
  const names = namesIn(language, catalogue.definitions);
  const text = exported(
    reader,
    FORMATS[name],
    names,
    { sequence, ...selection },
    {
      progress: (considered) => progress.update(considered),
      done({ events, digest }) {
        progress.stop();
        const seconds = duration((performance.now() - began) / 1_000);
        say(`exported ${grouped(events)} of ${grouped(sequence + 1)} events from ${place} in ${seconds}`);
        if (out !== '-') say(`to ${resolve(out)}`);
        say(`known at ${sequence}, SHA-256 ${digest}`);
      },
    },
  );
  try {
    await writeOut(text, out, signal);
  } finally {
    progress.stop();
  }
}

const NAMES = [...Object.keys(FORMATS), 'schema'];

function parse(args: readonly string[]): Asked {
  const { positionals, values } = optionsOf(args, {
    format: { type: 'string' },
    out: { type: 'string', default: '-' },
    entity: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    'known-at': { type: 'string' },
    ...LANG,
  });
  nothingElse(positionals);
  const { format, out, entity, from, to, 'known-at': knownAt } = values;
  if (format === undefined || !NAMES.includes(format)) throw new WrongUsage(`--format is one of ${NAMES.join(', ')}`);
  if (knownAt !== undefined && !/^\d{1,15}$/.test(knownAt)) throw new WrongUsage('--known-at is a sequence: 0, 1, 2 …');
  if (from !== undefined && to !== undefined && from > to) throw new WrongUsage('--from is later than --to');
  return {
    format: format as Asked['format'],
    out,
    language: languageOf(values.lang),
    selection: chosen(entity, from, to),
    knownAt: knownAt === undefined ? undefined : Number(knownAt),
  };
}

function chosen(entity: string | undefined, from: string | undefined, to: string | undefined): Asked['selection'] {
  try {
    return {
      ...(entity !== undefined && { entity: parsePartyId(entity, '--entity') }),
      ...(from !== undefined && { from: parseBusinessDate(from, '--from') }),
      ...(to !== undefined && { to: parseBusinessDate(to, '--to') }),
    };
  } catch (error) {
    if (error instanceof InvalidValue) throw new WrongUsage(error.message, { cause: error });
    throw error;
  }
}

export const journalCommand: Command = { help: HELP, run };
