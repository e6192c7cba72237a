import { resolve } from 'node:path';
import { loadLogKey } from '../adapters.js';
import { readConfiguration } from '../config/configuration.js';
import { signingKey, writeVkey } from '../transparency/keys.js';
import { writeSite } from '../transparency/static-site.js';
import { tilesOf } from '../transparency/tiles.js';
import { say, WrongUsage, type Command } from './command.js';
import { EXIT_CODES, optionsOf } from './options.js';
import { grouped, progressOf } from './progress.js';
import { withSigned } from './signed-log.js';

const HELP = `Writes the transparency log as files, for any static host.

Usage: sijill transparency export DIR

  DIR     checkpoint, tile/… and vkey, as C2SP tlog-tiles has them: what a server answers below /transparency. It may hold
          an earlier export of the same log: what is new is added, and the checkpoint replaced last
  --help  this text

Example: sijill transparency export /srv/www/transparency

The files are for everybody: they say how much happened and when, and nothing about anybody. A server may run; one must
have run until a checkpoint was signed.
${EXIT_CODES}
`;

async function run(args: readonly string[]): Promise<number> {
  const { positionals } = optionsOf(args, {});
  const [verb, directory, ...more] = positionals;
  if (verb !== 'export' || directory === undefined || more.length > 0) throw new WrongUsage('it is: export DIR');
  const configuration = readConfiguration();
  return withSigned(configuration, async (reader, signed) => {
    const [origin = ''] = signed.note.split('\n', 1);
    const vkey = writeVkey(signingKey(origin, loadLogKey(configuration, configuration.logKey)));
    let total = 0;
    for (const _ of tilesOf(signed.size)) total++;
    const progress = progressOf(total, 'tiles');
    await writeSite({ reader, vkey }, signed, directory, (count) => progress.update(count)).finally(() =>
      progress.stop(),
    );
    say(`wrote the log ${origin} of ${grouped(signed.size)} events, ${grouped(total)} tiles, to ${resolve(directory)}`);
    return 0;
  });
}

export const transparencyCommand: Command = { help: HELP, run };
