import type { BusinessDate } from '../../kernel/calendar.js';
import type { ActorId, EventId } from '../../kernel/ids.js';
import type { Currency } from '../../kernel/money.js';
import type { Revenue, Waiver } from './revenue.js';
import type { Wish } from './schedule.js';

/** The states of domain.md E6; a discarded draft is as if it had never been. */
export type DebtStatus = 'draft' | 'outstanding' | 'settled' | 'cancelled' | 'discarded';

/** Null: there is no debt yet. */
export type DebtState = Debt | null;

/** Amounts are minor units of the debt's currency. Always 0 ≤ approved ≤ received and received + waived ≤ amount. */
export interface Debt {
  readonly status: DebtStatus;
  /** What every event of the debt is routed by. */
  readonly refs: DebtRefs;
  readonly currency: Currency;
  readonly amount: bigint;
  /** What receipts paid off. */
  readonly received: bigint;
  readonly waived: bigint;
  /** What the creditor has recognised as settlement so far. */
  readonly approved: bigint;
  readonly ground: string;
  readonly dueOn: string | null;
  /** Of a draft, who drafted or edited it: none of them registers it. */
  readonly authors: readonly ActorId[];
  /** What was registered and raised, in the order in which the grounds appeared. */
  readonly revenue: readonly Revenue[];
  /** What `waived` is made of, in the order in which it was granted. */
  readonly waivers: readonly Waiver[];
  /** In the order in which they were applied. */
  readonly receipts: readonly ReceiptPart[];
  /** In the order in which it left the debt. */
  readonly returning: readonly Returning[];
  /** The latest; null: there never was one. */
  readonly plan: Plan | null;
  /** The one that put the debt under review (domain.md E7). */
  readonly request: OpenRequest | null;
}

export interface DebtRefs {
  readonly debt: string;
  readonly debtor: string;
  readonly creditor: string;
  readonly sector: string;
}

export interface ReceiptPart {
  readonly receipt: string;
  readonly payer: string;
  /** Minor units that pay this debt off. */
  readonly applied: bigint;
  /** Minor units that went to the payer's refundable balance, as an excess or given back, or are on their way there. */
  readonly credited: bigint;
  /** The ReceiptApplied. */
  readonly event: EventId;
  readonly reversed: boolean;
  /** The instalments that it paid. */
  readonly paid?: { readonly plan: EventId; readonly parts: readonly Part[] };
}

/** So much of one receipt has left the debt, and nobody has been told yet. */
export interface Returning {
  /** The DebtUpdated or DebtCancelled under which the money waits in 2330; it names each receipt once. */
  readonly transit: EventId;
  readonly reason: 'reduction' | 'cancellation';
  readonly receipt: string;
  readonly payer: string;
  readonly minor: bigint;
}

/** Amounts are minor units of the debt's currency. */
export interface Plan {
  /** The InstalmentPlanApproved. */
  readonly id: EventId;
  /** `ended`: the debt was cancelled meanwhile. */
  readonly status: 'running' | 'completed' | 'defaulted' | 'ended';
  /** In the order of their dates; numbered from 1. */
  readonly instalments: readonly Instalment[];
  /** Notices served so far. */
  readonly notices: number;
  /** The one whose days run; null once all that it names is paid. */
  readonly notice: Notice | null;
}

export interface Instalment {
  readonly dueOn: BusinessDate;
  /** What is still to be paid of it. */
  readonly open: bigint;
  /** How often it was missed. */
  readonly missed: number;
  /** Missed, and still open. */
  readonly late: boolean;
}

export interface Notice {
  readonly instalments: readonly number[];
  readonly until: BusinessDate;
}

/** So much of one instalment. */
export interface Part {
  readonly instalment: number;
  readonly minor: bigint;
}

/** A request of one kind. */
export type RequestOf<K extends OpenRequest['kind']> = Extract<OpenRequest, { kind: K }>;

export type OpenRequest = { readonly id: EventId; readonly by: ActorId } & (
  | { readonly kind: 'update'; readonly ground: string; readonly amount: bigint | null; readonly dueOn: string | null }
  | { readonly kind: 'payment'; readonly amount: bigint }
  | { readonly kind: 'cancellation'; readonly ground: string }
  | { readonly kind: 'exemption'; readonly ground: string; readonly amount: bigint | null }
  | { readonly kind: 'instalments'; readonly wish: Wish }
);

/** What is still owed, in minor units. */
export const balanceOf = (debt: Debt): bigint =>
  debt.status === 'cancelled' ? 0n : debt.amount - debt.received - debt.waived;
