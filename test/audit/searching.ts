import fc from 'fast-check';
import type { Filter } from '../../projections/audit/filter.js';
import { auditModel, type AuditDocument } from '../../projections/audit/model.js';
import { mergesAfter, SHAPE } from '../../projections/audit/spans.js';
import type { ReadModels } from '../../src/read-models/read-models.js';
import type { StartBackend } from '../contract/read-models/backend.js';
import { history, Indexed, naive, pool, RULES } from './history.js';

const some = <T>(of: readonly T[]) => fc.constantFrom(...of);
const moment = fc.nat(5_000).map((s) => new Date(Date.parse('2026-02-01T00:00:00.000Z') + s * 1_000).toISOString());
export const filters: fc.Arbitrary<Filter> = fc.record(
  {
    actor: some(pool.actor),
    acts: fc.subarray(['requested', 'approved', 'declined'] as const),
    party: some(pool.party),
    entity: some(pool.party),
    about: some(pool.about),
    type: some(pool.type),
    rule: fc.record({ name: some(RULES), types: fc.subarray(pool.type.slice(0, 3)) }),
    refused: fc.boolean(),
    currency: some(pool.currency),
    minAmount: some(pool.amount),
    maxAmount: some(pool.amount),
    effectiveFrom: some(pool.day),
    effectiveTo: some(pool.day),
    recordedFrom: moment,
    recordedTo: moment,
    correlation: some(pool.correlation),
  },
  { requiredKeys: [] },
);

async function openedBy(start: StartBackend): Promise<[ReadModels, () => Promise<void>]> {
  const backend = await start();
  const store = await backend.open();
  await store.open([auditModel]);
  return [store, () => backend.dispose()];
}

/** The law of the index, on any store of read models. */
export function searching(start: StartBackend, runs: number): void {
  test('any combination finds what a look at every event finds, page by page, whatever was delivered twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 600 }),
        fc.integer(),
        fc.integer({ min: 1, max: 130 }),
        fc.array(fc.tuple(fc.nat(600), fc.nat(200)), { maxLength: 2 }),
        fc.array(filters, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 60 }),
        async (length, seed, pageSize, backs, asked, limit, effort) => {
          const [store, dispose] = await openedBy(start);
          try {
            const log = history(length, seed);
            const indexed = new Indexed({ block: 4, levels: SHAPE.levels.slice(0, 1) }, log, store);
            for (const [until, back] of backs) {
              await indexed.fold(Math.min(until, length), pageSize);
              await indexed.foldAgain(back, length);
            }
            await indexed.fold(length, pageSize);
            for (const filter of asked) expect(await indexed.all(filter, limit, effort)).toEqual(naive(log, filter));
          } finally {
            await dispose();
          }
        },
      ),
      { numRuns: runs },
    );
  });
}

/** The ledger's own levels of the smallest blocks: spans of 64, 512 and 4,096 events. */
const SMALL = { block: 1, levels: SHAPE.levels.slice(0, 3) };

/** The same of a long history: many thousands of documents. */
export function searchingSpans(start: StartBackend): void {
  test('any combination is found over spans of spans, at any length, and with new events between two pages', async () => {
    const [store, dispose] = await openedBy(start);
    try {
      const log = history(4_300, 7);
      const indexed = new Indexed(SMALL, log, store);
      const samples = fc.sample(filters, { numRuns: 12, seed: 20_260_301 });
      for (const upTo of [63, 64, 65, 4_095, 4_096, 4_100, 4_159, 4_160, 4_300]) {
        const [filter] = samples;
        const first = await indexed.find(filter!, 3);
        await indexed.fold(upTo, 700);
        // The cursor of the page before goes on as if nothing had come.
        const { events } = await indexed.find(filter!, 3, 10_000, first.reached);
        const rest = naive(log, filter!).filter((sequence) => sequence < first.reached);
        expect(events.map(({ sequence }) => sequence)).toEqual(rest.slice(0, 3));
        const seen = log.slice(0, upTo);
        for (const each of samples) expect(await indexed.all(each, 50, 300)).toEqual(naive(seen, each));
      }
    } finally {
      await dispose();
    }
  });

  test('what is rare is found in a few documents, and a single event by its id', async () => {
    const [store, dispose] = await openedBy(start);
    try {
      const log = history(4_400, 11);
      const indexed = new Indexed(SMALL, log, store);
      await indexed.fold(log.length, 1_000);
      for (const sequence of [0, 1_234, 4_095, 4_399]) {
        indexed.reads = 0;
        const { events } = await indexed.find({ id: log[sequence]!.id }, 1);
        expect(events).toMatchObject([{ sequence, event: log[sequence] }]);
        // Blocks that no finished span holds, then one document for each span on the way down.
        expect(indexed.reads).toBeLessThan(80);
      }
    } finally {
      await dispose();
    }
  });

  test('a rebuild and a live fold make the same documents', async () => {
    const log = history(4_200, 3);
    const made: Map<string, AuditDocument | null>[] = [];
    for (const pageSize of [1_000, 37]) {
      const [store, dispose] = await openedBy(start);
      try {
        await new Indexed(SMALL, log, store).fold(log.length, pageSize);
        const all = new Map<string, AuditDocument | null>();
        for await (const { id, document } of store.scan<AuditDocument>(auditModel)) all.set(id, document);
        made.push(all);
      } finally {
        await dispose();
      }
    }
    expect(made[0]).toEqual(made[1]);
    expect(made[0]!.has('3.0.AA')).toBe(true);
  });
}

test('a span of the largest level is made in steps, each key’s documents once', () => {
  const shape = { block: 1, levels: SHAPE.levels };
  const end = 64 ** 3;
  const made = new Set<string>();
  let steps = 0;
  for (let sequence = end - 1; sequence < end + 64 ** 2 + 64; sequence++) {
    const merges = mergesAfter(shape, sequence);
    expect(merges.length).toBeLessThan(9);
    for (const id of merges.flatMap(({ into }) => into).filter((each) => each.startsWith('4.'))) {
      made.add(id);
      steps++;
    }
  }
  expect([made.size, steps]).toEqual([end + 1, end + 1]);
});
