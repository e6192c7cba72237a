import fc from 'fast-check';
import { KnownAt } from '../../projections/known-at.js';
import { knownBy, moments } from '../../projections/moments.js';
import type { EventReader } from '../../src/event-store/event-store.js';
import type { HttpPorts } from '../../src/http/ports.js';
import { Problem } from '../../src/http/problems/problem.js';
import { instantAt } from '../../src/kernel/calendar.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { openSqliteReadModels } from '../../src/read-models/sqlite/sqlite-read-models.js';
import { InMemoryReadModels } from '../read-models/in-memory.js';
import { foldInto } from './folded.js';

/* DESIGN.md, Two times: knownAt as an instant = the last sequence whose running maximum of recordedAt is not later. */

const BEGIN = Date.parse('2026-01-31T09:00:00.000Z');

const logOf = (times: readonly number[]): Envelope[] =>
  times.map((ms) => ({ type: 'tests.Happened', recordedAt: instantAt(BEGIN + ms) }) as Envelope);

/** The definition, as it stands. */
function naive(times: readonly number[], ms: number): number {
  let max = -Infinity;
  let last = -1;
  for (const [sequence, at] of times.entries()) {
    max = Math.max(max, at);
    if (max <= ms) last = sequence;
  }
  return last;
}

/** Three processes, each with a clock that never goes back but may stand still; one is ahead, one behind, at times. */
const clocks = fc
  .array(fc.tuple(fc.nat(2), fc.constantFrom(0, 0, 1, 1, 2, 7, 60_000)), { minLength: 1, maxLength: 500 })
  .chain((ticks) =>
    fc.tuple(fc.constant(ticks), fc.tuple(fc.nat(50), fc.nat(90_000), fc.constantFrom(0, -3_600_000, 1_000))),
  )
  .map(([ticks, offsets]) => {
    const now = [...offsets];
    return ticks.map(([who, ms]) => (now[who] = (now[who] as number) + ms));
  });

test('a moment means the last sequence whose running maximum is not later, whatever clocks do', async () => {
  await fc.assert(
    fc.asyncProperty(
      clocks,
      fc.array(fc.integer({ min: -4_000_000, max: 4_000_000 }), { maxLength: 5 }),
      async (times, others) => {
        const models = new InMemoryReadModels();
        await foldInto(models, moments, logOf(times), 64);
        const max = Math.max(...times);
        for (const ms of new Set([...times.flatMap((each) => [each - 1, each]), ...others])) {
          const found = await knownBy(models, BEGIN + ms);
          if (ms < max) expect([ms, found]).toEqual([ms, { sequence: naive(times, ms) }]);
          else expect(found).toEqual({ since: BEGIN + max });
        }
      },
    ),
    { numRuns: 40 },
  );
});

test('the same on SQLite, over many pages', async () => {
  const models = openSqliteReadModels(':memory:');
  const times = Array.from({ length: 3_000 }, (_, n) => n * 10);
  await foldInto(models, moments, logOf(times), 256);
  for (const ms of [0, 5, 1_279, 1_280, 1_281, 29_989]) {
    expect(await knownBy(models, BEGIN + ms)).toEqual({ sequence: naive(times, ms) });
  }
  await models.close();
});

describe('of a question', () => {
  /** A minute after the first of three events. */
  const NOW = BEGIN + 60_000;

  async function knownAt(times: readonly number[]) {
    const models = new InMemoryReadModels();
    await foldInto(models, moments, logOf(times));
    const count = times.length;
    const events = { head: () => Promise.resolve({ position: `p${count}`, count }) } as unknown as EventReader;
    const ports = { clock: { now: () => NOW }, waitFor: () => Promise.resolve(true) } as unknown as HttpPorts;
    return new KnownAt(events, models, ports);
  }
  const at = (ms: number): string => instantAt(BEGIN + ms);
  const refusal = { faults: [{ path: 'knownAt', code: 'NOT_YET_KNOWN' }] };

  test('a sequence is itself, and nothing said is all that there is', async () => {
    const known = await knownAt([0, 1_000, 2_000]);
    expect(await Promise.all([undefined, '0', '2', '-1'].map((asked) => known.sequenceOf(asked)))).toEqual([
      2, 0, 2, -1,
    ]);
    await expect(known.sequenceOf('3')).rejects.toMatchObject(refusal);
  });

  test('a moment with any offset, to the millisecond', async () => {
    const known = await knownAt([0, 1_000, 2_000]);
    expect(await known.sequenceOf('2026-01-31T12:00:00.999+03:00')).toBe(0);
    expect(await known.sequenceOf('2026-01-31T09:00:01.0009Z')).toBe(1);
    expect(await known.sequenceOf('2026-01-31T08:59:59Z')).toBe(-1);
  });

  test('what is later than the last event is known once fifteen seconds have passed', async () => {
    const known = await knownAt([0, 1_000, 2_000]);
    expect(await known.sequenceOf(at(45_000))).toBe(2);
    await expect(known.sequenceOf(at(45_001))).rejects.toMatchObject(refusal);
    await expect(known.sequenceOf('2199-01-01T00:00:00Z')).rejects.toBeInstanceOf(Problem);
  });

  test('what is earlier than the last event is known at once, and the refusal says how far', async () => {
    const known = await knownAt([0, 55_000]);
    expect(await known.sequenceOf(at(54_999))).toBe(0);
    await expect(known.sequenceOf(at(55_000))).rejects.toMatchObject({
      faults: [{ facts: { most: 1, until: at(54_999) } }],
    });
  });

  test('of an empty ledger, nothing', async () => {
    expect(await (await knownAt([])).sequenceOf(at(0))).toBe(-1);
  });
});
