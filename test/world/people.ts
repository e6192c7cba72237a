import fc from 'fast-check';
import type { Actor } from '../../src/kernel/envelope.js';
import type { Command } from '../../src/kernel/decider.js';
import { addDays, type BusinessDate } from '../../src/kernel/calendar.js';
import type { Authority } from '../../src/contexts/debts/authorities.js';
import { receiptId, streamName, type CommandId, type PartyId, type Uuid } from '../../src/kernel/ids.js';
import { formatMinor, parseCurrency } from '../../src/kernel/money.js';
import { actor, id, party, SYSTEM } from '../given.js';
import type { Books } from './books.js';
import type { DebtFigures, ReceiptFigures } from './figures.js';
import type { World } from './world.js';

/** Somebody does something: small numbers that mean something only in the world in which they are done. */
export interface Step {
  readonly kind: (typeof KINDS)[number];
  readonly debt: number;
  readonly who: number;
  readonly pick: number;
  readonly minor: number;
  /** Somebody who is not meant to does it, or to something else than is meant. */
  readonly wild: boolean;
}

const WEIGHTS = {
  open: 4,
  draft: 2,
  edit: 1,
  discard: 1,
  register: 2,
  update: 4,
  payment: 6,
  cancellation: 2,
  exemption: 2,
  instalments: 5,
  approve: 14,
  decline: 1,
  withdraw: 1,
  pay: 12,
  tellAgain: 1,
  match: 3,
  reverse: 4,
  proceeding: 1,
  pass: 4,
  late: 6,
  deliver: 12,
  redeliver: 2,
} as const;
const KINDS = Object.keys(WEIGHTS) as readonly (keyof typeof WEIGHTS)[];

const anyStep: fc.Arbitrary<Step> = fc.record({
  kind: fc.oneof(...KINDS.map((kind) => ({ weight: WEIGHTS[kind], arbitrary: fc.constant(kind) }))) as fc.Arbitrary<
    Step['kind']
  >,
  debt: fc.constantFrom(0, 0, 0, 1, 2, 3), // mostly one, so that much happens to it
  who: fc.nat(2),
  pick: fc.nat(11),
  minor: fc.nat(8).map((n) => n * 25),
  wild: fc.nat(9).map((n) => n === 0),
});

/** Some debts are there from the start, so that most of a life is about what happens to them. */
const openings: fc.Arbitrary<Step[]> = fc
  .subarray([0, 1, 2, 3])
  .map((debts) => debts.map((debt) => ({ kind: 'open', debt, who: 0, pick: 0, minor: 200, wild: false })));

export const steps = (maxLength: number): fc.Arbitrary<Step[]> =>
  fc.tuple(openings, fc.array(anyStep, { maxLength, size: 'max' })).map((both) => both.flat());

const ENTITIES = [party('ministry'), party('municipality')] as const;
const DEBTORS = [party('debtor 0'), party('debtor 1'), party('debtor 2')] as const;
const BANKS = [party('bank 0'), party('bank 1')] as const;
const CHANNELS = ['sadad', 'card', 'transfer'] as const;

const at = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;
const staff = (entity: PartyId, n: number): Actor => actor(`${entity} ${n}`, 'clerk', entity);
const debtor = (of: PartyId): Actor => actor(of, 'debtor', of);
const teller = (bank: PartyId): Actor => actor(bank, 'bank', bank);

/** Four debts of two entities in two currencies and two sectors; what they are is theirs from the start. */
const SLOTS = [0, 1, 2, 3].map((n) => ({
  id: id(`debt ${n}`),
  creditor: at(ENTITIES, n),
  debtor: at(DEBTORS, n),
  currency: n === 3 ? 'KWD' : 'SAR',
  sector: n === 2 ? 'health' : 'traffic',
}));

type Slot = (typeof SLOTS)[number];
/** The commitment to a proof. */
const PROOF = '0f'.repeat(32);

/** Does the steps, one after the other, and knows what the books say while doing so. */
export class People {
  #count = 0;

  constructor(
    private readonly world: World,
    private readonly books: Books,
  ) {}

  do(step: Step): void {
    const { kind, pick } = step;
    if (kind === 'pass') {
      this.world.today = addDays(this.world.today, pick);
    } else if (kind === 'deliver') {
      this.world.deliver(pick);
    } else if (kind === 'redeliver') {
      const before = this.world.outcomes;
      if (before.length > 0) this.world.send(at(before, pick * 7 + step.who).sent);
    } else if (kind === 'open') {
      this.#send(...this.#onDebt({ ...step, kind: 'draft' }));
      this.#send(...this.#onDebt({ ...step, kind: 'register', who: step.who + 1 }));
    } else if (kind === 'late') {
      // Now and then week after week, while nobody pays: or nothing would ever fall due as a whole.
      for (let weeks = pick > 8 ? 8 : 1; weeks > 0; weeks--) {
        this.world.today = addDays(this.world.today, 7);
        this.#send(...this.#onDebt(step));
      }
    } else if (kind === 'instalments' && pick < 8) {
      this.#send(...this.#onDebt(step));
      this.#send(...this.#onDebt({ ...step, kind: 'approve', wild: false })); // before time passes, mostly
    } else {
      const sent = this.#onReceipt(step) ?? this.#onDebt(step);
      this.#send(...sent);
    }
  }

  #send(command: Command, by: Actor): void {
    this.world.send({ id: id(`command ${this.#count++}`) as unknown as CommandId, command, by });
  }

  #onDebt(step: Step): readonly [Command, Actor] {
    const slot = at(SLOTS, step.debt);
    const figures = this.books.debts.get(slot.id);
    const amount = formatMinor(BigInt(step.minor), parseCurrency(slot.currency));
    const open = figures?.request ?? id('no request');
    const request = step.wild && step.pick > 5 ? id('another request') : open;
    const ours = staff(slot.creditor, step.who);
    const currency = step.wild && step.minor === 0 ? { currency: 'EUR' } : {};
    const either = step.pick % 2 === 0 ? debtor(slot.debtor) : ours;
    const command = (type: string, data: unknown, by: Actor): readonly [Command, Actor] => [
      { type, target: slot.id, data },
      step.wild ? this.#anybody(step) : by,
    ];
    switch (step.kind) {
      case 'draft': {
        const { id: _, ...terms } = slot;
        const twice = formatMinor(2n * BigInt(step.minor), parseCurrency(slot.currency));
        const own = step.pick === 11 && { debtor: slot.creditor };
        return command('DraftDebt', { ...terms, ...own, amount: twice, ground: 'fine' }, ours);
      }
      case 'edit':
        return command('EditDraft', { amount }, ours);
      case 'discard':
        return command('DiscardDraft', {}, ours);
      case 'register':
        return command('RegisterDebt', {}, ours);
      case 'update':
        return command(
          'RequestUpdate',
          { ground: `correction-${step.who}`, amount: this.#toOwe(figures, step), ...currency },
          either,
        );
      case 'payment':
        return command(
          'RequestPayment',
          { amount: this.#toRecognise(figures, step), ...currency },
          debtor(slot.debtor),
        );
      case 'cancellation':
        return command('RequestCancellation', { ground: 'error' }, either);
      case 'exemption': {
        const all = step.pick > 7;
        return command(
          'RequestExemption',
          {
            ground: 'hardship',
            ...(!all && { amount: formatMinor(BigInt(step.minor), parseCurrency(slot.currency)) }),
          },
          debtor(slot.debtor),
        );
      }
      case 'instalments':
        return command('RequestInstalments', { wish: this.#wish(step), evidence: PROOF }, debtor(slot.debtor));
      case 'late':
        if (figures === undefined || figures.state === 'discarded') return command('DiscardDraft', {}, ours);
        return this.#late(slot, figures, step);
      case 'approve':
        return command('ApproveRequest', { request, authority: authority(slot, ours, step) }, ours);
      case 'decline':
        return command('DeclineRequest', { request, reason: 'unfounded' }, ours);
      case 'withdraw':
        return command('WithdrawRequest', { request }, either);
      default:
        return command('RecordProceeding', { kind: 'notice', on: this.#dayOf(step) }, ours);
    }
  }

  /** A week apart, so that a life sees some of them missed; now and then one that cannot be. */
  #wish({ pick, who, minor }: Step): unknown {
    if (minor === 0) return { schedule: [{ dueOn: this.world.today, amount: '0.07' }] };
    const firstDueOn = addDays(this.world.today, minor === 25 ? -1 : 7 + who);
    return { instalments: 1 + (pick % 4), firstDueOn, every: 'P1W' };
  }

  /** What the clock sends, and now and then what is not called for. */
  #late({ id: target }: Slot, { plan }: DebtFigures, { pick, who }: Step): readonly [Command, Actor] {
    const { today } = this.world;
    const send = (type: string, data: object): readonly [Command, Actor] => {
      return [{ type, target, data: { plan: plan?.id ?? id('no plan'), ...data } }, SYSTEM];
    };
    const { notices = 0, until = today, instalments = [] } = plan ?? {};
    const due = instalments.findIndex(({ dueOn, open, missed }) => dueOn < today && open > 0n && missed === 0);
    if (due >= 0 || pick === 0) {
      const index = due >= 0 ? due : who % Math.max(1, instalments.length);
      const occurrence = (instalments[index]?.missed ?? 0) + 1;
      return send('MissInstalment', { instalment: index + 1, occurrence });
    }
    if (notices > 0 && until < today) return send('DefaultPlan', { notice: notices });
    return send('ServeNotice', { notice: notices + 1, on: today, until: addDays(today, 3) });
  }

  /** Mostly what has been received and is not yet recognised. */
  #toRecognise(figures: DebtFigures | undefined, { minor, pick }: Step): string {
    const open = figures === undefined ? 0n : figures.received - figures.approved;
    const currency = parseCurrency(figures?.currency ?? 'SAR');
    return formatMinor(pick < 9 && open > 0n ? open : BigInt(minor), currency);
  }

  /** Any amount, and often one below what has been recognised as settled. */
  #toOwe(figures: DebtFigures | undefined, { minor, pick }: Step): string {
    const approved = figures?.approved ?? 0n;
    return formatMinor(
      pick > 5 && approved > 1n ? approved / 2n : BigInt(minor),
      parseCurrency(figures?.currency ?? 'SAR'),
    );
  }

  #onReceipt(step: Step): readonly [Command, Actor] | undefined {
    switch (step.kind) {
      case 'pay':
        return this.#pay(step);
      case 'tellAgain':
        return this.#tellAgain(step);
      case 'match':
        return this.#match(step);
      case 'reverse': {
        const [target, figures] = at(this.#reversible(step), step.pick) ?? [id('no receipt')];
        const bank = (figures?.bank as PartyId | undefined) ?? BANKS[0];
        const data = { reference: `R-${step.who}`, on: this.#dayOf(step) };
        const by = step.wild ? this.#anybody(step) : teller(bank);
        return [{ type: 'ReverseRecordedReceipt', target: target as Uuid, data }, by];
      }
      default:
        return undefined;
    }
  }

  /** Any receipt, and often one of which a part waits to be given back. */
  #reversible({ who }: Step): [string, ReceiptFigures][] {
    const all = [...this.books.receipts];
    const waiting = [...this.books.debts.values()].flatMap(({ returning }) => [...returning.keys()]).join();
    const preferred = who === 0 ? all.filter(([receipt]) => waiting.includes(receipt)) : [];
    return preferred.length > 0 ? preferred : all;
  }

  #pay(step: Step): readonly [Command, Actor] {
    const slot = at(SLOTS, step.debt);
    const figures = this.books.debts.get(slot.id);
    const bank = at(BANKS, step.pick);
    const owed = figures === undefined ? 0n : figures.amount - figures.received - figures.waived;
    const minor = step.minor % 100 === 0 && owed > 0n ? owed : BigInt(step.minor);
    // A reference that was used before, now with other facts, where it is wild.
    const reference = step.wild ? 'FT-0' : `FT-${this.books.receipts.size}`;
    const currency = step.wild && step.who === 0 ? 'KWD' : slot.currency;
    const facts = {
      bank,
      reference,
      payer: step.pick % 3 === 0 ? at(DEBTORS, step.who) : slot.debtor,
      payee: step.wild && step.who === 1 ? ENTITIES[1] : slot.creditor,
      ...(step.pick > 2 && { target: { debt: slot.id } }),
      amount: formatMinor(minor, parseCurrency(currency)),
      currency,
      paidOn: this.#dayOf(step),
      channel: at(CHANNELS, step.pick),
      sector: slot.sector,
    };
    const found = this.#found(slot.id);
    const fits = found?.creditor === facts.payee && found.currency === currency && isRegistered(found.state);
    const match = facts.target !== undefined && fits ? { debt: slot.id } : null;
    const by = step.wild && step.who === 2 ? this.#anybody(step) : teller(bank);
    return [{ type: 'RecordReceipt', target: receiptId(bank, reference), data: { ...facts, match } }, by];
  }

  /** The bank tells a receipt that it told before, under a new command. */
  #tellAgain(step: Step): readonly [Command, Actor] {
    const told = this.world.outcomes.map(({ sent }) => sent).filter(({ command }) => command.type === 'RecordReceipt');
    const again = at(told, step.pick);
    return again === undefined ? this.#pay(step) : [again.command, again.by];
  }

  #match(step: Step): readonly [Command, Actor] {
    const waiting = [...this.books.receipts].filter(([, { debt }]) => step.wild || debt === null);
    const [target, figures] = at(waiting, step.pick) ?? [id('no receipt')];
    const fitting = SLOTS.filter((s) => s.creditor === figures?.payee && s.currency === figures.currency);
    const slot = at(step.wild || fitting.length === 0 ? SLOTS : fitting, step.debt);
    const data = { debt: slot.id, found: this.#found(slot.id) };
    const payee = (figures?.payee as PartyId | undefined) ?? slot.creditor;
    const by = step.wild && step.who === 0 ? this.#anybody(step) : staff(payee, step.who);
    return [{ type: 'MatchReceipt', target: target as Uuid, data }, by];
  }

  #found(debt: Uuid): { state: string; creditor: PartyId; currency: string } | null {
    const figures = this.books.debts.get(debt);
    if (figures === undefined) return null;
    const { state } = this.world.summary(streamName('debt', debt));
    return { state, creditor: figures.creditor as PartyId, currency: figures.currency };
  }

  /** Mostly yesterday, and now and then tomorrow. */
  #dayOf({ pick }: Step): BusinessDate {
    return addDays(this.world.today, pick === 11 ? 1 : -1);
  }

  #anybody({ who, pick }: Step): Actor {
    const everybody = [...ENTITIES.map((entity) => staff(entity, who)), ...DEBTORS.map(debtor), ...BANKS.map(teller)];
    return at(everybody, pick);
  }
}

/** What lets somebody exempt; now and then nothing does. */
function authority({ creditor, currency }: Slot, { id: approver }: Actor, { minor }: Step): Authority | null {
  if (minor === 0) return null;
  const span = { from: '2026-01-01', to: '2099-12-31' };
  const terms = { approver, entity: creditor, kind: 'exemption', upTo: minor === 25 ? '0.01' : '1000.00', currency };
  return { delegation: id('delegation'), revision: 1, status: 'active', ...terms, ...span };
}

const isRegistered = (state: string): boolean => state !== 'draft' && state !== 'discarded';
