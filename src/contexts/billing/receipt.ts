import type { Leg } from '../../kernel/accounts.js';
import type { BusinessDate } from '../../kernel/calendar.js';
import type { CommandContext, Decider, Earlier, Recorded } from '../../kernel/decider.js';
import { entry } from '../../kernel/entries.js';
import type { Refs } from '../../kernel/envelope.js';
import { receiptId, type CommandId, type EventId, type Uuid } from '../../kernel/ids.js';
import { parseMoney, toJson } from '../../kernel/money.js';
import { refuse, type Refusal } from '../../kernel/refusal.js';
import { shared } from '../../kernel/shared-text.js';
import type { ReceiptCommand, ReceiptFacts, Target } from './commands.js';
import type { ReceiptEvent, ReceiptMatched, ReceiptRecorded } from './events.js';
import { BILLING_RULES as RULES } from './rules.js';

/** Money that a bank says came in; null until it is recorded. */
export type ReceiptState = Receipt | null;

export interface Receipt {
  readonly facts: ReceiptFacts;
  readonly recorded: { readonly event: EventId; readonly command: CommandId };
  /** What it pays, from the match on for ever. */
  readonly target: Target | null;
  readonly reversal: Reversal | null;
}

interface Reversal {
  readonly reference: string;
  readonly on: BusinessDate;
  readonly command: CommandId;
}

type Decision = readonly ReceiptEvent[] | Refusal | Earlier;
type DataOf<T extends ReceiptCommand['type']> = Extract<ReceiptCommand, { type: T }>['data'];

export const receipt: Decider<ReceiptState, ReceiptCommand, ReceiptEvent> = {
  context: 'billing',
  category: 'receipt',
  facts: ['RecordReceipt', 'ReverseRecordedReceipt'],
  initial: null,

  evolve(state, event) {
    if (event.type === 'billing.ReceiptRecorded') return recorded(event);
    if (state === null) throw new Error(`${event.stream} begins with ${event.type}`);
    switch (event.type) {
      case 'billing.ReceiptMatched': {
        const { target: named } = state.facts;
        const target = targetOf(event.data);
        return { ...state, target: named !== undefined && sameTarget(target, named) ? named : target };
      }
      case 'billing.ReceiptReversed': {
        const { reference, on } = event.data;
        return { ...state, reversal: { reference, on: on as BusinessDate, command: event.commandId } };
      }
      case 'billing.ReceiptConflictRecorded':
        return state;
    }
  },

  decide(command, state, context) {
    switch (command.type) {
      case 'RecordReceipt':
        return record(command.target, command.data, state, context);
      case 'MatchReceipt':
        return match(command.target, command.data, state, context);
      case 'ReverseRecordedReceipt':
        return reverse(command.target, command.data, state, context);
    }
  },

  summary(state) {
    if (state === null) return SUMMARIES.none;
    if (state.reversal !== null) return SUMMARIES.reversed;
    return state.target === null ? SUMMARIES.unmatched : SUMMARIES.matched;
  },
};

/** One for all that are in a state. */
const SUMMARIES = {
  none: Object.freeze({ state: 'none' }),
  unmatched: Object.freeze({ state: 'unmatched' }),
  matched: Object.freeze({ state: 'matched' }),
  reversed: Object.freeze({ state: 'reversed' }),
};

function recorded(event: Recorded<ReceiptRecorded>): Receipt {
  const facts = event.data as ReceiptFacts;
  const { bank, payee, channel } = facts;
  return {
    facts: { ...facts, bank: shared(bank), payee: shared(payee), channel: shared(channel) },
    recorded: { event: event.id, command: event.commandId },
    target: null,
    reversal: null,
  };
}

/** A bank reference counts once: the same facts get the earlier answer, other facts are kept beside it. */
function record(id: Uuid, data: DataOf<'RecordReceipt'>, state: ReceiptState, context: CommandContext): Decision {
  if (context.actor.actingFor !== data.bank) return refuse(RULES.NOT_THE_BANK);
  if (id !== receiptId(data.bank, data.reference)) throw new Error(`${id} is not the receipt's id`);
  const { match: matched, accountBefore, ...told } = data;
  const ahead = inTheFuture({ paidOn: told.paidOn, valueDate: told.valueDate }, context);
  if (ahead !== null) return ahead;
  if (matched !== null && !sameTarget(matched, told.target)) throw new Error(`${id} was matched with another target`);

  const money = parseMoney(told);
  const facts: ReceiptFacts = { ...told, ...toJson(money) };
  const evidence = facts.sourceAccount === undefined ? {} : { evidence: [facts.sourceAccount] };
  if (state !== null) {
    const isSame =
      sameFacts(facts, state.facts) ||
      (accountBefore !== undefined && sameFacts({ ...facts, sourceAccount: accountBefore }, state.facts));
    if (isSame) return { earlier: state.recorded.command };
    return [{ type: 'billing.ReceiptConflictRecorded', data: facts, refs: refsOf(id, state.facts), ...evidence }];
  }
  if (money.minor === 0n) return refuse(RULES.AMOUNT, { ...toJson(money) });
  const event: ReceiptRecorded = {
    type: 'billing.ReceiptRecorded',
    data: facts,
    refs: refsOf(id, facts),
    entries: entry(cash(id, facts), unmatched(id, facts), money),
    ...evidence,
  };
  return matched === null ? [event] : [event, matchedWith(id, facts, matched)];
}

function match(id: Uuid, data: DataOf<'MatchReceipt'>, state: ReceiptState, context: CommandContext): Decision {
  if (state === null || context.actor.actingFor !== state.facts.payee) return refuse(RULES.NOT_FOUND);
  if (state.reversal !== null) return alreadyReversed(state.reversal);
  if (state.target !== null) return refuse(RULES.MATCHED, { target: idOf(state.target) });

  const { found } = data;
  const { facts } = state;
  // Another creditor's and none at all answer alike: the payee learns nothing of others' debts.
  if (found === null || found.creditor !== facts.payee || found.state === 'discarded') {
    return refuse(RULES.TARGET_NOT_FOUND);
  }
  if (found.state === 'draft') return refuse(RULES.DRAFT);
  if (found.currency !== facts.currency) {
    return refuse(RULES.CURRENCY, { receipt: facts.currency, target: found.currency });
  }
  return [matchedWith(id, facts, targetOf(data))];
}

/** The receipt leaves 2310 as it came; what it paid comes back there by the debt's and the balance's own events. */
function reverse(
  id: Uuid,
  { reference, on }: DataOf<'ReverseRecordedReceipt'>,
  state: ReceiptState,
  context: CommandContext,
): Decision {
  if (state === null || context.actor.actingFor !== state.facts.bank) return refuse(RULES.NOT_FOUND);
  const { facts, reversal, target } = state;
  if (reversal !== null) {
    const same = reversal.reference === reference && reversal.on === on;
    return same ? { earlier: reversal.command } : alreadyReversed(reversal);
  }
  const ahead = inTheFuture({ on }, context);
  if (ahead !== null) return ahead;
  const { payer, amount, currency } = facts;
  return [
    {
      type: 'billing.ReceiptReversed',
      data: { reference, on, amount, currency, payer, debt: null, subscription: null, ...target },
      refs: { ...refsOf(id, facts), ...target },
      entries: entry(unmatched(id, facts), cash(id, facts), parseMoney(facts)),
      corrects: state.recorded.event,
    },
  ];
}

/** The day of payment decides when a subscription begins (domain.md §3, ConfirmPayment). */
function matchedWith(id: Uuid, facts: ReceiptFacts, target: Target): ReceiptMatched {
  const { payer, amount, currency, paidOn } = facts;
  const money = { payer, amount, currency };
  return {
    type: 'billing.ReceiptMatched',
    data: 'debt' in target ? { ...target, ...money } : { ...target, ...money, paidOn },
    refs: { ...refsOf(id, facts), ...target },
  };
}

const targetOf = (named: { readonly debt: string } | { readonly subscription: string }): Target =>
  'debt' in named ? { debt: named.debt as Uuid } : { subscription: named.subscription as Uuid };

const idOf = (target: Target): Uuid => ('debt' in target ? target.debt : target.subscription);
const sameTarget = (a: Target, b: Target | undefined): boolean =>
  b !== undefined && 'debt' in a === 'debt' in b && idOf(a) === idOf(b);

/** Ours: a bank tells what has happened, so that no day of it lies ahead. */
function inTheFuture(
  days: Readonly<Record<string, BusinessDate | undefined>>,
  { today }: CommandContext,
): Refusal | null {
  for (const [field, date] of Object.entries(days)) {
    if (date !== undefined && date > today) return refuse(RULES.FUTURE_DATE, { field, date, today });
  }
  return null;
}

const alreadyReversed = ({ reference, on }: Reversal): Refusal => refuse(RULES.REVERSED, { reference, on });

/** A target that the payer only names is no ref: nobody has checked it. */
const refsOf = (id: Uuid, { payer, payee, bank }: ReceiptFacts): Refs => ({ receipt: id, payer, payee, bank });

function cashAccount(channel: string): '1110' | '1120' | '1100' {
  if (channel === 'sadad') return '1110';
  return channel === 'card' ? '1120' : '1100';
}

/** Where the money arrives: SADAD and cards settle later through clearing accounts (domain.md §4). */
const cash = (id: Uuid, { payee, channel }: ReceiptFacts): Leg => ({
  account: cashAccount(channel),
  dims: { entity: payee, receipt: id },
});

const unmatched = (id: Uuid, { payer, payee }: ReceiptFacts): Leg => ({
  account: '2310',
  dims: { entity: payee, party: payer, receipt: id },
});

const SINGLE_FACTS = [
  'payer',
  'payee',
  'amount',
  'currency',
  'paidOn',
  'valueDate',
  'channel',
  'sector',
  'sourceAccount',
] as const satisfies readonly (keyof ReceiptFacts)[];

/** Bank and reference are the id. Amounts are in their currency's own decimals by now. */
const sameFacts = (a: ReceiptFacts, b: ReceiptFacts): boolean =>
  SINGLE_FACTS.every((name) => a[name] === b[name]) &&
  (a.target === undefined ? b.target === undefined : sameTarget(a.target, b.target));
