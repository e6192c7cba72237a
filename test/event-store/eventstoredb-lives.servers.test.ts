import fc from 'fast-check';
import { catalogue, RULE_SET } from '../../src/composition.js';
import { balanceCommandClasses } from '../../src/contexts/balances/balances.handlers.js';
import { receiptCommandClasses } from '../../src/contexts/billing/receipts.handlers.js';
import { debtCommandClasses } from '../../src/contexts/debts/debts.handlers.js';
import { canonicalJson, sha256 } from '../../src/event-store/canonical.js';
import { openEventStoreDb } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import type { Command, Decider } from '../../src/kernel/decider.js';
import type { NewEvent } from '../../src/kernel/envelope.js';
import { CommandRegistry } from '../../src/ledger/command-handlers.js';
import type { KeptEvidence, Ledger } from '../../src/ledger/ledger.js';
import { openLedger } from '../../src/ledger/open-ledger.js';
import type { Outcome } from '../../src/ledger/outcome.js';
import { wholeLog } from '../contract/event-store/opened.js';
import { DECIDERS, live } from '../projections/life.js';
import { StandIn } from '../servers/eventstoredb/stand-in.js';
import { steps } from '../world/people.js';
import { STARTS_ON, type Outcome as Decided, type Sent } from '../world/world.js';

/*
 * Two processes on one store, each with its own memory of what it last saw, must answer as one that remembers nothing
 * wrong: every command is decided in memory first, in one world, and then by whichever process it happens to reach.
 */
const registry = new CommandRegistry([...debtCommandClasses, ...receiptCommandClasses, ...balanceCommandClasses]);

function execute(ledger: Ledger, { id, command, by }: Sent): Promise<Outcome> {
  const digest = sha256(canonicalJson({ type: command.type, data: command.data }));
  const request = { id, digest, actor: by, source: 'api', mayBackdate: false, correlation: id } as const;
  const decider = DECIDERS[command.type as keyof typeof DECIDERS] as Decider<unknown, Command, NewEvent>;
  return ledger.execute(decider, registry.issue(command, request));
}

/** What both kinds of outcome say in common. */
function decidedAs(decided: Decided): unknown {
  switch (decided.kind) {
    case 'refused':
      return { code: decided.by.code, rule: decided.by.rule };
    case 'accepted':
      return { event: decided.events.at(-1)?.id };
    case 'earlier':
      return { kind: 'accepted' };
  }
}
const answeredAs = (decided: Decided, outcome: Outcome): unknown => {
  if (outcome.kind === 'refused') return { code: outcome.code, rule: outcome.rule };
  return decided.kind === 'earlier' ? { kind: outcome.kind } : { event: outcome.event?.id };
};

/** Two appends at once to one stream cost two seconds: the server waits for the first to be committed. */
const reached = fc.array(fc.constantFrom('one', 'other', 'one', 'other', 'both'), { minLength: 1, maxLength: 30 });

test('two ledgers answer as one, whichever a command reaches: no refusal from memory, no event twice or lost', async () => {
  const server = await StandIn.start();
  const life = async (done: Parameters<typeof live>[0], where: readonly string[]): Promise<void> => {
    const { world } = live(done);
    await server.empty();
    const stores = await Promise.all([openEventStoreDb(server.url), openEventStoreDb(server.url)]);
    try {
      const settings = { catalogue, ruleSet: RULE_SET, backdatingDays: 30, cacheBytes: 1_000_000, environment: 'test' };
      let day = STARTS_ON; // a life in which nothing was sent opens ledgers, too
      const clock = { now: () => Date.parse(`${day}T09:00:00Z`) };
      const keepEvidence = async (): Promise<KeptEvidence> => ({ name: () => undefined, forget: () => undefined });
      const opening = { ...settings, keepEvidence, clock, logOrigin: 'test.localhost/ledger' };
      const [one, other] = await Promise.all(stores.map((store) => openLedger({ ...opening, store })));
      const ledgers = { one: [one!], other: [other!], both: [one!, other!] };
      for (const [n, { sent, outcome: decided, today }] of world.outcomes.entries()) {
        day = today;
        const asked = ledgers[where[n % where.length] as keyof typeof ledgers];
        for (const outcome of await Promise.all(asked.map((ledger) => execute(ledger, sent)))) {
          expect([n, sent.command, answeredAs(decided, outcome)]).toEqual([n, sent.command, decidedAs(decided)]);
        }
      }
      const log = (await wholeLog(stores[0]!)).map(({ event }) => event);
      const facts = log.filter(({ type }) => !type.startsWith('ledger.') && !type.endsWith('Rejected'));
      expect(facts.map(({ id, revision }) => [id, revision])).toEqual(
        world.log.map(({ id, revision }) => [id, revision]),
      );
      expect(new Set(log.map(({ id }) => id)).size).toBe(log.length);
    } finally {
      await Promise.all(stores.map((store) => store.close()));
    }
  };
  try {
    await fc.assert(fc.asyncProperty(steps(25), reached, life), {
      numRuns: 3,
      interruptAfterTimeLimit: 60_000,
      endOnFailure: true,
    });
  } finally {
    await server.dispose();
  }
});
