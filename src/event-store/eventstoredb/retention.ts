import { END, BACKWARDS, START, streamNameFilter } from '@eventstore/db-client';
import type { Connection } from './connection.js';
import { StoreUnavailable } from '../event-store.js';
import { readFailure } from './errors.js';
import { EventsMayVanish } from './faults.js';
import { recordsOf, type LogRecord } from './reading.js';
import { itemsOf } from './subscription.js';

/** What makes the server drop events of a stream (also a deleted one: it is truncated). */
const RETENTION = ['$maxAge', '$maxCount', '$tb'];

/** Few: nothing is resumed from a checkpoint here. */
const CHECKPOINT_INTERVAL = 1_024;

/** The metadata of streams that are not the server's own. */
const METADATA_OF_OURS = '^\\$\\$[^$]';
const METADATA_NAME = new RegExp(METADATA_OF_OURS);

export const isMetadataOfOurs = ({ streamId }: { streamId: string }): boolean => METADATA_NAME.test(streamId);

/**
 * Looks through the metadata of all streams, from the first event on.
 * @throws EventsMayVanish where a stream may lose events now; StoreUnavailable
 */
export async function refuseRetention(connection: Connection): Promise<void> {
  for (const suspect of await suspectsOf(connection)) await refuseRetentionOf(connection, suspect);
}

/** One event of each stream's metadata that says, or once said, that its events may go. */
async function suspectsOf({ client, call }: Connection): Promise<Iterable<LogRecord>> {
  const filter = streamNameFilter({ regex: METADATA_OF_OURS, checkpointInterval: CHECKPOINT_INTERVAL });
  const suspects = new Map<string, LogRecord>();
  try {
    for await (const item of itemsOf(client.subscribeToAll({ ...call, fromPosition: START, filter }))) {
      if (item.kind === 'caught-up') return suspects.values();
      if (item.kind === 'event' && retentionIn(item.record) !== undefined) {
        suspects.set(item.record.streamId, item.record);
      }
    }
  } catch (error) {
    throw readFailure(error);
  }
  throw new StoreUnavailable('EventStoreDB ended a subscription before it had caught up');
}

/**
 * @param metadata an event of a stream's metadata, perhaps not its last
 * @throws EventsMayVanish where the stream may lose events now
 */
export async function refuseRetentionOf({ client, call }: Connection, metadata: LogRecord): Promise<void> {
  if (retentionIn(metadata) === undefined) return;
  const { streamId } = metadata;
  const read = client.readStream(streamId, { ...call, fromRevision: END, direction: BACKWARDS, maxCount: 1 });
  for await (const last of recordsOf(read)) {
    const found = retentionIn(last);
    if (found === undefined) return;
    throw new EventsMayVanish(
      `the stream ${streamId.slice(2)} carries ${found}: the server may drop its events, and a ledger loses none. ` +
        'Find out who set it and what is lost, take it out of the metadata, and start again',
    );
  }
}

const retentionIn = ({ data }: { data: unknown }): string | undefined =>
  typeof data === 'object' && data !== null ? RETENTION.find((key) => key in data) : undefined;
