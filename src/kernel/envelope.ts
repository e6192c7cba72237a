import type { BusinessDate, Instant } from './calendar.js';
import type { Entry, PostedEntry } from './entries.js';
import type { ActorId, CommandId, EventId, LedgerId, PartyId, StreamName, Uuid } from './ids.js';

/** JSON as an event may hold it: no float, no integer beyond 2⁵³, no undefined. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export const ROLES = [
  'debtor',
  'establishment',
  'clerk',
  'approver',
  'bank',
  'importer',
  'auditor',
  'regulator',
  'operator',
] as const;
/** What a token can grant. */
export type Role = (typeof ROLES)[number];

/** Who did it, in which role, for whom. Pseudonyms only. */
export interface Actor {
  readonly id: ActorId;
  /** The role used; `system` is the ledger itself (policies, the clock, its own opening). */
  readonly role: Role | 'system';
  /** The recorded delegation or authority relied on. */
  readonly authority?: string;
  readonly actingFor?: PartyId;
  /** The client program, or the policy's name. */
  readonly client?: string;
}

/** Where a command came from. */
export type Source = 'api' | 'import' | 'batch' | 'policy' | 'clock';

/**
 * The ids that a reader routes by: no projection ever looks another stream up. `correction` is put there by the ledger: the
 * approval by which an event counts in a period that is closed.
 */
export const REF_NAMES = [
  'debt',
  'debtor',
  'creditor',
  'receipt',
  'payer',
  'payee',
  'bank',
  'balance',
  'subscription',
  'establishment',
  'user',
  'party',
  'entity',
  'sector',
  'request',
  'delegation',
  'target',
  'correction',
] as const;
export type Refs = Readonly<Partial<Record<(typeof REF_NAMES)[number], string>>>;

/** What a decider says happened: the envelope's own part is stamped on by the ledger. */
export interface NewEvent<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly data: Data;
  readonly refs: Refs;
  readonly entries?: readonly PostedEntry[];
  /** The recorded delegation that the actor relied on. */
  readonly authority?: string;
  /** The event that this one corrects. */
  readonly corrects?: EventId;
  /** Salted commitments to what the vault holds. */
  readonly evidence?: readonly string[];
}

/** An event as it is stored for ever; its canonical JSON (RFC 8785) is what is hashed (DESIGN.md, Envelope). */
export interface Envelope<Type extends string = string, Data = unknown> {
  readonly v: 1;
  readonly ledger: LedgerId;
  readonly id: EventId;
  readonly stream: StreamName;
  readonly revision: number;
  readonly type: Type;
  readonly schemaVersion: number;
  readonly effectiveOn: BusinessDate;
  readonly recordedAt: Instant;
  readonly actor: Actor;
  readonly commandId: CommandId;
  /** SHA-256, hex, of the canonical command. */
  readonly requestDigest: string;
  /** The event that made a policy send the command. */
  readonly causation?: EventId;
  /** The command that began the whole flow. */
  readonly correlation: Uuid;
  /** The version of the rules that decided. */
  readonly ruleSet: string;
  readonly source: Source;
  readonly corrects?: EventId;
  readonly evidence: readonly string[];
  readonly refs: Refs;
  readonly entries: readonly Entry[];
  readonly data: Data;
}
