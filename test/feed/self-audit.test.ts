import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { debtList } from '../../projections/debt-list/projection.js';
import type { EntityTotals } from '../../projections/entity-totals/model.js';
import { entityTotals } from '../../projections/entity-totals/projection.js';
import { openReadModelReader } from '../../src/adapters.js';
import { catalogue, projections } from '../../src/composition.js';
import type { EventReader } from '../../src/event-store/event-store.js';
import { openSqliteEventReader } from '../../src/event-store/sqlite/sqlite-event-store.js';
import type { FeedEvent } from '../../src/feed/feed-page.js';
import type { AuditStatus } from '../../src/feed/self-audit/audit-status.js';
import { Lap, TRANSIT_EVENTS } from '../../src/feed/self-audit/lap.js';
import { Sample } from '../../src/feed/self-audit/sample.js';
import { SelfAudit } from '../../src/feed/self-audit/self-audit.js';
import type { Document, ReadModelReader, Versioned } from '../../src/read-models/read-models.js';
import { EmbeddedLeases } from '../../src/leases/embedded-leases.js';
import { Database } from '../../src/sqlite/database.js';
import { LogBuilder } from '../../src/transparency/log-builder.js';
import { rehashing, type Rehash } from '../../src/transparency/rehashing.js';
import { openSqliteLogStorage } from '../../src/transparency/sqlite/sqlite-log-storage.js';
import { wholeLog } from '../contract/event-store/opened.js';
import { byHand, documentsOf } from '../cli/refolding/damage.js';
import { newLedger, place } from '../cli/moving.js';
import { logKey } from '../transparency/support/keys.js';
import { RealWorld } from '../projections/real-world.js';

afterAll(() => rmSync(place, { recursive: true, force: true }));

describe('a sample', () => {
  test('holds all until there are too many, then a part, each name from its first appearance on; another salt, another part', () => {
    const names = Array.from({ length: 10_000 }, (_, n) => `debt-${n}`);
    const held = [1, 2].map((salt) => {
      const sample = new Sample<number>(100, salt, new Set(['debt-7']));
      for (let round = 1; round <= 3; round++) {
        for (const name of names) {
          if (sample.has(name)) sample.set(name, (sample.held.get(name) ?? 0) + 1);
          if (round === 1 && name === 'debt-50') expect(sample.held.size).toBe(51);
        }
      }
      expect(sample.held.size).toBeGreaterThan(20);
      expect(sample.held.size).toBeLessThanOrEqual(101);
      expect([...sample.held.values()].every((seen) => seen === 3)).toBe(true);
      expect(sample.held.has('debt-7')).toBe(true);
      return [...sample.held.keys()];
    });
    expect(held[0]).not.toEqual(held[1]);
  });
});

/** A lap over what the log says, each event as `change` makes it. */
async function lapOver(data: string, change: (each: FeedEvent) => FeedEvent = (each) => each): Promise<Lap> {
  const reader = openSqliteEventReader(join(data, 'ledger.db'));
  const lap = new Lap(projections, 1, new Set());
  for (const [sequence, stored] of (await wholeLog(reader)).entries()) lap.take(change({ ...stored, sequence }));
  await reader.close();
  lap.end();
  return lap;
}

describe('a lap over the log', () => {
  let data: string;
  let log: readonly FeedEvent[];
  beforeAll(async () => {
    data = await newLedger();
    const reader = openSqliteEventReader(join(data, 'ledger.db'));
    log = (await wholeLog(reader)).map((stored, sequence) => ({ ...stored, sequence }));
    await reader.close();
  });

  test('finds nothing amiss in a sound one', async () => {
    const lap = await lapOver(data);
    expect([lap.count, lap.findings]).toEqual([log.length, []]);
  });

  test('finds a gap in a stream', async () => {
    const { stream } = log.find(({ event }) => event.revision === 1)!.event;
    const lap = await lapOver(data, (each) =>
      each.event.stream === stream && each.event.revision > 0
        ? { ...each, event: { ...each.event, revision: each.event.revision + 1 } }
        : each,
    );
    expect(lap.findings[0]).toMatchObject({
      kind: 'gap',
      key: stream,
      said: `revision 2 of ${stream} stands where 1 belongs`,
    });
  });

  test('finds an entry that does not balance within its entity', async () => {
    const { sequence } = log.find(({ event }) => event.entries.length > 0)!;
    const lap = await lapOver(data, (each) => {
      if (each.sequence !== sequence) return each;
      const [first, ...others] = each.event.entries;
      const dims = { ...first!.debit.dims, entity: 'party_00000000-0000-4000-8000-000000000000' };
      const entry = { ...first!, debit: { ...first!.debit, dims } } as typeof first;
      return { ...each, event: { ...each.event, entries: [entry!, ...others] } };
    });
    expect(lap.findings).toMatchObject([{ kind: 'unbalanced', said: expect.stringContaining(`event ${sequence} (`) }]);
  });

  test('finds money that does not arrive: none for a thousand events, then some', () => {
    const by = log.find(({ event }) => event.entries.length > 0)!;
    const entity = by.event.entries[0]!.debit.dims.entity;
    const transit = by.event.id;
    const leg = { account: '2330', dims: { entity, transit } } as const;
    const bank = { account: '1100', dims: { entity } } as const;
    const sends = [{ debit: bank, credit: leg, amount: '5.00', currency: 'SAR' }] as typeof by.event.entries;
    const arrives = [{ debit: leg, credit: bank, amount: '5.00', currency: 'SAR' }] as typeof by.event.entries;
    const quiet = log.find(({ event }) => event.type === 'ledger.LedgerOpened')!;
    const after = (events: number, ...entries: (typeof sends)[]): Lap => {
      const lap = new Lap([], 1, new Set());
      for (let sequence = 0; sequence <= events; sequence++) {
        const event = { ...quiet.event, stream: `ledger-${sequence}` as never, entries: entries[sequence] ?? [] };
        lap.take({ ...quiet, sequence, event });
      }
      lap.end();
      return lap;
    };
    expect(after(TRANSIT_EVENTS - 1, sends).findings).toEqual([]);
    expect(after(TRANSIT_EVENTS, sends, arrives).findings).toEqual([]);
    expect(after(TRANSIT_EVENTS, sends).findings).toMatchObject([
      {
        kind: 'transit',
        key: transit,
        said: `500 minor units of event ${transit} have been in transit (2330) since event 0`,
      },
    ]);
  });
});

interface Stated extends Document {
  readonly state: string;
}

describe('the self-audit', () => {
  let data: string;
  let reader: EventReader;
  let readModels: ReadModelReader;
  beforeEach(async () => {
    data = await newLedger();
    const world = await RealWorld.open(data);
    await world.drain(); // its last event was not folded yet
    await world.close();
    reader = openSqliteEventReader(join(data, 'ledger.db'));
    readModels = await openReadModelReader({ data });
  });
  afterEach(async () => {
    await readModels.close();
    await reader.close();
  });

  /** Until so many laps have ended more. */
  async function watch(
    during: (laps: () => Promise<AuditStatus>, lines: string[]) => Promise<void>,
    rehash?: Rehash,
  ): Promise<void> {
    const stop = new AbortController();
    const lines: string[] = [];
    let status: AuditStatus = { laps: 0, events: 0, documents: 0, findings: [] };
    const audit = new SelfAudit({
      reader,
      readModels,
      catalogue,
      projections,
      isMine: () => true,
      head: () => 0,
      report: (news) => (status = news),
      log: (level, message) => lines.push(`${level}: ${message}`),
      restMs: 5,
      ...(rehash !== undefined && { rehash }),
    });
    const running = audit.run(stop.signal);
    await during(async () => {
      const { laps } = status;
      while (status.laps < laps + 2) await new Promise((resolve) => setTimeout(resolve, 10));
      return status;
    }, lines);
    stop.abort();
    await running;
  }

  test('finds a document and a total that were changed by hand, says each once, and sees when they are mended', async () => {
    const [first] = (await documentsOf({ data }, debtList)) as readonly Versioned<Stated>[];
    const change = (
      projection: typeof debtList | typeof entityTotals,
      field: string,
      value: string,
      id: string,
    ): number =>
      byHand(
        data,
        (table) =>
          `UPDATE ${table(projection as never)} SET document = json_set(document, '$.${field}', '${value}') WHERE id = '${id}'`,
      );
    const [total] = (await documentsOf({ data }, entityTotals)) as readonly Versioned<EntityTotals>[];
    await watch(async (twoLaps, lines) => {
      const sound = await twoLaps();
      expect(sound.findings).toEqual([]);
      expect(sound.documents).toBeGreaterThan(10);

      change(debtList, 'state', 'forgiven', first!.id);
      change(entityTotals, 'registered', '0.01', total!.id);
      const { findings } = await twoLaps();
      await twoLaps();
      expect(findings.map(({ kind, key }) => [kind, key])).toEqual([
        ['document', `debt-list ${first!.id}`],
        ['document', `entity-totals ${total!.id}`],
      ]);
      expect(findings[1]!.said).toContain(
        `registered: the events say "${total!.document!.registered}", stored is "0.01"`,
      );
      expect(lines).toEqual([
        expect.stringMatching(/^error: self-audit: debt-list .+ What to do: rebuild the projection/),
        expect.stringMatching(/^error: self-audit: entity-totals .+ What to do: rebuild the projection/),
      ]);

      change(debtList, 'state', first!.document!.state, first!.id);
      change(entityTotals, 'registered', total!.document!.registered, total!.id);
      expect((await twoLaps()).findings).toEqual([]);
      expect(lines.slice(2)).toEqual(['info: self-audit: nothing is amiss any more']);
    });
  });

  test('finds an event further back that is not the one that was hashed into the transparency log', async () => {
    const saltOf = (id: string): string => createHash('sha256').update(id).digest('hex');
    const storage = openSqliteLogStorage(join(data, 'transparency.db'));
    const log = await wholeLog(reader);
    const built = new AbortController();
    await new LogBuilder({
      ledger: log[0]!.event.ledger,
      reader,
      storage,
      leases: new EmbeddedLeases(),
      key: logKey('log.example.sa/ledger'),
      saltOf,
      report: ({ size }) => {
        if (size === log.length) built.abort();
      },
      log: (_, message) => {
        throw new Error(message);
      },
      paceMs: 1,
    }).run(built.signal);
    await watch(
      async (twoLaps, lines) => {
        expect((await twoLaps()).findings).toEqual([]);
        const edited = 3;
        const database = Database.open(join(data, 'ledger.db'), 0x53696a45);
        database.prepare(`UPDATE events SET event = replace(event, '"v":1', '"v":2') WHERE sequence = ?`).run(edited);
        database.close();
        const { findings } = await twoLaps();
        await twoLaps();
        expect(findings.filter(({ kind }) => kind === 'rewritten')).toMatchObject([{ key: `${edited}` }]);
        const said = lines.filter((line) => line.includes('is not the one that was hashed'));
        expect(said).toEqual([expect.stringMatching(/^error: self-audit: event 3 \(.+ What to do: somebody edited/)]);
      },
      rehashing(storage, saltOf),
    );
    await storage.close();
  });
});
