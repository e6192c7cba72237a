import type { Leg } from '../../kernel/accounts.js';
import type { Decider, Recorded } from '../../kernel/decider.js';
import { entry } from '../../kernel/entries.js';
import { balanceId, type PartyId, type Uuid } from '../../kernel/ids.js';
import { formatMinor, parseMoney, toJson, type Currency } from '../../kernel/money.js';
import { refuse, type Refusal } from '../../kernel/refusal.js';
import type { BalanceCommand, PaidFor } from './commands.js';
import { changed, heldBy, NO_CREDITS, type Credits } from './credits.js';
import type { BalanceCredited, BalanceEvent, CreditReversed } from './events.js';
import { BALANCE_RULES as RULES } from './rules.js';

/** What an entity owes back to a party in one currency (domain.md E4); null until the first credit. */
export type BalanceState = Balance | null;

export interface Balance {
  readonly party: PartyId;
  readonly entity: PartyId;
  readonly currency: Currency;
  /** Minor units available, by sector. Never negative. */
  readonly available: ReadonlyMap<string, bigint>;
  readonly credits: Credits;
}

type DataOf<T extends BalanceCommand['type']> = Extract<BalanceCommand, { type: T }>['data'];

export const balance: Decider<BalanceState, BalanceCommand, BalanceEvent> = {
  context: 'balances',
  category: 'balance',
  initial: null,

  evolve(state, event) {
    switch (event.type) {
      case 'balances.BalanceCredited':
        return moved(state ?? opened(event), event, 1n);
      case 'balances.CreditReversed':
        if (state === null) throw new Error(`${event.stream} begins with ${event.type}`);
        return moved(state, event, -1n);
    }
  },

  decide(command, state, { actor }) {
    if (actor.role !== 'system') return refuse(RULES.NOT_FOUND);
    switch (command.type) {
      case 'CreditBalance':
        return credit(command.target, command.data, state);
      case 'ReverseCredit':
        return reverse(command.target, command.data, state);
    }
  },

  summary: (state) => ({ state: state === null ? 'none' : 'open' }),
};

function credit(id: Uuid, data: DataOf<'CreditBalance'>, state: BalanceState): readonly BalanceCredited[] | Refusal {
  const { party, entity, currency, sector, receipt, transit } = data;
  if (id !== balanceId(party, entity, currency)) throw new Error(`${id} is not the balance's id`);
  const money = parseMoney(data);
  if (money.minor === 0n) return refuse(RULES.AMOUNT, { ...toJson(money) });
  const from: Leg =
    transit === null
      ? { account: '2310', dims: { entity, party, receipt } }
      : { account: '2330', dims: { entity, transit } };
  return [
    {
      type: 'balances.BalanceCredited',
      data: { ...data, ...toJson(money), ...figures(state, money.currency, sector, money.minor) },
      refs: { balance: id, party, entity, sector, receipt, ...paidFor(data) },
      entries: entry(from, refundable(party, entity, sector), money),
    },
  ];
}

function reverse(id: Uuid, data: DataOf<'ReverseCredit'>, state: BalanceState): readonly CreditReversed[] | Refusal {
  const { receipt, sector, amount } = data;
  if (state === null) return refuse(RULES.INSUFFICIENT, { amount, held: '0' });
  const { party, entity, currency } = state;
  const money = parseMoney({ amount, currency });
  if (money.minor === 0n) return refuse(RULES.AMOUNT, { ...toJson(money) });
  const held = heldBy(state.credits, receipt, sector);
  if (money.minor > held) {
    return refuse(RULES.INSUFFICIENT, { amount: toJson(money).amount, held: formatMinor(held, currency) });
  }
  return [
    {
      type: 'balances.CreditReversed',
      data: { ...data, ...toJson(money), ...figures(state, currency, sector, -money.minor) },
      refs: { balance: id, party, entity, sector, receipt, ...paidFor(data) },
      entries: entry(refundable(party, entity, sector), { account: '2310', dims: { entity, party, receipt } }, money),
    },
  ];
}

const paidFor = (data: PaidFor): PaidFor =>
  'debt' in data ? { debt: data.debt } : { subscription: data.subscription };

const refundable = (party: string, entity: string, sector: string): Leg => ({
  account: '2300',
  dims: { entity, party, sector },
});

/** Available in the sector, and the total of all sectors, after a change of `delta` minor units. */
function figures(state: BalanceState, currency: Currency, sector: string, delta: bigint) {
  const available = (state?.available.get(sector) ?? 0n) + delta;
  const total = [...(state?.available.values() ?? [])].reduce((sum, minor) => sum + minor, delta);
  return { available: formatMinor(available, currency), total: formatMinor(total, currency) };
}

const opened = ({ data }: Recorded<BalanceCredited>): Balance => ({
  party: data.party as PartyId,
  entity: data.entity as PartyId,
  currency: data.currency as Currency,
  available: new Map(),
  credits: NO_CREDITS,
});

function moved(state: Balance, { data }: Recorded<BalanceEvent>, sign: 1n | -1n): Balance {
  const delta = sign * parseMoney(data).minor;
  const available = new Map(state.available).set(data.sector, (state.available.get(data.sector) ?? 0n) + delta);
  return { ...state, available, credits: changed(state.credits, data.receipt, data.sector, delta) };
}
