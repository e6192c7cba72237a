import fc from 'fast-check';
import { balancePolicies } from '../../src/contexts/balances/balances.policy.js';
import { debtCommands } from '../../src/contexts/debts/commands.js';
import { debt } from '../../src/contexts/debts/debt.js';
import { debtPolicies } from '../../src/contexts/debts/debts.policy.js';
import { debtEvents } from '../../src/contexts/debts/events.js';
import { subscriptionCommands } from '../../src/contexts/subscriptions/commands.js';
import { employment } from '../../src/contexts/subscriptions/employment.js';
import type { Projection } from '../../src/feed/consumers.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import type { Document } from '../../src/read-models/read-models.js';
import { subscription } from '../subscriptions/cast.js';
import { Books } from '../world/books.js';
import { MONEY_DECIDERS, MONEY_EVENTS } from '../world/laws.js';
import { People, steps, type Step } from '../world/people.js';
import { anyDecider, World } from '../world/world.js';

export const DECIDERS = {
  ...Object.fromEntries(debtCommands.map((type) => [type, anyDecider(debt)])),
  ...MONEY_DECIDERS,
  ...Object.fromEntries(subscriptionCommands.map((type) => [type, anyDecider(subscription)])),
  RecordResignation: anyDecider(employment),
};

/** Some lives of the whole write side, the same in every run, with their books. */
export function lives(count: number): { log: readonly Envelope[]; books: Books }[] {
  return fc.sample(steps(90), { numRuns: count, seed: 20_260_301 }).map((done) => {
    const { world, books } = live(done);
    return { log: world.log, books };
  });
}

/** What comes of the steps, decided in memory. */
export function live(done: readonly Step[]): { world: World; books: Books } {
  const books = new Books();
  const policies = [...debtPolicies, ...balancePolicies];
  const definitions = [...debtEvents, ...MONEY_EVENTS];
  const world = new World(DECIDERS, policies, definitions, (event) => books.take(event));
  const people = new People(world, books);
  for (const step of done) people.do(step);
  world.drain((delivered) => delivered);
  return { world, books };
}

/** Every document of a projection; a fold that changes what it is given fails on the frozen document. */
export function foldAll<D extends Document>(projection: Projection<D>, log: readonly Envelope[]): Map<string, D> {
  const documents = new Map<string, D>();
  log.forEach((event, sequence) => {
    if (projection.types !== '*' && !projection.types.includes(event.type)) return;
    for (const id of projection.identify(event, sequence)) {
      let after = projection.evolve(documents.get(id) ?? null, { sequence, event }, id);
      const parts = after && projection.seal?.(after);
      if (parts) {
        documents.set(parts.sealed.id, freeze(parts.sealed));
        after = parts.rest;
      }
      if (after === null) documents.delete(id);
      else documents.set(id, freeze(after));
    }
  });
  return documents;
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
  return value;
}
