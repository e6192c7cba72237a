import { hasLog, keepsLog, loadLogKey, NO_LOG, openLogReader } from '../../adapters.js';
import type { Configuration } from '../../config/configuration.js';
import type { EventReader } from '../../event-store/event-store.js';
import { wholeHead } from '../../event-store/whole-head.js';
import { openCheckpoint } from '../../transparency/checkpoint.js';
import { signingKey } from '../../transparency/keys.js';
import { originOf } from '../../transparency/origin.js';
import { grouped } from '../progress.js';
import { error, note, ok, warning, type Found } from './findings.js';

/** Further behind, it does not follow: a server signs every few seconds. */
const MOST_BEHIND = 10_000;

/** What was signed last: by which key, and whether the events go as far. @param count of the events */
export async function transparencyFindings(
  configuration: Configuration,
  events: EventReader,
  count: number,
): Promise<readonly Found[]> {
  if (!keepsLog(configuration)) {
    return [warning(NO_LOG, 'set LOG_MONGODB_URI and SIJILL_LOG_KEY_FILE for all servers (docs/operations.md)')];
  }
  const none = note('no checkpoint was signed yet: a server signs one some seconds after it starts');
  if (!hasLog(configuration)) return [none];
  const reader = await openLogReader(configuration);
  const signed = await reader.signed().finally(() => reader.close());
  if (signed === undefined) return [none];
  const origin = await originOf(events);
  try {
    openCheckpoint(signed.note, signingKey(origin, loadLogKey(configuration, configuration.logKey)));
  } catch (thrown) {
    const said = `the last checkpoint is not of the key of ${origin} (${(thrown as Error).message})`;
    return [error(said, 'set SIJILL_LOG_KEY, or restore log.key, as they were')];
  }
  const size = grouped(signed.size);
  // A server may have recorded and signed more since they were counted.
  const now = signed.size > count ? (await wholeHead(events)).count : count;
  if (signed.size > now) {
    const todo = 'an older copy of the events was put back: restore the newest (docs/transparency.md, When it halts)';
    return [error(`${size} events were signed, and the ledger has ${grouped(now)}`, todo)];
  }
  if (count - signed.size > MOST_BEHIND) {
    const todo = 'start a server, or see transparency in /health/ready why it does not sign';
    return [warning(`${size} of ${grouped(count)} events are signed`, todo)];
  }
  return [ok(`${size} events are signed by the key of ${origin}`)];
}
