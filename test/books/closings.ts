import fc from 'fast-check';
import type { Envelope } from '../../src/kernel/envelope.js';
import { id } from '../given.js';
import { ENTITIES, histories, type NaiveLeg } from './histories.js';

/* Histories of entries between which months are closed: what counts in them and comes later is a correction. */

export interface ClosedHistory {
  readonly log: readonly Envelope[];
  readonly closings: readonly { readonly entity: string; readonly through: string; readonly closedAt: number }[];
}

const closing = fc.record({
  /** Where in the log, in thousandths. */
  at: fc.nat(999),
  entity: fc.constantFrom(...ENTITIES),
  through: fc.constantFrom('2024-02-29', '2024-03-31', '2024-12-31', '2025-06-30', '2025-12-31', '2026-01-31'),
});

/** A period is closed once at most, and only after those before it: the others are left out. */
export const closedHistories: fc.Arbitrary<ClosedHistory> = fc
  .tuple(histories, fc.array(closing, { maxLength: 8 }))
  .map(([posted, wished]) => {
    const ordered = wished.toSorted((a, b) => a.at - b.at);
    const closings: { entity: string; through: string; closedAt: number }[] = [];
    const log: Envelope[] = [];
    for (const [place, event] of posted.entries()) {
      while (ordered.length > 0 && ordered[0]!.at * posted.length <= place * 1_000) {
        const { entity, through } = ordered.shift()!;
        if (closings.some((each) => each.entity === entity && each.through >= through)) continue;
        const request = id(`closing ${closings.length}`);
        log.push(periodEvent('periods.ClosingRequested', request, entity, through));
        log.push(periodEvent('periods.PeriodClosed', request, entity, through));
        closings.push({ entity, through, closedAt: log.length - 1 });
      }
      log.push(event);
    }
    return { log, closings };
  });

const periodEvent = (type: string, request: string, entity: string, through: string): Envelope =>
  ({
    id: id(`${type} ${request}`),
    type,
    recordedAt: '2026-02-01T00:00:00.000Z',
    effectiveOn: '2026-02-01',
    actor: { id: 'actor_a', role: 'clerk' },
    refs: { request, entity },
    entries: [],
    data: { request, period: through.slice(0, 7), through },
  }) as unknown as Envelope;

/** By the rule alone (docs/adr/0018): in a period, behind the event that closed it, and no line of a year's closing itself. */
export const isCorrection = ({ closings }: ClosedHistory, { dims, ...leg }: NaiveLeg, known: number): boolean =>
  dims['closing'] === undefined &&
  closings.some(
    ({ entity, through, closedAt }) =>
      closedAt <= known && dims['entity'] === entity && leg.effectiveOn <= through && leg.sequence > closedAt,
  );
