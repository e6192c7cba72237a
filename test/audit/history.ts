import { auditOf } from '../../projections/audit/projection.js';
import type { AuditDocument } from '../../projections/audit/model.js';
import { auditModel } from '../../projections/audit/model.js';
import { fits, type Filter } from '../../projections/audit/filter.js';
import { search, type Found, type Sources } from '../../projections/audit/searching.js';
import type { Shape } from '../../projections/audit/spans.js';
import type { FeedPage } from '../../src/feed/feed-page.js';
import { Projector } from '../../src/feed/projector.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { streamName } from '../../src/kernel/ids.js';
import type { Checkpoint, ReadModels } from '../../src/read-models/read-models.js';
import { envelope } from '../event-store/envelopes.js';
import { generator } from '../generator.js';
import { actor, id, party } from '../given.js';

const TYPES = ['debts.DebtRegistered', 'debts.PaymentRequested', 'debts.DebtSettled', 'balances.BalanceCredited'];
const REFUSED = ['debts.RegisterDebtRejected', 'billing.ReceiptConflictRecorded'];
export const RULES = ['E7', 'SELF_APPROVAL', 'E8', 'E6', 'NONE'];
const AMOUNTS = ['0.01', '9.99', '10.00', '10', '100.5', '9007199254740991', '9007199254740992.0001', '250.00'];

/** Few of everything, so that they meet; some only once in a while. */
export const pool = {
  actor: names(4).map((name) => actor(name, 'clerk').id),
  party: names(6).map(party),
  about: names(5).map(id),
  type: [...TYPES, ...REFUSED],
  currency: ['SAR', 'KWD', 'JPY'],
  amount: AMOUNTS,
  day: Array.from({ length: 9 }, (_, day) => `2026-02-0${day + 1}`),
  /** The whole flow of some events. */
  correlation: names(7).map(id),
};

function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `n${i}`);
}

/** Events as the ledger might have them, back-dated and of two clocks; the same for the same seed. */
export function history(length: number, seed: number): Envelope[] {
  const random = generator(seed);
  /** The first much more often than the last. */
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() ** 3 * of.length)]!;
  const log: Envelope[] = [];
  for (let sequence = 0; sequence < length; sequence++) {
    const type = pick(pool.type);
    const [who, amount, currency] = [pick(pool.party), pick(pool.amount), pick(pool.currency)];
    const entity = pool.party[5]!;
    const leg = (account: string) => ({ account, dims: { entity, party: who } });
    const entries = [{ debit: leg('1200'), credit: leg('4300'), amount: pick(pool.amount), currency }];
    const before = log[Math.floor(random() * log.length)];
    const clock = Date.parse('2026-02-01T00:00:00.000Z') + sequence * 1_000 + (random() < 0.2 ? -5_000 : 0);
    log.push(
      envelope(streamName('debt', pick(pool.about)), sequence, {
        id: id(`${seed} ${sequence}`) as never,
        type,
        effectiveOn: pick(pool.day) as never,
        recordedAt: new Date(clock).toISOString() as never,
        actor: { id: pick(pool.actor), role: 'clerk', ...(random() < 0.3 && { actingFor: pick(pool.party) }) },
        correlation: pick(pool.correlation),
        ...(before !== undefined && random() < 0.4 && { causation: before.id }),
        refs: { ...(random() < 0.5 && { debtor: who }), ...(random() < 0.3 && { receipt: pick(pool.about) }) },
        entries: random() < 0.4 ? (entries as never) : [],
        data: type.endsWith('Rejected')
          ? { rule: pick(RULES), code: pick(RULES) }
          : random() < 0.6
            ? { amount, ...(random() < 0.7 && { currency }) }
            : {},
      }),
    );
  }
  return log;
}

/** An index over a log, folded into a store a page at a time. */
export class Indexed {
  readonly #projector: Projector;
  #taken: Checkpoint | undefined;
  /** Documents that were read. */
  reads = 0;

  constructor(
    readonly shape: Shape,
    readonly log: readonly Envelope[],
    private readonly store: ReadModels,
  ) {
    this.#projector = new Projector(auditOf(shape), store);
  }

  /** Folds up to a sequence, in pages of so many. */
  async fold(upTo: number, pageSize: number): Promise<void> {
    for (;;) {
      const first = this.#taken?.count ?? 0;
      if (first >= upTo) return;
      const events = this.log
        .slice(first, Math.min(first + pageSize, upTo))
        .map((event, at) => ({ event, sequence: first + at, position: String(first + at + 1) as never }));
      const end = { position: String(first + events.length), count: first + events.length };
      const page: FeedPage = { from: this.#taken, events, end, atEnd: false };
      this.#taken = await this.#projector.fold({ model: auditModel, generation: 'live' }, page, this.#taken);
    }
  }

  /** As after a crash between documents and checkpoint: the last events are delivered once more, and others with them. */
  async foldAgain(back: number, length: number): Promise<void> {
    const count = this.#taken?.count ?? 0;
    const to = Math.max(0, count - back);
    this.#projector.forget();
    this.#taken = to === 0 ? undefined : { position: String(to), count: to };
    await this.fold(Math.min(length, count + 3), back + 3);
  }

  async find(filter: Filter, limit: number, effort = 10_000, before = Infinity): Promise<Found> {
    const { shape, store, log } = this;
    const sources: Sources = {
      document: (each) => {
        this.reads++;
        return store.get<AuditDocument>(auditModel, each);
      },
      events: async (places) =>
        places.map(({ revision }) => {
          const event = log[Number(revision)]!;
          return { event, stored: { event, position: '' as never } };
        }),
    };
    const count = this.#taken?.count ?? 0;
    return search(shape, sources, { filter, before: Math.min(before, count), count, limit, effort });
  }

  /** Page after page. */
  async all(filter: Filter, limit: number, effort: number): Promise<number[]> {
    const found: number[] = [];
    for (let before = Infinity; before > 0;) {
      const { events, reached } = await this.find(filter, limit, effort, before);
      if (reached >= before) throw new Error('the search does not come on');
      found.push(...events.map(({ sequence }) => sequence));
      before = reached;
    }
    return found;
  }
}

/** What a search has to find, by looking at every event. */
export const naive = (log: readonly Envelope[], filter: Filter): number[] =>
  log.flatMap((event, sequence) => (fits(event, filter) ? [sequence] : [])).toReversed();
