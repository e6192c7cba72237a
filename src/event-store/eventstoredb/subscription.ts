import type { AllStreamResolvedEvent, AllStreamSubscription, Position as LogPosition } from '@eventstore/db-client';
import { leave, listenToErrors, type LogRecord } from './reading.js';

/** What a subscription tells, one thing after the other. */
export type Item =
  | { readonly kind: 'event'; readonly record: LogRecord }
  /** Everything up to here was considered. */
  | { readonly kind: 'checkpoint'; readonly position: LogPosition }
  /** What follows was committed after the subscription began, or after it fell behind. */
  | { readonly kind: 'caught-up' };

/**
 * Puts a checkpoint in its place among the events. The client tells checkpoints beside the events, before the reader
 * has taken those that came earlier: to go on from such a checkpoint would lose them.
 */
export const checkpointReached = (subscription: AllStreamSubscription, position: LogPosition): void => {
  subscription.push({ kind: 'checkpoint', position } satisfies Item);
};

/**
 * The items of a subscription, until it ends or fails, or the signal aborts. However the reader leaves, the call ends.
 * @throws what the client throws
 */
export async function* itemsOf(subscription: AllStreamSubscription, signal?: AbortSignal): AsyncGenerator<Item, void> {
  const stop = (): void => leave(subscription, () => subscription.unsubscribe());
  listenToErrors(subscription);
  subscription.on('caughtUp', () => subscription.push({ kind: 'caught-up' } satisfies Item));
  signal?.addEventListener('abort', stop);
  try {
    if (signal?.aborted) return;
    const items: AsyncIterable<AllStreamResolvedEvent | Item> = subscription.iterator({ destroyOnReturn: false });
    for await (const each of items) {
      if (signal?.aborted) return;
      if ('kind' in each) yield each;
      else if (each.event !== undefined) yield { kind: 'event', record: each.event };
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
  }
}
