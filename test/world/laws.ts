import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { balance } from '../../src/contexts/balances/balance.js';
import { balanceEvents } from '../../src/contexts/balances/events.js';
import { billingEvents } from '../../src/contexts/billing/events.js';
import { receipt } from '../../src/contexts/billing/receipt.js';
import { canonicalEvent } from '../../src/event-store/canonical.js';
import { anyDecider, type World } from './world.js';

/** Receipts and balances are in every world: whatever is owed is paid through them. */
export const MONEY_DECIDERS = {
  RecordReceipt: anyDecider(receipt),
  MatchReceipt: anyDecider(receipt),
  ReverseRecordedReceipt: anyDecider(receipt),
  CreditBalance: anyDecider(balance),
  ReverseCredit: anyDecider(balance),
};
export const MONEY_EVENTS = [...billingEvents, ...balanceEvents];

export const textOf = ({ log }: World): string => log.map(canonicalEvent).join('\n');

/**
 * What holds in every world, whoever lives in it.
 * @param lives what people do, and the world that comes of it
 */
export function lawsOfEveryWorld<Life>(lives: fc.Arbitrary<Life>, live: (life: Life) => World, runs: number): void {
  const holds = (name: string, share: number, law: (world: World) => void): void =>
    test(name, () => {
      fc.assert(
        fc.property(lives, (life) => law(live(life))),
        { numRuns: Math.ceil(runs / share) },
      );
    });

  holds('no rule stops what a policy or the clock sends', 4, ({ outcomes }) => {
    const stopped = outcomes.filter(({ sent, outcome }) => sent.by.role === 'system' && outcome.kind === 'refused');
    expect(stopped).toEqual([]);
  });

  holds('what is in memory is what the stored events come to, and a snapshot keeps it whole', 4, (world) => {
    for (const { stream, state, again } of world.refolded()) {
      expect({ stream, state }).toEqual({ stream, state: again });
      // Bigints and maps, nothing with a prototype of its own (docs/adr/0005).
      expect(deserialize(serialize(state))).toStrictEqual(state);
    }
  });

  holds('everything sent once more, in any order, has no second effect', 8, (world) => {
    const before = textOf(world);
    // An acceptance without events is no outcome (DESIGN.md, Ids): sent on another day it may have an effect.
    const final = world.outcomes.filter(({ outcome }) => outcome.kind !== 'accepted' || outcome.events.length > 0);
    for (const { sent } of final.toReversed()) world.send(sent);
    expect(world.pending).toBe(0);
    expect(textOf(world)).toBe(before);
  });
}
