import { readConfiguration } from '../config/configuration.js';
import { clientOf, type Language } from './client/client.js';
import { tableOf, type TableColumn } from './client/table.js';
import { stopSignal, WrongUsage, type Command } from './command.js';
import { EXIT_CODES, LANG, languageOf, optionsOf, print, SERVER_HELP } from './options.js';

const HELP = `Shows what caused an event and what it caused, across streams, as a running server answers it.

Usage: sijill trace EVENT [--json] [--lang en|ar]

  EVENT            an event's id, as every answer, report and export names it
  --json           the trace as it is answered: with streams, commands and delegations
  --lang LANGUAGE  of the sentences; en is the default
  --help           this text

Examples: sijill trace af485ec3-dcf2-5ed6-95f1-3af350b5d3b6
          sijill trace af485ec3-dcf2-5ed6-95f1-3af350b5d3b6 --lang ar

What an event caused stands below it, further in; a star is beside the one that was asked for. Of a request, and of what
decides one, all steps stand in a list of their own.
${SERVER_HELP}It needs the role auditor or regulator, or that of staff of the event's entity.
${EXIT_CODES}
`;

interface Step {
  readonly sequence: number;
  readonly id: string;
  readonly effectiveOn: string;
  readonly actor: { readonly id: string; readonly role: string };
  readonly sentence: Readonly<Record<Language, string>>;
  readonly depth: number;
}

interface Trace {
  readonly flow: readonly Step[];
  readonly leftOut: { readonly search: string } | null;
  readonly request: { readonly steps: readonly Step[] } | null;
}

const COLUMNS: readonly TableColumn[] = [
  { title: 'SEQUENCE', isRight: true },
  { title: 'ON' },
  { title: 'ROLE' },
  { title: 'EVENT' },
  { title: 'WHAT' },
];

async function run(args: readonly string[]): Promise<number> {
  const { positionals, values } = optionsOf(args, { json: { type: 'boolean', default: false }, ...LANG });
  const language = languageOf(values.lang);
  const [event, ...more] = positionals;
  if (event === undefined || more.length > 0) throw new WrongUsage('name one event by its id');
  const client = await clientOf(readConfiguration(), 'auditor', language, stopSignal());
  const trace = (await (await client.get(`/v1/events/${encodeURIComponent(event)}/trace`)).json()) as Trace;
  if (values.json) {
    await print(`${JSON.stringify(trace)}\n`);
    return 0;
  }
  const table = (steps: readonly Step[]): string => tableOf(COLUMNS, steps.map(lineOf(event, language)));
  await print(table(trace.flow));
  if (trace.leftOut !== null) await print(`\nOlder events of this flow: GET ${trace.leftOut.search}\n`);
  if (trace.request !== null) await print(`\nThe request\n\n${table(trace.request.steps)}`);
  return 0;
}

const lineOf =
  (asked: string, language: Language) =>
  ({ sequence, effectiveOn, actor, id, depth, sentence }: Step): string[] => [
    `${id === asked ? '*' : ''}${sequence}`,
    effectiveOn,
    actor.role,
    id,
    `${'  '.repeat(depth)}${sentence[language]}`,
  ];

export const traceCommand: Command = { help: HELP, run };
