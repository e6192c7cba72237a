/** A ledger's books without the ledger: events of which only what the books read is there, folded as the feed does it. */
import type { FeedEvent } from '../../src/feed/feed-page.js';
import { Projector } from '../../src/feed/projector.js';
import type { Projection } from '../../src/feed/consumers.js';
import { addDays, parseBusinessDate } from '../../src/kernel/calendar.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import type { Entry } from '../../src/kernel/entries.js';
import { NAMESPACE, uuid5 } from '../../src/kernel/ids.js';
import type { Checkpoint, ReadModels } from '../../src/read-models/read-models.js';
import { CREDITORS } from '../cast.js';

export const ENTITY = CREDITORS[0]!;
export const FIRST_DAY = parseBusinessDate('2014-01-01');
/** Thirteen years. */
const DAYS = 4_745;
const SECTORS = ['traffic', 'health', 'trade'];
const PARTIES = Array.from({ length: 5_000 }, (_, n) => partyOf(n));

export function partyOf(n: number): string {
  return `party_${uuid5(NAMESPACE.aggregate, 'bench party', n)}`;
}

/** The n-th of a sequence that looks like none, below `most`. */
export const scattered = (n: number, most: number): number => (Math.imul(n + 1, 0x9e3779b1) >>> 8) % most;

/** The day of the n-th event of a million, in thirteen years; one in fifty is dated back. */
export function dayOf(n: number): string {
  const days = Math.floor((n / 1_000_000) * DAYS);
  return addDays(FIRST_DAY, n % 50 === 0 ? scattered(n, days + 1) : days);
}

/** Debts, payments and what is forgone, of few accounts and many parties. */
export function eventOf(n: number, effectiveOn = dayOf(n), party = PARTIES[scattered(n, PARTIES.length)]!): Envelope {
  const of = { entity: ENTITY, party, sector: SECTORS[n % SECTORS.length]!, debt: partyOf(n % 100).slice(6) };
  const receivable = { account: '1200', dims: of };
  const sides = [
    { debit: receivable, credit: { account: '4300', dims: { ...of, ground: 'fine' } } },
    { debit: { account: '1110', dims: { entity: ENTITY } }, credit: receivable },
    { debit: { account: '5100', dims: of }, credit: receivable },
  ][n % 5 < 3 ? 0 : (n % 5) - 2];
  const entries = [{ ...sides, amount: `${1 + scattered(n, 900)}.50`, currency: 'SAR' }] as readonly Entry[];
  const id = uuid5(NAMESPACE.aggregate, 'bench event', n);
  return { id, type: 'debts.DebtRegistered', effectiveOn, entries } as Partial<Envelope> as Envelope;
}

/** Folds events into some projections, page by page. @returns goes on to the n-th event, and tells the milliseconds that it took */
export function folding(models: ReadModels, projections: readonly Projection[], event: (n: number) => Envelope) {
  const projectors = projections.map((projection) => new Projector(projection, models));
  let from: Checkpoint | undefined;
  return async (until: number): Promise<number> => {
    let ms = 0;
    while ((from?.count ?? 0) < until) {
      const begin = from?.count ?? 0;
      const count = Math.min(until, begin + 1_000);
      const events = Array.from({ length: count - begin }, (_, i): FeedEvent => {
        const sequence = begin + i;
        return { sequence, position: `${sequence}` as FeedEvent['position'], event: event(sequence) };
      });
      const end = { position: `${count}`, count };
      const began = performance.now();
      for (const projector of projectors) {
        const target = { model: projector.projection.model, generation: 'live' };
        await projector.fold(target, { from, events, end, atEnd: false }, from);
      }
      ms += performance.now() - began;
      from = end;
    }
    return ms;
  };
}
