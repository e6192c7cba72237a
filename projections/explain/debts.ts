import type { DebtEvent } from '../../src/contexts/debts/events.js';
import type { StoredEvent } from '../../src/event-store/event-store.js';
import { Problem } from '../../src/http/problems/problem.js';
import type { Sight } from '../../src/http/reads.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { streamName, type Uuid } from '../../src/kernel/ids.js';
import type { Cut } from '../instruments/cut.js';
import type { Found, Log } from '../instruments/opening.js';
import { streamOf } from '../instruments/streams.js';
import { figureOf, take, type DebtFigure, type DebtQuestion, type DebtStanding, type Effect } from './debt.js';

/** Who may see a debt's explanation is said by how it begins. */
export interface DebtBeginning {
  readonly debtor: string;
  readonly creditor: string;
  readonly isDiscarded: boolean;
  /** The registration; null: there is none so far. */
  readonly registration: StoredEvent | null;
}

/** @returns undefined: there is no such debt */
export async function beginningOf(log: Log, id: Uuid): Promise<DebtBeginning | undefined> {
  let parties: { debtor: string; creditor: string } | undefined;
  for await (const stored of streamOf(log, streamName('debt', id))) {
    const { type, data } = stored.event as Recorded<DebtEvent>;
    if (type === 'debts.DebtDrafted') parties = { debtor: data.debtor, creditor: data.creditor };
    if (parties === undefined) throw new Error(`debt ${id} begins with ${type}`);
    if (type === 'debts.DraftDiscarded') return { ...parties, isDiscarded: true, registration: null };
    if (type === 'debts.DebtRegistered') return { ...parties, isDiscarded: false, registration: stored };
  }
  return parties && { ...parties, isDiscarded: false, registration: null };
}

/** As the debt itself is shown: the debtor sees it from its registration on (domain.md E6). */
export function isVisible({ debtor, creditor, isDiscarded, registration }: DebtBeginning, sight: Sight): boolean {
  if (sight.scope === 'all') return true;
  if (isDiscarded) return false;
  if (sight.scope === 'own') return debtor === sight.party && registration !== null;
  return sight.scope === 'entity' && creditor === sight.party;
}

export interface DebtAsked {
  readonly id: Uuid;
  readonly figure: DebtFigure;
  readonly effectiveOn: BusinessDate;
  readonly cut: Cut;
  /** The revision of the last instrument that was given. */
  readonly after?: number;
  readonly limit: number;
}

export interface DebtExplained {
  readonly standing: DebtStanding;
  readonly value: DebtStanding['running'];
  /** Instruments in all. */
  readonly count: number;
  readonly page: readonly (Found & Effect)[];
  readonly isLast: boolean;
}

/**
 * The whole stream is folded for every page, so that what is said adds up on each of them; only the page is held.
 * @throws Problem where nothing of the debt is known yet; Error where it does not add up
 */
export async function explainedDebt(
  log: Log,
  { registration }: DebtBeginning,
  asked: DebtAsked,
): Promise<DebtExplained> {
  const { id, figure, effectiveOn, cut, after = -1, limit } = asked;
  const isRegistered =
    registration !== null && cut.includes(registration) && registration.event.effectiveOn <= effectiveOn;
  const question: DebtQuestion = { figure, effectiveOn, isRegistered };
  let standing: DebtStanding | null = null;
  let count = 0;
  let isLast = true;
  const page: (Found & Effect)[] = [];
  for await (const stored of streamOf(log, streamName('debt', id), cut)) {
    const taken = take(standing, stored.event as Recorded<DebtEvent>, question);
    standing = taken.standing;
    if (taken.effect === undefined) continue;
    count++;
    if (stored.event.revision <= after) continue;
    if (page.length < limit) page.push({ stored, currency: standing.currency, ...taken.effect });
    else isLast = false;
  }
  if (standing === null) throw new Problem('NOT_FOUND');
  return { standing, value: figureOf(standing, question), count, page, isLast };
}
