import { balancePolicies } from '../../src/contexts/balances/balances.policy.js';
import { debtCommands } from '../../src/contexts/debts/commands.js';
import { debt } from '../../src/contexts/debts/debt.js';
import { debtPolicies } from '../../src/contexts/debts/debts.policy.js';
import { debtEvents } from '../../src/contexts/debts/events.js';
import { delegation } from '../../src/contexts/delegations/delegation.js';
import { delegationEvents } from '../../src/contexts/delegations/events.js';
import { subscriptionCommands } from '../../src/contexts/subscriptions/commands.js';
import { subscriptionEvents } from '../../src/contexts/subscriptions/events.js';
import { readDue } from '../../src/contexts/subscriptions/schedule.js';
import { subscriptionPolicies } from '../../src/contexts/subscriptions/subscriptions.policy.js';
import { rejectionType } from '../../src/event-store/catalogue.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { Actor, Envelope } from '../../src/kernel/envelope.js';
import {
  receiptId,
  streamName,
  subscriptionId,
  type CommandId,
  type EventId,
  type Uuid,
} from '../../src/kernel/ids.js';
import { actor, id, party, SYSTEM } from '../given.js';
import { ENTITY as MINISTRY, subscription } from '../subscriptions/cast.js';
import { MONEY_DECIDERS, MONEY_EVENTS } from '../world/laws.js';
import { anyDecider, World } from '../world/world.js';

export const CITY = party('city');
export const SAMI = party('sami');
export const SHOP = party('shop');
export const BANK = party('bank');
export { MINISTRY };
export const huda = actor('huda', 'clerk', CITY);
export const omar = actor('omar', 'approver', CITY);
export const sami = actor('sami', 'debtor', SAMI);
export const owner = actor('owner', 'establishment', SHOP);
export const teller = actor('teller', 'bank', BANK);

export const BASIC = subscriptionId(SHOP, party('user'), 'basic');
/** Of what somebody shows: its commitment. */
export const PROOF = '0f'.repeat(32);

const named = (commands: readonly string[], decider: ReturnType<typeof anyDecider>) =>
  Object.fromEntries(commands.map((type) => [type, decider]));

/**
 * A small story, told in what people do: the real deciders and policies make the events, and every refusal is recorded.
 * What follows from a command is done before the next one.
 */
export class Story {
  readonly log: Envelope[] = [];
  readonly #world = new World(
    {
      ...named(debtCommands, anyDecider(debt)),
      ...named(subscriptionCommands, anyDecider(subscription)),
      ...named(['RegisterDelegation', 'ApproveDelegation', 'RevokeDelegation'], anyDecider(delegation)),
      ...MONEY_DECIDERS,
    },
    [...debtPolicies, ...subscriptionPolicies, ...balancePolicies],
    [...debtEvents, ...subscriptionEvents, ...delegationEvents, ...MONEY_EVENTS],
    (event) => this.log.push(event),
  );
  #commands = 0;

  /** @param today the day on which the next things are recorded; they count on it where they say no other day */
  on(today: string): this {
    this.#world.today = today as BusinessDate;
    return this;
  }

  /** @returns the sequence of the last event; what is refused is recorded, too */
  do(type: string, target: Uuid, data: object, by: Actor, effectiveOn?: string): number {
    const command = id(`command ${this.#commands++}`) as unknown as CommandId;
    const on = effectiveOn === undefined ? {} : { effectiveOn: effectiveOn as BusinessDate };
    const outcome = this.#world.send({ id: command, command: { type, target, data }, by, ...on });
    if (outcome.kind === 'refused') {
      const { code, rule, version, kind } = outcome.by;
      const context = Object.entries(CONTEXTS).find(([, types]) => types.includes(type))?.[0] ?? 'billing';
      const refused = { target, targetRevision: 0, command: type, code, rule, ruleVersion: version, kind, facts: {} };
      this.log.push({
        ...(this.log.at(-1) as Envelope),
        id: id(`attempt ${command}`) as unknown as EventId,
        stream: streamName('attempt', command as unknown as Uuid),
        revision: 0,
        type: rejectionType(context, type),
        recordedAt: `${this.#world.today}T00:00:00.000Z` as Envelope['recordedAt'],
        effectiveOn: this.#world.today,
        actor: by,
        commandId: command,
        refs: { target },
        entries: [],
        data: { ...refused, requestDigest: '0'.repeat(64) },
      });
    }
    this.#world.drain(() => 0);
    return this.log.length - 1;
  }

  /** Drafted by Huda, registered by Omar, on one day. */
  debt(name: string, amount: string, more: { ground?: string; sector?: string; dueOn?: string } = {}): Uuid {
    const target = id(name);
    const terms = { debtor: SAMI, creditor: CITY, amount, currency: 'SAR', ground: 'fine', sector: 'traffic', ...more };
    this.do('DraftDebt', target, terms, huda);
    this.do('RegisterDebt', target, {}, omar);
    return target;
  }

  /** @param by who asks @returns the request's id */
  ask(type: string, target: Uuid, data: object, by: Actor = sami): EventId {
    this.do(type, target, data, by);
    const { data: asked } = this.log.at(-1) as Envelope<string, { request: EventId }>;
    return asked.request;
  }

  approve(target: Uuid, request: EventId, delegated?: { upTo: string }): void {
    const authority = delegated && {
      delegation: id('delegation'),
      revision: 1,
      status: 'active',
      approver: omar.id,
      entity: CITY,
      kind: 'exemption',
      currency: 'SAR',
      from: '2020-01-01',
      to: '2099-12-31',
      ...delegated,
    };
    this.do('ApproveRequest', target, { request, ...(authority && { authority }) }, omar);
  }

  pay(
    reference: string,
    amount: string,
    target: { debt: Uuid } | { subscription: Uuid } | null,
    { channel = 'sadad', on }: { channel?: string; on?: string } = {},
  ): Uuid {
    const receipt = receiptId(BANK, reference);
    const isDebt = target === null || 'debt' in target;
    const facts = {
      bank: BANK,
      reference,
      payer: isDebt ? SAMI : SHOP,
      payee: isDebt ? CITY : MINISTRY,
      amount,
      currency: 'SAR',
      paidOn: on ?? this.#world.today,
      channel,
      sector: isDebt ? 'traffic' : 'labour',
      ...(target !== null && { target }),
    };
    this.do('RecordReceipt', receipt, { ...facts, match: target }, teller, on);
    return receipt;
  }

  takeBack(receipt: Uuid, reference: string): void {
    this.do('ReverseRecordedReceipt', receipt, { reference, on: this.#world.today }, teller);
  }

  buy(): void {
    const whose = { establishment: SHOP, user: party('user'), relation: 'employee', plan: 'basic' };
    this.do('PurchaseSubscription', BASIC, { ...whose, term: 'P1Y', terms: 'v1', paymentMethod: 'sadad' }, owner);
  }

  /** Time passes until the day: what the subscription owes to the calendar is done, each on its own day. */
  until(day: string): this {
    for (;;) {
      const { due } = this.#world.summary(streamName('subscription', BASIC));
      const next = typeof due === 'string' ? readDue(due) : undefined;
      if (next === undefined || next.on > day) return this.on(day);
      this.on(next.on).do('BringUpToDate', BASIC, { due }, SYSTEM);
    }
  }
}

const CONTEXTS: Readonly<Record<string, readonly string[]>> = {
  debts: debtCommands,
  subscriptions: subscriptionCommands,
  delegations: ['RegisterDelegation', 'ApproveDelegation', 'RevokeDelegation'],
};
