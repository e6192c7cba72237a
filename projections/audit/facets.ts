/** What an event can be searched by: plain facts, the same for the index and for whoever checks it. */
import { isRejection } from '../../src/event-store/catalogue.js';
import { ReceiptConflictRecorded } from '../../src/contexts/billing/events.js';
import type { Envelope, Refs } from '../../src/kernel/envelope.js';
import { refusalIn } from '../refusals.js';

/** What somebody did with what others decide, or decided. */
export const ACTS = ['requested', 'approved', 'declined', 'withdrew'] as const;
export type Act = (typeof ACTS)[number];

export interface Facets {
  /** Everybody whom it concerns: in its refs, in its entries, and for whom it was done. */
  readonly parties: readonly string[];
  /** Of them, in whose books it counts or who is asked: creditors, payees, entities. */
  readonly entities: readonly string[];
  readonly currencies: readonly string[];
  /** Of its entries, and the one that its data states; decimal texts. */
  readonly amounts: readonly { readonly amount: string; readonly currency: string | undefined }[];
  /** Of a refusal: the rule that stopped it, and the rule's code. */
  readonly rules: readonly string[];
  /** The ids in its refs, the request that it makes or decides, and of what it happened to. */
  readonly about: readonly string[];
  readonly act: Act | undefined;
}

export function facetsOf(event: Envelope): Facets {
  const { type, stream, refs, entries, actor } = event;
  const parties: string[] = [];
  const entities: string[] = [];
  const currencies: string[] = [];
  const amounts: { amount: string; currency: string | undefined }[] = [];
  const about = [stream.slice(stream.indexOf('-') + 1)];
  for (const name in refs) {
    const value = refs[name as keyof Refs] as string;
    if (value.startsWith('party_')) {
      add(parties, value);
      if (name === 'creditor' || name === 'payee' || name === 'entity') add(entities, value);
    } else if (name !== 'sector') add(about, value);
  }
  if (actor.actingFor !== undefined) add(parties, actor.actingFor);
  const { amount, currency, request } = event.data as Readonly<Record<string, unknown>>;
  if (typeof request === 'string') add(about, request);
  if (typeof currency === 'string') currencies.push(currency);
  if (typeof amount === 'string') {
    amounts.push({ amount, currency: typeof currency === 'string' ? currency : undefined });
  }
  for (const { debit, credit, ...moved } of entries) {
    amounts.push(moved);
    add(currencies, moved.currency);
    add(entities, debit.dims.entity);
    add(parties, debit.dims.entity);
    for (const { dims } of [debit, credit]) {
      if ('party' in dims && typeof dims.party === 'string') add(parties, dims.party);
    }
  }
  return { parties, entities, currencies, amounts, rules: rulesOf(event), about, act: actOf(type) };
}

/** Lists of a few: cheaper than a set, which this is once for each event. */
function add(list: string[], value: string): void {
  if (!list.includes(value)) list.push(value);
}

export const isRefused = (event: Pick<Envelope, 'type'>): boolean =>
  isRejection(event) || event.type === ReceiptConflictRecorded.type;

function rulesOf(event: Envelope): readonly string[] {
  if (!isRefused(event)) return [];
  const { rule, code } = refusalIn(event);
  return [rule, code];
}

/** What is asked for and decided says so in its name; the rest is listed. */
const NAMED: Readonly<Record<string, Act>> = {
  'debts.DebtRegistered': 'approved',
  'debts.DebtUpdated': 'approved',
  'debts.DebtSettled': 'approved',
  'debts.DebtCancelled': 'approved',
  'debts.ExemptionGranted': 'approved',
  'debts.DebtDrafted': 'requested',
  'debts.DraftEdited': 'requested',
  'delegations.DelegationRegistered': 'requested',
};
const ENDINGS: readonly (readonly [string, Act])[] = [
  ['Requested', 'requested'],
  ['Approved', 'approved'],
  ['Declined', 'declined'],
  ['Withdrawn', 'withdrew'],
];
const acts = new Map<string, Act | undefined>();

export function actOf(type: string): Act | undefined {
  if (acts.has(type)) return acts.get(type);
  const act = NAMED[type] ?? ENDINGS.find(([ending]) => type.endsWith(ending))?.[1];
  acts.set(type, act);
  return act;
}

/** The request that an event makes or decides; undefined: none. */
export const requestOf = ({ refs, data }: Envelope): unknown =>
  refs.request ?? (data as { readonly request?: unknown }).request;
