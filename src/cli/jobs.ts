import { readConfiguration } from '../config/configuration.js';
import { clientOf } from './client/client.js';
import { joined, pagesOf } from './client/pages.js';
import { tableOf } from './client/table.js';
import { say, stopSignal, type Command } from './command.js';
import { EXIT_CODES, nothingElse, optionsOf, print, SERVER_HELP } from './options.js';

const HELP = `Lists what time does by itself, of a running server, and begins a dead job anew.

Usage: sijill jobs [--state STATE] [--json]
       sijill jobs --retry ID

  --state STATE  scheduled, waiting (due), running or dead: these have failed for good, and somebody has to look
  --retry ID     a dead job begins anew, with all its attempts and for the same instant
  --json         the list as it is answered
  --help         this text

Examples: sijill jobs
          sijill jobs --state dead
          sijill jobs --retry 8c8d2a52-7d43-5b35-a1de-0a2e4c6e0a11

${SERVER_HELP}It needs the role operator.
${EXIT_CODES}
`;

const COLUMNS = ['AT', 'STATE', 'NAME', 'KEY', 'ATTEMPTS', 'ID', 'ERROR'].map((title) => ({
  title,
  isRight: title === 'ATTEMPTS',
}));

async function run(args: readonly string[]): Promise<number> {
  const options = {
    state: { type: 'string' },
    retry: { type: 'string' },
    json: { type: 'boolean', default: false },
  } as const;
  const { positionals, values } = optionsOf(args, options);
  nothingElse(positionals);
  const { state, retry, json } = values;
  const client = await clientOf(readConfiguration(), 'operator', 'en', stopSignal());
  if (retry !== undefined) {
    await client.post(`/v1/jobs/${encodeURIComponent(retry)}/retry`, {});
    say(`${retry} begins anew`);
    return 0;
  }
  const query = new URLSearchParams({ limit: '200', ...(state !== undefined && { state }) });
  const pages = pagesOf(client, `/v1/jobs?${query.toString()}`);
  if (json) {
    for await (const text of joined(pages)) await print(text);
    return 0;
  }
  const widths: number[] = [];
  let isFirst = true;
  for await (const { items } of pages) {
    const rows = items.map((job) =>
      [job['at'], job['state'], job['name'], job['key'], job['attempts'], job['id'], job['error'] ?? ''].map(String),
    );
    await print(tableOf(COLUMNS, rows, widths, isFirst));
    isFirst = false;
  }
  return 0;
}

export const jobsCommand: Command = { help: HELP, run };
