import fc from 'fast-check';
import type { Command } from '../../src/kernel/decider.js';
import type { Actor } from '../../src/kernel/envelope.js';
import { addDays, type BusinessDate } from '../../src/kernel/calendar.js';
import {
  employmentId,
  receiptId,
  streamName,
  subscriptionId,
  type CommandId,
  type PartyId,
  type Uuid,
} from '../../src/kernel/ids.js';
import { formatMinor, parseCurrency } from '../../src/kernel/money.js';
import { readDue } from '../../src/contexts/subscriptions/schedule.js';
import { actor, id, party, SYSTEM } from '../given.js';
import type { World } from '../world/world.js';
import type { SubscriptionBooks } from './books.js';
import { ENTITY } from './cast.js';

/** Somebody does something: small numbers that mean something only in the world in which they are done. */
export interface Step {
  readonly kind: (typeof KINDS)[number];
  readonly slot: number;
  readonly pick: number;
  /** Somebody who is not meant to does it, or to something else than is meant. */
  readonly wild: boolean;
}

const WEIGHTS = {
  buy: 8,
  renew: 5,
  cancel: 1,
  resign: 1,
  askBack: 1,
  transfer: 1,
  reinstate: 1,
  use: 2,
  pay: 14,
  match: 2,
  takeBack: 3,
  pass: 8,
  keep: 10,
  deliver: 14,
  redeliver: 2,
} as const;
const KINDS = Object.keys(WEIGHTS) as readonly (keyof typeof WEIGHTS)[];

export const steps = (maxLength: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      kind: fc.oneof(...KINDS.map((kind) => ({ weight: WEIGHTS[kind], arbitrary: fc.constant(kind) }))) as fc.Arbitrary<
        Step['kind']
      >,
      slot: fc.constantFrom(0, 0, 0, 1, 2), // mostly one, so that much happens to it
      pick: fc.nat(23),
      wild: fc.nat(11).map((n) => n === 0),
    }),
    { maxLength, size: 'max' },
  );

const ESTABLISHMENTS = [party('establishment 0'), party('establishment 1')] as const;
const BANK = party('bank');
const PAYERS = [ESTABLISHMENTS[0], ESTABLISHMENTS[1], party('a friend who pays')] as const;
const RELATIONS = ['employee', 'employee', 'owner', 'delegate'] as const;

const at = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;

/** Three users of two establishments. */
export const SLOTS = [0, 1, 2].map((n) => {
  const establishment = at(ESTABLISHMENTS, n);
  const user = party(`user ${n}`);
  return { establishment, user, id: subscriptionId(establishment, user, 'basic') };
});
const teller: Actor = actor('teller', 'bank', BANK);
const clerk: Actor = actor('clerk', 'clerk', ENTITY);
const staff = (of: PartyId): Actor => actor(of, 'establishment', of);

/** Does the steps, one after the other, and knows what the books say while doing so. */
export class People {
  #count = 0;

  constructor(
    private readonly world: World,
    private readonly books: SubscriptionBooks,
  ) {}

  do(step: Step): void {
    const { kind, pick } = step;
    const slot = at(SLOTS, step.slot);
    switch (kind) {
      case 'deliver':
        return void this.world.deliver(pick);
      case 'redeliver': {
        const before = this.world.outcomes;
        if (before.length > 0) this.world.send(at(before, pick * 7 + step.slot).sent);
        return;
      }
      case 'pass':
        this.world.today = addDays(this.world.today, at([1, 1, 6, 25, 31, 180, 366], pick));
        return;
      case 'keep':
        return this.keep(slot.id, pick % 3 === 0 ? 1 : 100);
      case 'pay':
        return this.#send(...this.#pay(step));
      case 'match':
        return this.#send(...this.#match(step));
      case 'takeBack': {
        const target = (at([...this.books.receipts.keys()], pick) ?? id('no receipt')) as Uuid;
        const data = { reference: `R-${pick % 2}`, on: this.world.today };
        return this.#send({ type: 'ReverseRecordedReceipt', target, data }, step.wild ? clerk : teller);
      }
      default:
        return this.#send(...this.#ask(step));
    }
  }

  /** What the clock does for a subscription until today, at most on so many days; late, or never. */
  keep(subscription: Uuid, most: number): void {
    for (let done = 0; done < most; done++) {
      const { due } = this.world.summary(streamName('subscription', subscription));
      if (typeof due !== 'string') return;
      const { on } = readDue(due);
      if (on > this.world.today) return;
      const command = { type: 'BringUpToDate', target: subscription, data: { due } };
      this.world.send({
        id: id(`clock ${subscription} ${due}`) as unknown as CommandId,
        command,
        by: SYSTEM,
        effectiveOn: on,
      });
    }
  }

  #send(command: Command, by: Actor): void {
    this.world.send({ id: id(`command ${this.#count++}`) as unknown as CommandId, command, by });
  }

  #ask({ kind, slot: index, pick, wild }: Step): readonly [Command, Actor] {
    const slot = at(SLOTS, index);
    const by = wild
      ? at([clerk, staff(slot.user), staff(at(ESTABLISHMENTS, index + 1))], pick)
      : staff(slot.establishment);
    const odd = wild && pick > 15;
    const accepted = {
      term: odd && pick % 3 === 0 ? 'P2Y' : 'P1Y',
      terms: odd && pick % 3 === 1 ? 'v0' : 'v1',
      paymentMethod: 'sadad',
    };
    const send = (type: string, data: unknown): readonly [Command, Actor] => [{ type, target: slot.id, data }, by];
    switch (kind) {
      case 'buy': {
        const plan = odd && pick % 3 === 2 ? 'premium' : 'basic';
        const data = {
          establishment: slot.establishment,
          user: slot.user,
          relation: at(RELATIONS, pick),
          plan,
          ...accepted,
        };
        const target = subscriptionId(slot.establishment, slot.user, plan);
        return [{ type: 'PurchaseSubscription', target, data }, odd ? staff(slot.establishment) : by];
      }
      case 'renew':
        return [send('RenewSubscription', accepted)[0], odd ? staff(slot.establishment) : by];
      case 'cancel':
        return send('CancelSubscription', {});
      case 'askBack':
        return send('RefundAttempt', {});
      case 'transfer':
        return send('TransferSubscription', { to: party('another user') });
      case 'reinstate':
        return send('ReinstateSubscription', {});
      case 'resign':
        return this.#resign(slot, pick, by);
      default:
        return send('UseService', { service: 'work-permit' });
    }
  }

  #resign(
    { establishment, user, id: subscription }: (typeof SLOTS)[number],
    pick: number,
    by: Actor,
  ): [Command, Actor] {
    const known = this.books.subscriptions.get(subscription);
    const { state } = this.world.summary(streamName('subscription', subscription));
    const isOver = state === 'active' && known?.endsOn != null && known.endsOn <= this.world.today;
    const found =
      known === undefined ? [] : [{ subscription, relation: known.relation, state: isOver ? 'expired' : state }];
    const on = pick === 23 ? addDays(this.world.today, 1) : this.world.today;
    const data = { establishment, user, on, found };
    return [{ type: 'RecordResignation', target: employmentId(establishment, user), data }, by];
  }

  /** Mostly what is missing of the bill, often a part of it, now and then more or for nothing at all. */
  #pay({ slot: index, pick, wild }: Step): readonly [Command, Actor] {
    const slot = at(SLOTS, index);
    const missing = this.books.subscriptions.get(slot.id)?.missing ?? 0n;
    const minor = at([missing || 115_00n, 115_00n, 60_00n, 130_00n, missing / 2n || 1n, 5_00n], pick);
    const reference = wild && pick % 2 === 0 ? 'FT-0' : `FT-${this.books.receipts.size}`;
    const target = { subscription: slot.id };
    const facts = {
      bank: BANK,
      reference,
      payer: at(PAYERS, index === 1 ? 1 : pick > 20 ? 2 : 0),
      payee: ENTITY,
      ...(pick % 7 !== 0 && { target }),
      amount: formatMinor(minor, parseCurrency('SAR')),
      currency: 'SAR',
      paidOn: addDays(this.world.today, -at([0, 0, 1, 9, 40], pick)) as BusinessDate,
      channel: 'sadad',
      sector: 'labour',
    };
    const match = facts.target !== undefined && this.books.subscriptions.has(slot.id) ? target : null;
    return [{ type: 'RecordReceipt', target: receiptId(BANK, reference), data: { ...facts, match } }, teller];
  }

  #match({ slot: index, pick, wild }: Step): readonly [Command, Actor] {
    const slot = at(SLOTS, index);
    const waiting = [...this.books.receipts].filter(([, { target }]) => wild || target === null);
    const [receipt] = at(waiting, pick) ?? [id('no receipt')];
    const state = this.world.summary(streamName('subscription', slot.id)).state;
    const found = this.books.subscriptions.has(slot.id) ? { state, creditor: ENTITY, currency: 'SAR' } : null;
    return [{ type: 'MatchReceipt', target: receipt as Uuid, data: { subscription: slot.id, found } }, clerk];
  }
}
