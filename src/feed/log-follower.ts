import { setTimeout as wait } from 'node:timers/promises';
import type { Catalogue } from '../event-store/catalogue.js';
import { UnusableLog, type EventReader, type Filter, type LogQuery, type Place } from '../event-store/event-store.js';
import type { Checkpoint, ReadModels } from '../read-models/read-models.js';
import { feedPage, text, type FeedPage } from './feed-page.js';
import type { FeedListener } from './status.js';

/** Most events folded at once, unless somebody says otherwise. */
export const PAGE_SIZE = 1_000;

/** What the consumers of one log share. */
export interface Log {
  readonly reader: EventReader;
  readonly readModels: ReadModels;
  readonly catalogue: Catalogue;
  readonly listener: FeedListener;
  /** Most events folded at once: bounds memory. */
  readonly pageSize: number;
  /** How long to wait before a store is asked again, in milliseconds. */
  readonly retryMs: number;
  /** The end of it all. */
  readonly stopped: AbortSignal;
  /**
   * Told when a consumer has moved or changed its state.
   * @param to the page that it took
   */
  moved(to?: Pick<FeedPage, 'end' | 'atEnd'>): void;
}

/**
 * The log from a checkpoint on, for ever, until the signal aborts; a store that does not answer is asked again.
 * @param filter the events that are wanted; the others are passed unread
 * @throws UnusableLog, RangeError (no such place)
 */
export async function* followPages(
  { reader, catalogue, listener, pageSize, retryMs }: Log,
  from: Checkpoint | undefined,
  signal: AbortSignal,
  filter?: Filter,
): AsyncGenerator<FeedPage, void> {
  let at = from;
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      for await (const read of reader.follow(
        { ...pageQuery(at, pageSize), ...(filter !== undefined && { filter }) },
        signal,
      )) {
        const page = feedPage(read, catalogue, at);
        if (page === undefined) continue;
        yield page;
        at = page.end;
        failures = 0;
      }
    } catch (error) {
      if (error instanceof UnusableLog || error instanceof RangeError) throw error;
      if (failures === 0) listener.log('error', `the feed cannot read the log, and tries again: ${text(error)}`);
    }
    if (!signal.aborted) await pause(retryMs, signal);
  }
}

export const pageQuery = (from: Checkpoint | undefined, limit: number): LogQuery => ({
  limit,
  ...(from !== undefined && { after: from as Place }),
});

/** Resolves when the signal has aborted. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Resolves after the time, or at once when the signal aborts. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  wait(ms, undefined, { signal }).catch(() => undefined);
