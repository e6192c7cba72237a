import { Schema } from 'mongoose';
import type { Projection } from '../src/feed/consumers.js';
import { instantAt } from '../src/kernel/calendar.js';
import type { Document, Model, ReadModelReader } from '../src/read-models/read-models.js';

/**
 * When the ledger came to know things: each event that was recorded later than all before it, in pages. What other
 * processes' clocks said in between, standing still or behind, makes no difference: `knownAt` is about the running
 * maximum (DESIGN.md, Two times).
 */
export interface MomentsPage extends Document {
  /** `recordedAt` of its first record; of the page that is still written, `~`, which stands behind all others. */
  readonly id: string;
  /** Sequence and milliseconds since 1970, both rising. No lists within a list: not every MongoDB keeps those. */
  readonly records: readonly MomentRecord[];
  /** The sequence with which the next page begins; null in the one that is still written. */
  readonly end: number | null;
}

interface MomentRecord {
  readonly [field: string]: number;
  readonly sequence: number;
  readonly ms: number;
}

const LIVE = '~';
const MOST_RECORDS = 128;

const schema = new Schema({ _id: String, records: [Schema.Types.Mixed], end: Number }, { versionKey: false });

export const momentsModel: Model<MomentsPage> = { name: 'moments', version: 2, schema };

export const moments: Projection<MomentsPage> = {
  name: 'moments',
  model: momentsModel,
  types: '*',
  identify: () => [LIVE],
  evolve(page, { event, sequence }) {
    const records = page?.records ?? [];
    const ms = Date.parse(event.recordedAt);
    const isLater = ms > (records.at(-1)?.ms ?? -Infinity);
    if (page !== null && !isLater) return page;
    return { id: LIVE, records: [...records, { sequence, ms }], end: null };
  },
  seal({ records }) {
    const next = records.at(-1);
    const first = records[0];
    if (records.length <= MOST_RECORDS || first === undefined || next === undefined) return null;
    return {
      sealed: { id: instantAt(first.ms), records: records.slice(0, -1), end: next.sequence },
      rest: { id: LIVE, records: [next], end: null },
    };
  },
};

/** The last sequence that was known at a moment, for ever. */
export interface Settled {
  readonly sequence: number;
}

/** All that is folded was known then; what comes may have been, too, unless it is recorded later than `since`. */
export interface Open {
  /** Of the latest record, in milliseconds since 1970; null: the ledger is empty. */
  readonly since: number | null;
}

/**
 * The last event at which the running maximum of `recordedAt` is not later than a moment; -1: none. At most two documents are
 * read, however long the log is.
 * @param ms milliseconds since 1970, not negative
 */
export async function knownBy(models: ReadModelReader, ms: number): Promise<Settled | Open> {
  const live = await models.get(momentsModel, LIVE);
  const [first] = live?.records ?? [];
  if (live === undefined || first === undefined) return { since: null };
  const page = first.ms <= ms ? live : await pageBefore(models, ms);
  if (page === undefined) return { sequence: -1 };
  const later = page.records.find((each) => each.ms > ms)?.sequence ?? page.end;
  return later === null ? { since: page.records.at(-1)?.ms ?? null } : { sequence: later - 1 };
}

async function pageBefore(models: ReadModelReader, ms: number): Promise<MomentsPage | undefined> {
  const { documents } = await models.query(momentsModel, {
    where: [{ field: 'id', is: 'lte', value: instantAt(ms) }],
    sort: { field: 'id', direction: 'desc' },
    limit: 1,
  });
  return documents[0];
}
