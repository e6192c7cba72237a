import fc from 'fast-check';
import { isRejection } from '../../src/event-store/catalogue.js';
import { PreconditionFailed, IdempotencyConflict, type Outcome } from '../../src/ledger/outcome.js';
import { add, log, request, setup } from './setup.js';

/** A few keys, so that many commands are repeats, some of them with another body. */
const command = fc.record({
  key: fc.nat(12),
  by: fc.integer({ min: -3, max: 3 }),
  process: fc.nat(1),
  expected: fc.option(fc.nat(6), { nil: undefined }),
});

test('commands = accepted + refused: each command id has one outcome, and the log holds it (DESIGN.md, Refusals)', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (commands) => {
      const told: Outcome[] = [];
      const { store, clock, process } = setup({ onOutcome: (_, outcome) => told.push(outcome) });
      const processes = [process(), process({ cacheBytes: 1 })];
      const first = new Map<number, Outcome>();
      let total = 0;
      for (const { key, by, process: which, expected } of commands) {
        clock.time += 1;
        const asked = request(`key ${key}`, {
          digest: String(by + 3).repeat(64),
          ...(expected !== undefined && { expectedRevision: BigInt(expected) }),
        });
        const outcome = await add(processes[which]!, by, asked).catch((error: Error) => error);
        if (outcome instanceof PreconditionFailed || outcome instanceof IdempotencyConflict) continue;
        if (outcome instanceof Error) throw outcome;
        if (outcome.kind === 'accepted' && outcome.event === undefined) continue; // no outcome: nothing to record
        const { repeated: _, ...essence } = outcome;
        const known = first.get(key);
        expect(outcome.repeated).toBe(known !== undefined);
        if (known === undefined) {
          first.set(key, essence as Outcome);
          if (outcome.kind === 'accepted') total += by;
        } else {
          expect(essence).toEqual(known);
        }
      }
      const events = (await log(store)).map(({ event }) => event);
      const refusals = events.filter(isRejection);
      expect(refusals).toHaveLength([...first.values()].filter(({ kind }) => kind === 'refused').length);
      expect(new Set(events.map(({ commandId }) => commandId)).size).toBe(first.size);
      expect(events).toHaveLength(first.size);
      expect(told.filter(isNew)).toHaveLength(first.size);
      expect(total).toBeGreaterThanOrEqual(0);
      expect(events.findLast((event) => !isRejection(event))?.data ?? { total: 0 }).toMatchObject({ total });
    }),
    { numRuns: 300 },
  );
});

const isNew = (outcome: Outcome): boolean =>
  !outcome.repeated && (outcome.kind === 'refused' || outcome.event !== undefined);
